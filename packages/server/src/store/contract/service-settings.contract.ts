/** What every ServiceSettingsStore must hold. */
import type { StoredPublication, StoredServiceSettings } from "../service-settings.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function serviceSettingsStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: settings and what is published survive a restart`, async (world) => {
    const alice = settingsOf("alice", {
      lasting: { offlineDelivery: false, storesSessions: undefined, storesMessages: true },
      publications: [
        publication("e2", { devices: ["urn:uuid:1", 'odd "🙂"'] }),
        publication("e1", { document: bytesOf(20_000, 0xe9) }),
      ],
    });
    await world.stores.serviceSettings.put(alice);
    await world.stores.serviceSettings.put(settingsOf("bob"));
    const again = (await world.restart()).serviceSettings;
    equal(await again.list(undefined, 10), [alice, settingsOf("bob")]);
  });

  caseOf(contract, `${name}: what is put takes the place of all before`, async (world) => {
    const { serviceSettings } = world.stores;
    await serviceSettings.put(settingsOf("alice", { publications: [publication("e1")] }));
    const later = settingsOf("alice", { publications: [publication("e3"), publication("e4")] });
    await serviceSettings.put(later);
    equal(await serviceSettings.list(undefined, 10), [later]);
    equal(await serviceSettings.remove("alice"), true);
    equal(await serviceSettings.remove("alice"), false);
    equal(await (await world.restart()).serviceSettings.list(undefined, 10), []);
  });

  caseOf(
    contract,
    `${name}: users come in the order of names, page by page`,
    async ({ stores }) => {
      const { serviceSettings } = stores;
      for (const user of ["c", "a", "b"]) await serviceSettings.put(settingsOf(user));
      const names = async (after: string | undefined) =>
        (await serviceSettings.list(after, 2)).map(({ user }) => user);
      equal(await names(undefined), ["a", "b"]);
      equal(await names("b"), ["c"]);
    },
  );
}

function settingsOf(
  user: string,
  parts: Partial<StoredServiceSettings> = {},
): StoredServiceSettings {
  const lasting = { offlineDelivery: undefined, storesSessions: undefined, storesMessages: false };
  return { user, lasting, publications: [], ...parts };
}

function publication(etag: string, parts: Partial<StoredPublication> = {}): StoredPublication {
  return {
    etag,
    saidAt: 1_000,
    expiresAt: 2_000,
    devices: [],
    document: bytesOf(8, 60),
    ...parts,
  };
}

/** What every SettingsStore must hold. */
import { type Contract, caseOf } from "./contract.ts";

export function settingsStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a value is kept until it is replaced or removed`, async (world) => {
    const { settings } = world.stores;
    equal(await settings.get("instance"), undefined);
    await settings.put("instance", "one");
    await settings.put("instance", "two");
    await settings.put("gone", "x");
    await settings.remove("gone");
    await settings.remove("never was");
    const again = (await world.restart()).settings;
    equal(await again.get("instance"), "two");
    equal(await again.get("gone"), undefined);
  });

  caseOf(contract, `${name}: a prefix is taken as it is written`, async ({ stores }) => {
    for (const key of ["a_1", "a_2", "ab", "a%1", "A_1"]) await stores.settings.put(key, key);
    equal(await stores.settings.list("a_", 10), [
      ["a_1", "a_1"],
      ["a_2", "a_2"],
    ]);
    equal(await stores.settings.list("", 2), [
      ["A_1", "A_1"],
      ["a%1", "a%1"],
    ]);
  });
}

/** What every UserStore must hold. */
import type { Account, AccountEvent } from "../users.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function userStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: an account survives a restart as it was`, async (world) => {
    equal(await world.stores.users.create(ALICE), "created");
    const { users } = await world.restart();
    equal(await users.find("alice"), ALICE);
    equal(await users.find("bob"), undefined);
  });

  caseOf(contract, `${name}: a name and an identity belong to one account`, async ({ stores }) => {
    equal(await stores.users.create(ALICE), "created");
    equal(await stores.users.create({ ...BOB, name: "alice" }), "name taken");
    equal(
      await stores.users.create({ ...BOB, identities: [BOB.address, "sip:a@parlance.test"] }),
      "identity taken",
    );
    equal(await stores.users.find("bob"), undefined);
    equal(await stores.users.create(BOB), "created");
    equal(
      await stores.users.update("bob", { identities: ["sip:a@parlance.test"] }, 5),
      "identity taken",
    );
    equal(await stores.users.find("bob"), BOB);
  });

  caseOf(contract, `${name}: a change touches what it names and no more`, async (world) => {
    const { users } = world.stores;
    await users.create(ALICE);
    const changed = { ...ALICE, displayName: undefined, disabled: true, changedAt: 9 };
    equal(await users.update("alice", { displayName: undefined, disabled: true }, 9), changed);
    equal(await users.update("nobody", { disabled: true }, 9), "unknown");
    equal(await (await world.restart()).users.find("alice"), changed);
  });

  caseOf(contract, `${name}: a removed account gives its names back`, async ({ stores }) => {
    await stores.users.create(ALICE);
    equal(await stores.users.remove("alice"), ALICE);
    equal(await stores.users.remove("alice"), undefined);
    equal(await stores.users.create({ ...BOB, identities: ALICE.identities }), "created");
  });

  caseOf(contract, `${name}: an identity that was given up can be taken`, async ({ stores }) => {
    await stores.users.create(ALICE);
    await stores.users.update("alice", { identities: [ALICE.address] }, 2);
    equal(
      await stores.users.create({ ...BOB, identities: ["sip:a@parlance.test", BOB.address] }),
      "created",
    );
  });

  caseOf(contract, `${name}: accounts are listed by name, page by page`, async ({ stores }) => {
    await stores.users.create(BOB);
    await stores.users.create(ALICE);
    equal(await stores.users.list(undefined, 1), [ALICE]);
    equal(await stores.users.list("alice", 5), [BOB]);
    equal(await stores.users.list("bob", 5), []);
  });

  caseOf(contract, `${name}: a watcher knows before the caller does`, async ({ stores }) => {
    const heard: AccountEvent[] = [];
    const stop = stores.users.watch((event) => heard.push(event));
    await stores.users.create(ALICE);
    equal(heard, [{ kind: "created", account: ALICE }]);
    await stores.users.create(ALICE);
    const changed = { ...ALICE, disabled: true, changedAt: 3 };
    await stores.users.update("alice", { disabled: true }, 3);
    equal(heard[1], { kind: "changed", account: changed, before: ALICE });
    await stores.users.remove("alice");
    equal(heard[2], { kind: "removed", account: changed });
    stop();
    await stores.users.create(BOB);
    equal(heard.length, 3);
  });
}

const ALICE: Account = {
  name: "alice",
  address: "sip:alice@parlance.test",
  identities: ["sip:alice@parlance.test", "sip:a@parlance.test"],
  displayName: "Alice Ångström 🙂",
  disabled: false,
  credentials: [
    { algorithm: "SHA-256", realm: "parlance.test", sealed: bytesOf(60, 0xff) },
    { algorithm: "MD5", realm: "parlance.test", sealed: bytesOf(44, 0) },
  ],
  createdAt: 1_900_000_000_000,
  changedAt: 1_900_000_000_000,
};

const BOB: Account = {
  name: "bob",
  address: "sip:bob@parlance.test",
  identities: ["sip:bob@parlance.test"],
  displayName: undefined,
  disabled: true,
  credentials: [],
  createdAt: 2,
  changedAt: 2,
};

/** What every RecordingStore must hold. */
import type { NewRecording } from "../recordings.ts";
import { type Contract, caseOf } from "./contract.ts";

const ALICE = "alice";
const BOB = { uri: "sip:bob@parlance.test", name: "Bob" };

export function recordingStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(
    contract,
    `${name}: a session survives a restart with what was said in it`,
    async (world) => {
      const { recordings } = world.stores;
      await recordings.begin(session("1"));
      equal(await recordings.add(ALICE, "1", "m1", 10), true);
      equal(await recordings.add(ALICE, "1", "m2", 5), true);
      equal(await recordings.add("bob", "1", "m3", 5), false);
      equal(await recordings.end(ALICE, "1", 20, [BOB]), true);
      const again = (await world.restart()).recordings;
      const known = { ...session("1"), parties: [BOB], endedAt: 20, messages: 2, sizeBytes: 15 };
      equal(await again.find(ALICE, "1"), known);
      equal(await again.find("bob", "1"), undefined);
      equal(await again.messages(ALICE, "1", 0, 10), [
        { number: 1, message: "m1" },
        { number: 2, message: "m2" },
      ]);
      equal(await again.messages(ALICE, "1", 1, 10), [{ number: 2, message: "m2" }]);
      equal(await again.messages("bob", "1", 0, 10), []);
    },
  );

  caseOf(contract, `${name}: the newest come first, page by page`, async ({ stores }) => {
    const { recordings } = stores;
    for (const id of ["1", "2", "3"]) await recordings.begin(session(id));
    await recordings.begin({ ...session("4"), owner: "bob" });
    const ids = async (before: string | undefined, limit: number) =>
      (await recordings.list(ALICE, before, limit)).map(({ id }) => id);
    equal(await ids(undefined, 2), ["3", "2"]);
    equal(await ids("2", 2), ["1"]);
  });

  caseOf(contract, `${name}: what an earlier life has not ended is ended`, async (world) => {
    await world.stores.recordings.begin(session("1"));
    await world.stores.recordings.begin(session("2"));
    await world.stores.recordings.end(ALICE, "2", 20, []);
    const { recordings } = await world.restart();
    equal(await recordings.endAll(30), 1);
    equal((await recordings.find(ALICE, "1"))?.endedAt, 30);
    equal((await recordings.find(ALICE, "2"))?.endedAt, 20);
  });

  caseOf(
    contract,
    `${name}: what is removed is gone at once, and its messages are named part by part`,
    async ({ stores }) => {
      const { recordings } = stores;
      await recordings.begin(session("1"));
      for (const message of ["m1", "m2", "m3"]) await recordings.add(ALICE, "1", message, 1);
      equal(await recordings.due(10, 2), undefined);
      equal(await recordings.remove("bob", "1"), false);
      equal(await recordings.remove(ALICE, "1"), true);
      equal(await recordings.remove(ALICE, "1"), false);
      equal(await recordings.find(ALICE, "1"), undefined);
      equal(await recordings.list(ALICE, undefined, 10), []);
      equal(await recordings.add(ALICE, "1", "m4", 1), false);
      equal(await recordings.end(ALICE, "1", 20, []), false);
      const first = [
        { number: 1, message: "m1" },
        { number: 2, message: "m2" },
      ];
      equal(await recordings.due(10, 2), { owner: ALICE, id: "1", messages: first });
      await recordings.unlink(ALICE, "1", 2);
      const rest = [{ number: 3, message: "m3" }];
      equal(await recordings.due(10, 2), { owner: ALICE, id: "1", messages: rest });
      await recordings.unlink(ALICE, "1", 3);
      equal(await recordings.due(10, 2), undefined);
    },
  );

  caseOf(
    contract,
    `${name}: time and the end of an account take it, but not what is on hold`,
    async ({ stores }) => {
      const { recordings, history } = stores;
      await recordings.begin(session("1"));
      await recordings.begin({ ...session("2"), expiresAt: 50 });
      await history.hold(ALICE, true);
      equal(await recordings.due(60, 2), undefined);
      await history.hold(ALICE, false);
      equal(await recordings.due(60, 2), { owner: ALICE, id: "2", messages: [] });
      await recordings.unlink(ALICE, "2", 0);
      equal(await recordings.removeAll(ALICE), 1);
      equal(await recordings.due(60, 2), { owner: ALICE, id: "1", messages: [] });
    },
  );
}

function session(id: string): NewRecording {
  return {
    id,
    owner: ALICE,
    name: "Lunch",
    subject: undefined,
    conversation: BOB.uri,
    group: "sip:pool@parlance.test",
    groupName: "Pool",
    parties: [],
    startedAt: 10,
    expiresAt: 100,
  };
}

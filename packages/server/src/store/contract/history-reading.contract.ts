/** What every HistoryStore must hold of what is read of it, and of what its owner has read. */
import {
  HISTORY_REMOVALS_BOUND,
  HISTORY_REMOVALS_MS,
  HISTORY_UNREAD_BOUND,
  type HistoryPart,
  type HistoryScope,
  type HistoryStore,
  type NewHistoryMessage,
} from "../history.ts";
import { type Contract, caseOf } from "./contract.ts";
import {
  ALICE,
  AMPLE,
  AT,
  BOB,
  CAROL,
  ids,
  kept,
  message,
  pairOf,
  TEAM,
} from "./history-messages.ts";

export function historyReadingContract(name: string, contract: Contract): void {
  reading(name, contract);
  marking(name, contract);
  removing(name, contract);
  shortening(name, contract);
}

function reading(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what is kept is read both ways, so many octets`, async (world) => {
    const { history } = world.stores;
    for (const number of [1, 2, 3, 4, 5, 6])
      await history.add(message(number, pairOf(number)), AMPLE);
    const part = { conversation: undefined, from: undefined, limit: 10, bytes: 10_000 };
    const read = (parts: Partial<HistoryPart>) =>
      ids(history.read(ALICE, { ...part, towards: "older", ...parts }));
    equal(await read({ limit: 2 }), ["6", "5"]);
    equal(await read({ from: 3 }), ["2", "1"]);
    equal(await read({ towards: "newer", limit: 2 }), ["1", "2"]);
    equal(await read({ towards: "newer", from: 4 }), ["5", "6"]);
    equal(await read({ towards: "newer", from: 2, conversation: BOB }), ["4", "6"]);
    equal(await read({ conversation: TEAM, from: 5 }), ["3", "1"]);
    equal(await read({ bytes: 250 }), ["6", "5"]);
    equal(await read({ bytes: 1 }), ["6"]);
    await history.remove(ALICE, ["5"]);
    equal(await read({ limit: 2 }), ["6", "4"]);
    equal(await history.read(CAROL, { ...part, towards: "older" }), []);
    const [first] = await history.read(ALICE, { ...part, towards: "newer", limit: 1 });
    equal(first, kept(message(1, pairOf(1)), 1));
  });

  caseOf(contract, `${name}: conversations are listed by their newest message`, async (world) => {
    const { history } = world.stores;
    const say = (number: number, parts: Partial<NewHistoryMessage>) =>
      history.add(message(number, parts), AMPLE);
    await say(1, { conversation: BOB });
    await say(2, { conversation: TEAM });
    await say(3, { conversation: TEAM, direction: "sent" });
    await say(4, { conversation: BOB });
    await say(5, { conversation: CAROL });
    equal(await list(history), [
      [CAROL, "5", 1],
      [BOB, "4", 2],
      [TEAM, "3", 1],
    ]);
    equal(await list(history, 5, 1), [[BOB, "4", 2]]);
    await history.remove(ALICE, ["4", "5"]);
    const left = [
      [TEAM, "3", 1],
      [BOB, "1", 1],
    ];
    equal(await list(history), left);
    await history.sweep(AT, 10);
    equal(await list((await world.restart()).history), left);
    equal(await list((await world.restart()).history, 2), [[BOB, "1", 1]]);
  });
}

function marking(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what was read stays read, and is told in order`, async (world) => {
    const { history } = world.stores;
    for (const number of [1, 2, 3, 4, 5, 6])
      await history.add(message(number, { messageId: `m${number}`, ...pairOf(number) }), AMPLE);
    const mark = async (conversation: string, upTo: string | readonly string[]) => {
      const point = typeof upTo === "string" ? ({ by: "id", id: upTo } as const) : undefined;
      const those = { by: "messageIds", ids: [upTo].flat() } as const;
      return (await history.mark(ALICE, conversation, point ?? those))?.changed;
    };
    equal(await mark(BOB, "4"), true);
    equal(await mark(BOB, ["m2"]), false);
    equal(await mark(BOB, "3"), undefined);
    equal(await mark(CAROL, ["m2"]), undefined);
    equal(await mark(TEAM, ["m1"]), true);
    equal(await mark(BOB, ["m2", "m6", "m4", "m9"]), true);
    const ofBob = { conversation: BOB, version: 3, sequence: 6, id: "6", messageId: "m6" };
    const ofTeam = { conversation: TEAM, version: 2, sequence: 1, id: "1", messageId: "m1" };
    const again = (await world.restart()).history;
    equal(await again.marks(ALICE, 0, 9), [
      { ...ofTeam, at: AT + 1 },
      { ...ofBob, at: AT + 6 },
    ]);
    equal(await again.marks(ALICE, 2, 9), [{ ...ofBob, at: AT + 6 }]);
    equal(await again.marks(BOB, 0, 9), []);
    equal(await again.state(ALICE), { kept: 6, marked: 3, removals: 0 });
    equal(await again.state(BOB), { kept: 0, marked: 0, removals: 0 });
    const unread = (await again.conversations(ALICE, undefined, 9)).map((one) => one.unread);
    equal(unread, [0, 2]);
    equal(await again.removeNewest(ALICE, BOB, 9), 3);
    equal(await again.marks(ALICE, 2, 9), []);
    equal(await again.conversations(ALICE, undefined, 1), [
      {
        conversation: TEAM,
        newest: kept(message(5, { messageId: "m5", ...pairOf(5) }), 5),
        unread: 2,
        mark: { ...ofTeam, at: AT + 1 },
      },
    ]);
  });

  caseOf(contract, `${name}: nobody counts further what is not read`, async ({ stores }) => {
    const { history } = stores;
    const many = Array.from({ length: HISTORY_UNREAD_BOUND + 5 }, (_, at) => message(at + 1));
    await Promise.all(many.map((one) => history.add(one, AMPLE)));
    const [of] = await history.conversations(ALICE, undefined, 1);
    equal(of?.unread, HISTORY_UNREAD_BOUND);
  });
}

function removing(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what was removed is told in order, and once`, async (world) => {
    const { history } = world.stores;
    const note = (conversation: string, messageId?: string, at = AT) =>
      history.noteRemoval(ALICE, { conversation, messageId, at });
    equal(await removals(history, 0), []);
    await note(BOB, "m1");
    await note(BOB, "m2");
    await note(TEAM, "m1");
    await note(BOB, "m1");
    const again = (await world.restart()).history;
    equal(await removals(again, 0), [
      [2, BOB, "m2"],
      [3, TEAM, "m1"],
      [4, BOB, "m1"],
    ]);
    equal(await removals(again, 2, 1), [[3, TEAM, "m1"]]);
    equal(await again.removals(BOB, 0, 9), []);
    equal(await again.state(ALICE), { kept: 0, marked: 0, removals: 4 });
  });

  caseOf(contract, `${name}: a removal is told no longer than it is worth`, async ({ stores }) => {
    const { history } = stores;
    const note = (conversation: string, messageId: string | undefined, at: number) =>
      history.noteRemoval(ALICE, { conversation, messageId, at });
    const left = async () =>
      (await history.removals(ALICE, 0, 9_999)).map(({ version }) => version);
    await note(BOB, "m1", AT);
    await note(BOB, "m2", AT + 1);
    await note(TEAM, undefined, AT + 2);
    await note(BOB, undefined, AT + 3);
    equal(await left(), [3, 4]);
    await note(CAROL, "m1", AT + 3 + HISTORY_REMOVALS_MS);
    equal(await left(), [4, 5]);
    const many = Array.from({ length: HISTORY_REMOVALS_BOUND }, (_, at) => `n${at}`);
    for (const id of many) await note(CAROL, id, AT + 3);
    equal((await left()).length, HISTORY_REMOVALS_BOUND);
    equal((await left()).at(0), 6);
    await history.removeNewest(ALICE, undefined, 9);
    equal(await left(), []);
    equal((await history.state(ALICE)).removals, 5 + HISTORY_REMOVALS_BOUND);
  });
}

async function removals(store: HistoryStore, after: number, limit = 9) {
  const found = await store.removals(ALICE, after, limit);
  return found.map(({ version, conversation, messageId }) => [version, conversation, messageId]);
}

function shortening(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what is to stay for less time goes earlier`, async ({ stores }) => {
    const { history } = stores;
    for (const number of [1, 2, 3, 4]) await history.add(message(number, pairOf(number)), AMPLE);
    await history.add(message(5, { owner: BOB, conversation: TEAM }), AMPLE);
    const shorten = async (of: HistoryScope, keepMs: number) => {
      let after: number | undefined;
      do after = await history.shorten(of, keepMs, after, 2);
      while (after !== undefined);
    };
    await shorten({ of: "conversation", name: TEAM }, 1_000);
    equal((await history.sweep(AT + 1_005, 9)).removed, 3);
    equal((await list(history)).length, 1);
    await shorten({ of: "owner", name: CAROL }, 1);
    await shorten({ of: "owner", name: ALICE }, 10_000_000);
    equal((await history.sweep(AT + 900_000, 9)).removed, 0);
    await shorten({ of: "owner", name: ALICE }, 2_000);
    equal((await history.find(ALICE, "2"))?.expiresAt, AT + 2_002);
    equal((await history.sweep(AT + 2_002, 9)).removed, 1);
    equal((await history.sweep(AT + 2_004, 9)).removed, 1);
  });
}

async function list(store: HistoryStore, before?: number, limit = 9) {
  const found = await store.conversations(ALICE, before, limit);
  return found.map(({ conversation, newest, unread }) => [conversation, newest.id, unread]);
}

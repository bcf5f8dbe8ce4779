/** What every HistoryStore must hold. */
import { HISTORY_HOLD_MS, HISTORY_SEARCH_BOUND, type HistoryStore } from "../history.ts";
import { type Contract, caseOf } from "./contract.ts";
import {
  ALICE,
  AMPLE,
  AT,
  BOB,
  CAROL,
  EXPIRY,
  found,
  ids,
  kept,
  message,
  NEWEST,
  pairOf,
  saying,
  TEAM,
} from "./history-messages.ts";
import { historyReadingContract } from "./history-reading.contract.ts";

export function historyStoreContract(name: string, contract: Contract): void {
  keeping(name, contract);
  searching(name, contract);
  removing(name, contract);
  historyReadingContract(name, contract);
  holding(name, contract);
}

function keeping(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a message survives a restart, each byte of it`, async (world) => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    const subject = 'Ünïcode 🙂 \0 "quoted" [,] \r\n';
    const full = message(1, { subject, bytes, authId: BOB, group: TEAM, messageId: "m1" });
    equal(await world.stores.history.add({ ...full, searchText: "x" }, AMPLE), "stored");
    equal(await world.stores.history.add(message(2), AMPLE), "stored");
    const { history } = await world.restart();
    equal(await history.find(ALICE, "1"), kept(full, 1));
    equal(await history.find(ALICE, "2"), kept(message(2), 2));
    equal(await history.find(BOB, "1"), undefined);
    equal(await history.find(ALICE, "3"), undefined);
  });

  caseOf(contract, `${name}: a message added twice is kept once`, async ({ stores }) => {
    equal(await stores.history.add(message(1), AMPLE), "stored");
    equal(await stores.history.add(message(1, { subject: "other" }), AMPLE), "known");
    equal(await stores.history.usage(ALICE), { messages: 1, bytes: 100 });
    equal(await stores.history.add(message(1, { owner: BOB }), AMPLE), "stored");
    equal(await stores.history.add(message(2, { owner: BOB }), AMPLE), "stored");
    equal(await stores.history.mostUsed(), { messages: 2, bytes: 200 });
  });

  caseOf(contract, `${name}: pages go back from the newest, of all or of one`, async (world) => {
    const { history } = world.stores;
    for (const number of [1, 2, 3, 4, 5, 6])
      await history.add(message(number, { conversation: number % 2 === 0 ? BOB : TEAM }), AMPLE);
    await history.add(message(7, { owner: BOB }), AMPLE);
    equal(await ids(history.page(ALICE, { ...NEWEST, limit: 4 })), ["6", "5", "4", "3"]);
    equal(await ids(history.page(ALICE, { ...NEWEST, before: 3 })), ["2", "1"]);
    equal(await ids(history.page(ALICE, { ...NEWEST, conversation: BOB, limit: 2 })), ["6", "4"]);
    equal(await ids(history.page(ALICE, { ...NEWEST, conversation: BOB, before: 4 })), ["2"]);
    equal(await ids(history.page(ALICE, { ...NEWEST, conversation: CAROL })), []);
    equal(await ids(history.page(CAROL, NEWEST)), []);
    const [newest] = await history.page(ALICE, { ...NEWEST, limit: 1 });
    const { bytes: _, ...entry } = kept(message(6, { conversation: BOB }), 6);
    equal(newest, entry);
  });

  caseOf(contract, `${name}: the quota keeps the old and refuses the new`, async (world) => {
    const { history } = world.stores;
    const two = { messages: 2, bytes: 1_000 };
    equal(await history.add(message(1), two), "stored");
    equal(await history.add(message(2), two), "stored");
    equal(await history.add(message(3), two), "over quota");
    equal(await history.add(message(4, { owner: BOB }), two), "stored");
    const large = message(5, { owner: BOB, content: "c5", sizeBytes: 850 });
    equal(await history.add(large, two), "over quota");
    equal(await history.add({ ...large, sizeBytes: 800 }, two), "stored");
    equal(await history.contents(), ["c5"]);
    equal(await (await world.restart()).history.add(message(6), two), "over quota");
  });
}

function searching(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: messages are found by parts of words in any script`, async (world) => {
    const { history } = world.stores;
    const texts = [
      "Please send the Invoice by Monday",
      "請求書を送りました",
      "Счёт-фактура отправлена",
      'He said "100% _sure_" AND left',
      "invite the voice of noise", // has the threes of "invoice", and not the word
    ];
    for (const [at, text] of texts.entries()) await history.add(saying(at + 1, text), AMPLE);
    await history.add(saying(9, "invoice", { owner: BOB }), AMPLE);
    const find = (query: string) => found(history, query);
    equal(await find("invoice"), ["1"]);
    equal(await find("VOIC"), ["5", "1"]);
    equal(await find("monday invoice"), ["1"]);
    equal(await find("monday invite"), []);
    equal(await find("求書を"), ["2"]);
    equal(await find("請求"), ["2"]);
    equal(await find("фактура СЧЁТ"), ["3"]);
    equal(await find('"100%'), ["4"]);
    equal(await find("_sure_ and"), ["4"]);
    equal(await find("zzz"), []);
    equal(await found(history, "invoice", CAROL), []);
    const again = (await world.restart()).history;
    equal(await found(again, "invoice"), ["1"]);
  });

  caseOf(contract, `${name}: a search goes on where the last page ended`, async ({ stores }) => {
    const { history } = stores;
    const many = HISTORY_SEARCH_BOUND / 4 + 50;
    for (let number = 1; number <= many; number += 1) {
      const conversation = number % 3 === 0 ? BOB : TEAM;
      const text = number % 2 === 0 ? "the ship sails" : "the shop is closed";
      await history.add(saying(number, text, { conversation }), AMPLE);
    }
    const sails = await all(history, ["sails"], undefined);
    equal(sails, numbersDown(many, 2));
    equal(await all(history, ["sails", "s"], BOB), numbersDown(many, 6));
    equal(await all(history, ["sh"], BOB), numbersDown(many, 3));
  });

  caseOf(contract, `${name}: a search looks at so many and no more`, async ({ stores }) => {
    const { history } = stores;
    await history.add(saying(1, "needle"), AMPLE);
    const rest = HISTORY_SEARCH_BOUND;
    for (let number = 2; number <= rest + 1; number += 1)
      await history.add(saying(number, "hay"), AMPLE);
    const first = await history.search(ALICE, ["ne"], NEWEST);
    equal(first, { entries: [], before: 2 });
    const second = await history.search(ALICE, ["ne"], { ...NEWEST, before: first.before });
    equal(
      second.entries.map(({ id }) => id),
      ["1"],
    );
  });
}

function removing(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what was removed is gone at once, its room later`, async (world) => {
    const { history } = world.stores;
    for (const number of [1, 2, 3]) await history.add(saying(number, "same words"), AMPLE);
    await history.add(saying(4, "same words", { owner: BOB }), AMPLE);
    equal(await history.remove(ALICE, ["1", "3", "3", "4", "9"]), 2);
    equal(await history.remove(CAROL, ["1"]), 0);
    equal(await ids(history.page(ALICE, NEWEST)), ["2"]);
    equal(await found(history, "words"), ["2"]);
    equal(await history.find(ALICE, "1"), undefined);
    equal((await history.usage(ALICE)).messages, 3);
    equal(await history.sweep(AT, 10), { removed: 2, owners: [], contents: [], more: false });
    equal(await history.usage(ALICE), { messages: 1, bytes: 100 });
    const again = (await world.restart()).history;
    equal(await again.add(saying(5, "same words"), AMPLE), "stored");
    equal(
      (await again.page(ALICE, NEWEST)).map(({ sequence }) => sequence),
      [4, 2],
    );
    equal(await found(again, "words"), ["5", "2"]);
  });

  caseOf(contract, `${name}: what is over goes, so many at a time`, async ({ stores }) => {
    const { history } = stores;
    for (const number of [1, 2, 3, 4, 5]) {
      const content = number === 2 ? "c2" : undefined;
      const expiresAt = AT + number;
      await history.add(saying(number, "old news", { expiresAt, content }), AMPLE);
    }
    equal(await history.sweep(AT, 2), { removed: 0, owners: [], contents: [], more: false });
    equal(await history.sweep(AT + 4, 3), {
      removed: 3,
      owners: [ALICE],
      contents: ["c2"],
      more: true,
    });
    equal(await history.sweep(AT + 4, 3), {
      removed: 1,
      owners: [ALICE],
      contents: [],
      more: false,
    });
    equal(await found(history, "news"), ["5"]);
  });

  caseOf(contract, `${name}: much is removed part by part`, async ({ stores }) => {
    const { history } = stores;
    for (let number = 1; number <= 300; number += 1)
      await history.add(saying(number, `number ${number}`, pairOf(number)), AMPLE);
    equal(await history.removeNewest(ALICE, BOB, 100), 100);
    equal(await history.removeNewest(ALICE, BOB, 100), 50);
    equal(await history.removeNewest(ALICE, BOB, 100), 0);
    equal(await found(history, "number 300"), []);
    equal(await found(history, "number 299"), ["299"]);
    equal(await history.removeNewest(ALICE, undefined, 1_000), 150);
    equal(await history.page(ALICE, NEWEST), []);
    equal(await sweptAt(history, AT), 300);
    equal(await history.usage(ALICE), { messages: 0, bytes: 0 });
  });
}

function holding(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what is on hold is not swept, and is when it ends`, async (world) => {
    const { history } = world.stores;
    for (const number of [1, 2]) await history.add(saying(number, "held"), AMPLE);
    await history.add(message(3, { owner: BOB, expiresAt: AT }), AMPLE);
    equal(await history.isHeld(ALICE), false);
    equal(await history.hold(ALICE, true), true);
    equal(await history.hold(ALICE, true), false);
    equal(await history.remove(ALICE, ["1"]), 1);
    equal(await found(history, "held"), ["2"]);
    equal((await history.sweep(EXPIRY, 10)).removed, 1);
    equal((await history.usage(ALICE)).messages, 2);
    const again = (await world.restart()).history;
    equal(await again.isHeld(ALICE), true);
    equal(await again.sweep(EXPIRY + 1, 10), { removed: 0, owners: [], contents: [], more: false });
    equal(await again.hold(ALICE, false), true);
    equal((await again.sweep(EXPIRY + HISTORY_HOLD_MS, 10)).removed, 2);
  });

  caseOf(contract, `${name}: who has kept nothing yet may be on hold`, async ({ stores }) => {
    equal(await stores.history.hold(CAROL, false), false);
    equal(await stores.history.hold(CAROL, true), true);
    equal(await stores.history.isHeld(CAROL), true);
    equal(await stores.history.add(message(1, { owner: CAROL }), AMPLE), "stored");
  });
}

/** Every page of a search. */
async function all(
  history: HistoryStore,
  words: readonly string[],
  conversation: string | undefined,
): Promise<readonly string[]> {
  const hits: string[] = [];
  let before: number | undefined;
  do {
    const page = await history.search(ALICE, words, { conversation, before, limit: 7 });
    hits.push(...page.entries.map(({ id }) => id));
    before = page.before;
  } while (before !== undefined);
  return hits;
}

/** From `most` down to 1, those that `step` divides. */
function numbersDown(most: number, step: number): readonly string[] {
  const numbers = Array.from({ length: Math.floor(most / step) }, (_, at) => `${(at + 1) * step}`);
  return numbers.toReversed();
}

/** How many go when it is swept as often as there is more to do. */
async function sweptAt(history: HistoryStore, now: number): Promise<number> {
  let removedOfAll = 0;
  for (;;) {
    const { removed, more } = await history.sweep(now, 1_000);
    removedOfAll += removed;
    if (!more) return removedOfAll;
  }
}

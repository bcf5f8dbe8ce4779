/** What every RoomStore must hold. */
import type { RoomEntry, RoomPage } from "../rooms.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function roomStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: what was said survives a restart, each byte of it`, async (world) => {
    const { rooms } = world.stores;
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    const full = entry(7, { senderId: 'imdn Ünïcode 🙂 "quoted"', bytes, audience: [BOB] });
    equal(await rooms.append(full), "stored");
    equal(await rooms.append(entry(8)), "stored");
    const again = (await world.restart()).rooms;
    equal(await again.page(POOL, BOB, 0, ALL), [full, entry(8)]);
    equal(await again.open(POOL), { last: 8, cursors: [] });
    equal(await again.open("sip:nobody@parlance.test"), { last: 0, cursors: [] });
  });

  caseOf(contract, `${name}: what is said again by the same sender is kept once`, async (world) => {
    const { rooms } = world.stores;
    equal(await rooms.append(entry(1)), "stored");
    equal(await rooms.append(entry(2, { senderId: "id 1" })), "known");
    equal(await rooms.append(entry(3, { senderId: "id 1", sender: BOB })), "stored");
    equal(await rooms.append(entry(1, { room: OTHER })), "stored");
    equal(await sequences(rooms.page(POOL, BOB, 0, ALL)), [1, 3]);
  });

  caseOf(contract, `${name}: nobody reads what is for others alone`, async ({ stores }) => {
    const { rooms } = stores;
    await rooms.append(entry(1, { audience: [BOB, CAROL] }));
    await rooms.append(entry(2, { audience: [CAROL] }));
    await rooms.append(entry(3, { audience: [] }));
    await rooms.append(entry(4));
    equal(await sequences(rooms.page(POOL, BOB, 0, ALL)), [1, 4]);
    equal(await sequences(rooms.page(POOL, CAROL, 0, ALL)), [1, 2, 4]);
    equal(await sequences(rooms.page(POOL, ALICE, 0, ALL)), [1, 2, 3, 4]);
  });

  caseOf(contract, `${name}: pages end after so many messages or octets`, async ({ stores }) => {
    const { rooms } = stores;
    for (const sequence of [1, 2, 3, 4]) await rooms.append(entry(sequence));
    await rooms.append(entry(5, { bytes: bytesOf(5_000, 1) }));
    const page = (after: number, most: RoomPage) => sequences(rooms.page(POOL, BOB, after, most));
    equal(await page(0, { messages: 3, bytes: 10_000 }), [1, 2, 3]);
    equal(await page(2, { messages: 3, bytes: 10_000 }), [3, 4, 5]);
    equal(await page(2, { messages: 3, bytes: 250 }), [3, 4]);
    equal(await page(4, { messages: 3, bytes: 250 }), [5]);
    equal(await page(5, { messages: 3, bytes: 250 }), []);
  });

  caseOf(
    contract,
    `${name}: a message is found by the id that devices know`,
    async ({ stores }) => {
      const { rooms } = stores;
      await rooms.append(entry(1));
      await rooms.append(entry(9));
      equal(await rooms.find(POOL, "m9"), 9);
      equal(await rooms.find(OTHER, "m9"), undefined);
      equal(await rooms.find(POOL, "m2"), undefined);
    },
  );

  caseOf(contract, `${name}: cursors go forward, survive, and are forgotten`, async (world) => {
    const { rooms } = world.stores;
    await rooms.advance(POOL, [
      { member: BOB, sequence: 5 },
      { member: CAROL, sequence: 3 },
    ]);
    await rooms.advance(POOL, [{ member: BOB, sequence: 4 }]);
    await rooms.forget(POOL, CAROL);
    await rooms.forget(POOL, ALICE);
    await rooms.advance(OTHER, [{ member: BOB, sequence: 1 }]);
    const again = (await world.restart()).rooms;
    equal(await again.open(POOL), { last: 0, cursors: [{ member: BOB, sequence: 5 }] });
    await again.advance(OTHER, [
      { member: `${BOB} phone`, sequence: 1 },
      { member: `${BOB}2`, sequence: 1 },
    ]);
    equal(await again.forgetMember(BOB), 3);
    equal(await again.forgetMember(BOB), 0);
    equal((await again.open(OTHER)).cursors, [{ member: `${BOB}2`, sequence: 1 }]);
  });

  caseOf(contract, `${name}: what was said to him alone goes with a member`, async (world) => {
    const { rooms } = world.stores;
    await rooms.append(entry(1));
    await rooms.append(entry(2, { audience: [BOB, CAROL] }));
    await rooms.append(entry(3, { audience: [`${BOB}2`] }));
    await rooms.append(entry(4, { audience: [BOB] }));
    equal(await rooms.forgetMember(BOB), 2);
    const again = (await world.restart()).rooms;
    equal(await again.forgetMember(BOB), 0);
    equal(await sequences(again.page(POOL, ALICE, 0, ALL)), [1, 2, 3]);
    equal((await again.page(POOL, CAROL, 0, ALL)).at(-1)?.audience, [CAROL]);
    equal((await again.open(POOL)).last, 4);
  });

  caseOf(
    contract,
    `${name}: old messages go, and their numbers are not used again`,
    async (world) => {
      const { rooms } = world.stores;
      for (const sequence of [1, 2, 3, 4]) await rooms.append(entry(sequence));
      await rooms.append(entry(1, { room: OTHER }));
      equal(await rooms.prune(POOL, 3, 0), 2);
      equal(await rooms.prune(POOL, 3, 0), 0);
      equal(await rooms.prune(POOL, 0, SAID_AT + 4), 1);
      equal(await sequences(rooms.page(POOL, BOB, 0, ALL)), [4]);
      equal(await rooms.append(entry(5, { senderId: "id 1" })), "stored");
      equal(await rooms.prune(POOL, 100, 0), 2);
      const again = (await world.restart()).rooms;
      equal(await again.open(POOL), { last: 5, cursors: [] });
      equal(await sequences(again.page(OTHER, BOB, 0, ALL)), [1]);
    },
  );

  caseOf(contract, `${name}: a room is removed with all that was said in it`, async (world) => {
    const { rooms } = world.stores;
    await rooms.append(entry(1, { audience: [BOB] }));
    await rooms.append(entry(1, { room: OTHER }));
    await rooms.advance(POOL, [{ member: BOB, sequence: 1 }]);
    equal(await rooms.list(undefined, 5), [OTHER, POOL]);
    equal(await rooms.list(undefined, 1), [OTHER]);
    equal(await rooms.list(OTHER, 5), [POOL]);
    await rooms.remove(POOL);
    const again = (await world.restart()).rooms;
    equal(await again.list(undefined, 5), [OTHER]);
    equal(await again.open(POOL), { last: 0, cursors: [] });
    equal(await again.page(POOL, BOB, 0, ALL), []);
    equal(await sequences(again.page(OTHER, BOB, 0, ALL)), [1]);
  });
}

const POOL = "sip:pool@parlance.test";
const OTHER = "sip:other@parlance.test";
const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const SAID_AT = 1_900_000_000_000;
const ALL: RoomPage = { messages: 100, bytes: 1_000_000 };

function entry(sequence: number, parts: Partial<RoomEntry> = {}): RoomEntry {
  return {
    room: POOL,
    sequence,
    messageId: `m${sequence}`,
    sender: ALICE,
    senderId: `id ${sequence}`,
    audience: undefined,
    saidAt: SAID_AT + sequence,
    type: "text/plain",
    bytes: bytesOf(100, sequence),
    ...parts,
  };
}

async function sequences(page: Promise<readonly RoomEntry[]>): Promise<readonly number[]> {
  return (await page).map(({ sequence }) => sequence);
}

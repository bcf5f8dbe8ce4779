/** Groups made for once, groups with members, and who is brought in or sent away. OMA IM 7.1.1.3, 7.1.1.4, 7.1.1.6, 7.1.1.7, 7.1.1.14 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImClient } from "../client.ts";
import { codeOf, reading } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { GroupInvitation } from "./group-invitation.ts";
import type { Room } from "./room.ts";
import { inLobby, LOBBY, lobbyFor, namesOf, shownIn } from "./rooms-world.test.ts";

const TEAM = "sip:team@parlance.test";
const GROUPS = {
  groups: [{ name: "team", displayName: "Team", members: ["alice", "bob", "carol"] }],
};

/** Says yes to everything. */
function accepting(client: ImClient): {
  readonly invitations: GroupInvitation[];
  readonly rooms: Room[];
} {
  const invitations: GroupInvitation[] = [];
  const rooms: Room[] = [];
  client.on("invitation", (asked) => {
    if (asked.kind !== "group") return;
    invitations.push(asked);
    const room = asked.accept();
    if (room !== undefined) rooms.push(room);
  });
  return { invitations, rooms };
}

test("whoever makes a group has those in it who come, and writes to all of them (IMSpec-SMM-C-002, IM-7.1.3.2.1-02)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice", { displayName: "Alice" });
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  const [bobs, carols] = [accepting(bob), accepting(carol)];
  const room = await world.until(
    alice.createGroup([bob.address, { address: carol.address }], { subject: "Lunch" }),
  );
  assert.equal(room.adHoc, true);
  assert.match(room.address, /^sip:im-[0-9a-f]{24}@parlance\.test$/);
  await world.until(() => carols.rooms[0]?.state === "in");
  assert.deepEqual(
    [...bobs.rooms, ...carols.rooms].map(({ address }) => address),
    [room.address, room.address],
  );
  const [asked] = bobs.invitations;
  assert.deepEqual(
    [asked?.from, asked?.group, asked?.subject, asked?.others],
    [alice.address, undefined, "Lunch", [bob.address, carol.address]],
  );
  await world.run(3_000);
  assert.deepEqual(namesOf(room), ["Alice", "bob", "carol"]);
  assert.deepEqual(room.me?.roles, ["creator"]);
  const shown = [reading(alice), reading(bob), reading(carol)];
  await world.until(room.send("hungry?").delivered);
  await world.until(bobs.rooms[0]?.send("yes").delivered ?? assert.fail());
  assert.deepEqual(shown.map(shownIn), [["all yes"], ["all hungry?"], ["all hungry?", "all yes"]]);
  assert.equal(shown[1]?.[0]?.conversation, bobs.rooms[0]?.address);
});

/** What has become of each, as whoever asks hears it. */
async function outcomesOf(room: Room): Promise<readonly string[]> {
  return Promise.all(
    room.asked.map(async ({ address, came }) => {
      const outcome = await came.then(
        () => "came",
        (error) => `${error.code} ${error.status}`,
      );
      return `${address.replace(/@.*/, "")} ${outcome}`;
    }),
  );
}

test("whoever makes a group hears who does not come, and why; nobody else does (RFC 5366 §4, RFC 4575 §5.7.7)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  const bobs = accepting(bob);
  carol.on("invitation", (asked) => asked.decline());
  const room = await world.until(
    alice.createGroup([
      { address: world.address("nobody"), hidden: true },
      { address: world.address("nowhere"), anonymous: true },
      world.address("dave"), // is away
      carol.address,
      bob.address,
    ]),
  );
  await world.until(() => bobs.rooms[0]?.state === "in");
  const heard: string[] = [];
  bobs.rooms[0]?.on("roster", (change) => {
    if ("member" in change) heard.push(`${change.type} ${change.member.entity}`);
    assert.equal("reason" in change ? change.reason : undefined, undefined);
  });
  assert.deepEqual(await world.until(outcomesOf(room)), [
    "sip:nobody no such user or group 404",
    "sip:nowhere no such user or group 404",
    "sip:dave not reachable 480",
    "sip:carol declined 603",
    "sip:bob came",
  ]);
  await world.run(5_000);
  assert.ok(!heard.some((one) => /nobody|nowhere/.test(one)), heard.join());
  assert.deepEqual(namesOf(room), ["alice", "bob"]);
});

test("who is asked without his name is known to have come when all of those have answered, and nobody hears which of them he is", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const [bob, carol] = [await world.client("bob"), await world.client("carol")];
  const dave = await world.client("dave");
  const [bobs] = [accepting(bob)];
  const ringing: GroupInvitation[] = [];
  carol.on("invitation", (asked) => asked.kind === "group" && ringing.push(asked));
  dave.on("invitation", (asked) => asked.decline());
  const nameless = [carol, dave].map(({ address }) => ({ address, anonymous: true }));
  const room = await world.until(
    alice.createGroup([{ address: bob.address, anonymous: true }, ...nameless]),
  );
  await world.until(() => bobs.rooms[0]?.state === "in" && ringing.length === 1);
  const known: string[] = [];
  for (const { address, came } of room.asked) {
    void came.then(
      () => known.push(`${address} came`),
      () => known.push(`${address} not`),
    );
  }
  await world.run(20_000);
  assert.deepEqual(known, [`${dave.address} not`]); // another one rings yet: whoever is in may be either
  ringing[0]?.accept();
  await world.run(10_000);
  assert.deepEqual(known.toSorted(), [
    `${bob.address} came`,
    `${carol.address} came`,
    `${dave.address} not`,
  ]);
  const others = room.members.filter(({ me }) => !me);
  assert.ok(others.length === 2 && others.every(({ anonymous }) => anonymous));
});

test("whoever asks many at once hears of each (RFC 5368 §5)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  accepting(bob);
  accepting(carol);
  const room = await world.until(alice.createGroup([bob.address]));
  await world.run(3_000);
  const nobody = Array.from({ length: 12 }, (_, at) => world.address(`nobody${at}`));
  const asked = await world.until(room.invite([carol.address, bob.address, ...nobody]));
  const outcomes = await world.until(Promise.allSettled(asked.map(({ came }) => came)));
  assert.deepEqual(
    outcomes.map((one) => (one.status === "rejected" ? one.reason.status : "came")),
    ["came", "came", ...Array<number>(12).fill(404)],
  );
  assert.deepEqual(namesOf(room), ["alice", "bob", "carol"]);
});

test("whoever leaves waits for nobody any more", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  accepting(bob);
  carol.on("invitation", () => {}); // thinks about it
  const room = await world.until(alice.createGroup([bob.address, carol.address]));
  room.leave();
  assert.equal((await world.until(outcomesOf(room)))[1], "sip:carol closed undefined");
});

test("a group with members calls them (IMSpec-SMM-C-003)", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const { invitations, rooms } = accepting(bob);
  const room = await world.until(alice.join(TEAM));
  await world.until(() => rooms[0]?.state === "in");
  assert.deepEqual([invitations[0]?.group, invitations[0]?.from], [TEAM, alice.address]);
  const shown = reading(bob);
  await world.until(room.send("hello team").delivered);
  assert.equal(shown[0]?.conversation, TEAM);
  assert.equal(rooms[0]?.address, TEAM);
});

test("a group that calls together with the line is among the rooms of a client that has just connected", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice");
  world.link("bob").weather.delayMs = 300;
  const starting = world.startClient("bob", { sessions: { groups: "accept" } });
  await world.until(() => world.server.stats.registeredUsers === 2);
  const joining = alice.join(TEAM);
  const bob = await world.until(starting);
  await world.until(joining);
  const [room] = bob.rooms;
  assert.equal(room?.address, TEAM);
  await world.until(room?.inside ?? assert.fail());
});

test("whoever is called while he is on his way in comes in, also when another device of his has answered the call first", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice");
  const called = { sessions: { groups: "accept" } } as const;
  const laptop = await world.client("bob", { ...called, device: "laptop" });
  await world.client("bob", { ...called, device: "phone" });
  world.link("laptop").weather.delayMs = 300;
  world.link("phone").weather.delayMs = 100;
  const joining = laptop.join(TEAM);
  const room = await world.until(alice.join(TEAM));
  const own = await world.until(joining);
  assert.equal(own.state, "in");
  const shown = reading(laptop);
  await world.until(room.send("hello team").delivered);
  assert.deepEqual(shownIn(shown), ["all hello team"]);
});

test("an invitation may be declined, and where nobody decides it is not taken (OMA IM 7.1.2.1)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  await world.client("carol");
  const dave = await world.client("dave", { sessions: { groups: "accept" } });
  bob.on("invitation", (asked) => asked.decline());
  const arrived: Room[] = [];
  dave.on("room", (room) => arrived.push(room));
  assert.equal(await world.until(codeOf(alice.createGroup([world.address("bob")]))), "declined");
  assert.equal(
    await world.until(codeOf(alice.createGroup([world.address("carol")]))),
    "not reachable",
  );
  await world.until(alice.createGroup([dave.address, world.address("carol")]));
  await world.until(() => arrived[0]?.state === "in");
  assert.deepEqual(dave.rooms, arrived);
});

test("others are brought in, one or many at once (IMSpec-SMM-C-007)", async (t) => {
  const { world, people } = await inLobby(t, ["alice"]);
  const [alice] = people;
  const others: ReturnType<typeof accepting>[] = [];
  for (const name of ["bob", "carol", "dave"]) others.push(accepting(await world.client(name)));
  await world.until(alice.room.invite(world.address("bob")));
  await world.until(() => others[0]?.rooms[0]?.state === "in");
  const nobodies = Array.from({ length: 7 }, (_, at) => world.address(`nobody${at}`));
  const many = [world.address("carol"), world.address("dave"), ...nobodies];
  await world.until(alice.room.invite(many)); // one REFER with a list
  await world.until(() => others.every(({ rooms }) => rooms[0]?.state === "in"));
  assert.equal(others[2]?.invitations[0]?.group, LOBBY);
  await world.run(3_000);
  assert.deepEqual(namesOf(alice.room), ["alice", "bob", "carol", "dave"]);
});

test("whoever asks others to come hears what becomes of it (RFC 3515)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice] = people;
  const carol = await world.client("carol");
  carol.on("invitation", (asked) => asked.decline());
  const names = ["bob", "carol", "dave", "nobody"];
  const asked = await world.until(alice.room.invite(names.map((name) => world.address(name))));
  const outcomes = asked.map(({ came }) => codeOf(came));
  assert.deepEqual(
    [asked.map(({ address }) => address), await world.until(Promise.all(outcomes))],
    [
      names.map((name) => world.address(name)),
      [undefined, "declined", "not reachable", "no such user or group"],
    ],
  );
  const dave = accepting(await world.client("dave"));
  const [comes] = await world.until(alice.room.invite(world.address("dave")));
  await world.until(comes?.came ?? assert.fail());
  await world.until(() => dave.rooms[0]?.state === "in");
});

test("whoever may sends others away, and they know it, and stay away (IMSpec-SMM-C-009)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"]);
  const [alice, bob, carol] = people;
  await world.run(3_000);
  const departures: unknown[] = [];
  alice.room.on("roster", (change) => {
    if (change.type === "removed") departures.push([change.member.name, change.why]);
  });
  assert.equal(await world.until(codeOf(bob.room.expel(carol.client.address))), "refused");
  const [, member] = alice.room.members;
  await world.until(alice.room.expel(member ?? assert.fail()));
  await world.until(() => bob.room.state === "left");
  assert.equal(bob.room.ending?.why, "expelled");
  await world.run(5_000);
  assert.deepEqual(departures, [["bob", "expelled"]]);
  assert.equal(await world.until(codeOf(bob.client.join(LOBBY))), "refused");
  await world.run(200_000);
  assert.deepEqual(bob.client.rooms, []);
  assert.equal(carol.room.state, "in");
});

test("a conversation becomes a group, and both sides have the group in its place (IMSpec-SMM-C-008)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const carol = await world.client("carol");
  const carols = accepting(carol);
  const arrived: Room[] = [];
  bob.on("room", (room) => arrived.push(room));
  const chat = alice.conversation(bob.address);
  await world.until(chat.open());
  const room = await world.until(chat.extend([carol.address], { subject: "Launch" }));
  await world.until(() => arrived[0]?.state === "in" && carols.rooms[0]?.state === "in");
  await world.until(() => chat.session === "none");
  assert.equal(bob.conversation(alice.address).session, "none");
  await world.run(3_000);
  assert.deepEqual(namesOf(room), ["alice", "bob", "carol"]);
  const shown = reading(bob);
  await world.until(room.send("now all of us").delivered);
  assert.deepEqual(shownIn(shown), ["all now all of us"]);
});

test("without a session the other side is asked like everybody (IMSpec-SMM-C-008)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bobs = accepting(await world.client("bob"));
  const room = await world.until(
    alice.conversation(world.address("bob")).extend([world.address("carol")]),
  );
  await world.until(() => bobs.rooms[0]?.state === "in");
  await world.run(1_000);
  assert.equal(room.state, "in");
});

test("whoever was away from a group that keeps nothing is told that something may be missing (IMSpec-SMM-C-015)", async (t) => {
  const world = await lobbyFor(t, { limits: { roomLogMessages: 0 } });
  const alice = await world.client("alice");
  const bobs = accepting(await world.client("bob"));
  const carols = accepting(await world.client("carol"));
  const room = await world.until(alice.createGroup([world.address("bob"), world.address("carol")]));
  await world.until(() => [bobs, carols].every(({ rooms }) => rooms[0]?.state === "in"));
  await world.run(3_000);
  const [bob] = bobs.rooms;
  assert.ok(bob !== undefined);
  let missed = 0;
  bob.on("missed", () => {
    missed += 1;
  });
  world.link("bob").silence();
  for (const text of ["one", "two", "three", "four"]) {
    await world.until(room.send(text).accepted);
  }
  await world.run(120_000);
  world.link("bob").restore();
  await world.until(() => bob.state === "in" && missed > 0, 600_000);
  await world.until(room.send("again").delivered);
  assert.equal(missed, 1);
});

test("whoever has made a group ends it for all (OMA IM 7.1.1.14)", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bobs = accepting(await world.client("bob"));
  const room = await world.until(alice.createGroup([world.address("bob")]));
  await world.until(() => bobs.rooms[0]?.state === "in");
  await world.run(3_000);
  await world.until(room.end());
  await world.until(() => bobs.rooms[0]?.state === "left");
  assert.equal(room.state, "left");
  await world.run(60_000);
  assert.equal(world.server.stats.conferences, 0);
});

test("who is away for a while, and is sent away meanwhile, does not come back, nor does what was said (IMSpec-SMM-C-009)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const store = new MemoryStore();
  const carol = await world.client("carol", { store });
  await world.until(carol.join(LOBBY));
  await world.run(3_000);
  await world.until(carol.close());
  await world.until(alice.room.expel(carol.address));
  await world.until(bob.room.send("he is gone").delivered);
  const again = await world.client("carol", { store });
  const shown = reading(again);
  await world.run(30_000);
  assert.deepEqual([shownIn(shown), again.rooms.length], [[], 0]);
  assert.equal(await world.until(codeOf(again.join(LOBBY))), "refused");
});

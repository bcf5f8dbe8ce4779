/** Large messages and files for many: lists, groups, and those who are in a session. OMA IM 9.3, 12.5, 13.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMessage } from "@parlance/sip";
import { SeededRandom, type WorldOptions } from "@parlance/testkit";
import { concatBytes, utf8Text } from "@parlance/wire";
import type { ImClient } from "../client.ts";
import { codeOf, reading, statesOf, textOf } from "../people.test.ts";
import type { IncomingMessage } from "../receiving/incoming-message.ts";
import type { IncomingFile } from "../session/files/incoming-file.ts";
import { requests, wire } from "../session/sessions.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { inLobby, LOBBY, lobbyFor, shownIn } from "./rooms-world.test.ts";

const TEAM = "sip:team@parlance.test";
const GROUPS: WorldOptions["server"] = {
  groups: [{ name: "team", displayName: "Team", members: ["alice", "bob", "carol"] }],
};
/** Over datagrams somewhere on the way: what is long goes in a session of its own. */
const DATAGRAMS = { connectionOriented: false } as const;
const LONG = "long ".repeat(10_000);

function filesOf(client: ImClient): IncomingFile[] {
  const offered: IncomingFile[] = [];
  client.on("file", (file) => offered.push(file));
  return offered;
}

async function allOf(file: IncomingFile | undefined): Promise<Uint8Array> {
  assert.ok(file !== undefined);
  const pieces: Uint8Array[] = [];
  await file.save((piece) => void pieces.push(piece));
  return concatBytes(...pieces);
}

function about({ conversation, from }: IncomingMessage): readonly string[] {
  return [conversation, from];
}

test("a large message to a group reaches its members, those who are away later, and one report tells of all (IM-9.3.2.1-03)", async (t) => {
  const seen = wire();
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice", { ...DATAGRAMS, trace: seen.trace });
  const bob = await world.client("bob");
  const shown = [reading(bob)];
  const sent = alice.send(TEAM, LONG);
  const states = statesOf(sent);
  await world.until(sent.accepted);
  await world.until(() => shown[0]?.length === 1);
  await world.run(20_000);
  const carol = await world.client("carol");
  shown.push(reading(carol));
  await world.until(sent.delivered);
  await world.run(20_000);
  assert.deepEqual(
    shown.map((messages) => messages.map(textOf)),
    [[LONG], [LONG]],
  );
  assert.deepEqual(shown.flat().map(about), [
    [TEAM, alice.address],
    [TEAM, alice.address],
  ]);
  assert.ok(states.includes("delivered"));
  assert.equal(requests(seen.in, "MESSAGE").length, 2); // of Bob, and later of Carol
  assert.equal(world.server.stats.conferences, 0);
});

test("a crash of the server loses no copy of what it has taken for many", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice", DATAGRAMS);
  const sent = alice.send(TEAM, LONG);
  await world.until(sent.accepted);
  await world.restartServer();
  const shown: IncomingMessage[][] = [];
  for (const name of ["bob", "carol"]) shown.push(reading(await world.client(name)));
  await world.until(() => shown.every((messages) => messages.length === 1), 600_000);
  assert.deepEqual(
    shown.map((messages) => messages.map(textOf)),
    [[LONG], [LONG]],
  );
});

test("a large message to a list is for each of them, and its envelope names each alone", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice", DATAGRAMS);
  const [bobs, carols] = [wire(), wire()];
  const bob = await world.client("bob", { trace: bobs.trace });
  const carol = await world.client("carol", { trace: carols.trace });
  const shown = [reading(bob), reading(carol)];
  const sent = alice.send([bob.address, carol.address], LONG, { subject: "Report" });
  await world.until(sent.delivered);
  assert.deepEqual(
    shown.map((messages) => messages.map(({ subject, id }) => [subject, id])),
    [[["Report", sent.id]], [["Report", sent.id]]],
  );
  assert.deepEqual(shown.flat().map(textOf), [LONG, LONG]);
  assert.deepEqual(shown.flat().map(about), [
    [alice.address, alice.address],
    [alice.address, alice.address],
  ]);
  for (const each of [bobs, carols]) assert.equal(requests(each.in, "INVITE").length, 1);
});

test("a large message to a list or a group is in the history of its author, once, as it was sent (IM-5.2.4-08f)", async (t) => {
  const world = await lobbyFor(t, { ...GROUPS, history: { default: true } });
  const alice = await world.client("alice", DATAGRAMS);
  const bob = await world.client("bob");
  await world.client("carol");
  await world.until(alice.send([bob.address, "sip:carol@parlance.test"], LONG).accepted);
  await world.until(alice.send(TEAM, LONG).accepted);
  await world.run(5_000);
  const newest = { conversation: undefined, before: undefined, limit: 10 };
  const listed = async (name: string) =>
    (await world.stores.history.page(name, newest)).map(
      ({ mode, direction, conversation, sizeBytes }) =>
        `${mode} ${direction} ${conversation} ${sizeBytes}`,
    );
  assert.deepEqual(await listed("alice"), [
    `large sent ${TEAM} ${LONG.length}`,
    `large sent sip:conf-factory@parlance.test ${LONG.length}`,
  ]);
  assert.deepEqual(await listed("bob"), [
    `large received ${TEAM} ${LONG.length}`,
    `large received ${alice.address} ${LONG.length}`,
  ]);
});

test("nobody hides from a group that does not allow it (IM-9.1.1.1-N1)", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice", DATAGRAMS);
  const sent = alice.send(TEAM, LONG, { anonymous: true });
  await world.until(() => sent.state === "failed");
  assert.deepEqual([sent.failure?.code, sent.failure?.status], ["refused", 403]);
});

test("who is no member sends no large message to a group", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const dave = await world.client("dave", DATAGRAMS);
  assert.equal(await world.until(codeOf(dave.send(TEAM, LONG).accepted)), "refused");
});

test("a large message to a chat room is heard there by all, under the name that its sender has there", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"], {
    clients: { alice: DATAGRAMS },
    joins: { alice: { nickname: "Night Owl", anonymous: true } },
  });
  const [alice, bob, carol] = people;
  const shown = [reading(bob.client), reading(carol.client)];
  world.link("carol").silence();
  await world.until(alice.client.send(LOBBY, LONG).accepted);
  await world.until(() => shownIn(shown[0]).length === 1);
  await world.run(120_000);
  world.link("carol").restore();
  await world.until(() => shownIn(shown[1]).length === 1, 600_000);
  assert.deepEqual(shown.map(shownIn), [[`all ${LONG}`], [`all ${LONG}`]]);
  for (const message of shown.flat().filter(({ reach }) => reach === "all")) {
    assert.equal(message.fromName, "Night Owl");
    assert.notEqual(message.from, alice.client.address);
  }
});

test("a file to a group is offered to each member who is there, and taken like any other", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice");
  const others = [await world.client("bob"), await world.client("carol")];
  const offered = others.map(filesOf);
  const content = new SeededRandom(7).bytes(300_000);
  const blob = new File([content], "map.png", { type: "image/png" });
  const sent = alice.conversation(TEAM).sendFile(blob, { via: "session" });
  await world.until(() => offered.every((files) => files.length === 1));
  for (const [file] of offered) {
    assert.deepEqual(
      [file?.name, file?.type, file?.sizeBytes, file?.from, file?.conversation],
      ["map.png", "image/png", 300_000, alice.address, TEAM],
    );
  }
  const took = await world.until(Promise.all(offered.map(([file]) => allOf(file))));
  assert.deepEqual(took, [content, content]);
  await world.until(() => sent.state === "delivered");
  assert.deepEqual(
    sent.recipients.toSorted((a, b) => a.address.localeCompare(b.address)),
    [
      { address: "sip:bob@parlance.test", state: "delivered" },
      { address: "sip:carol@parlance.test", state: "delivered" },
    ],
  );
  await world.run(120_000);
  assert.equal(offered.flat().length, 2);
});

test("a file to a group whose members are away, or do not want it, is told of member by member (RFC 5438 §8)", async (t) => {
  const limits = { deferredFileBytes: 1_000_000 };
  const world = await lobbyFor(t, { ...GROUPS, limits });
  const alice = await world.client("alice");
  const stranger = await world.client("dave");
  const offered = filesOf(await world.client("bob"));
  const sent = alice.conversation(TEAM).sendFile(new Uint8Array(5_000), { via: "session" });
  await world.until(() => offered.length === 1);
  const known = () => sent.recipients.map(({ address, state }) => `${address} ${state}`).toSorted();
  await world.until(() => sent.recipients.length === 2, 20_000);
  assert.deepEqual(known(), ["sip:bob@parlance.test asked", "sip:carol@parlance.test deferred"]);
  assert.equal(sent.state, "deferred");
  offered[0]?.decline();
  await world.run(60_000);
  assert.deepEqual(known(), ["sip:bob@parlance.test declined", "sip:carol@parlance.test deferred"]);
  const carols = filesOf(await world.client("carol"));
  await world.until(() => carols.length === 1);
  assert.equal((await world.until(allOf(carols[0]))).length, 5_000);
  await world.until(() => sent.state === "delivered");
  assert.deepEqual(known(), [
    "sip:bob@parlance.test declined",
    "sip:carol@parlance.test delivered",
  ]);
  assert.doesNotMatch(known().join(), new RegExp(stranger.address));
});

test("who does not answer has a file for a group waiting, and who blocks its sender does not get it", async (t) => {
  const limits = { deferredFileBytes: 1_000_000 };
  const world = await lobbyFor(t, { ...GROUPS, limits });
  const alice = await world.client("alice");
  const bobs = filesOf(await world.client("bob"));
  const carol = await world.client("carol");
  await world.until(carol.blocked.add(alice.address));
  const carols = filesOf(carol);
  const sent = alice.conversation(TEAM).sendFile(new Uint8Array(5_000), { via: "session" });
  const states: string[] = [];
  sent.on("recipients", (each) => states.push(each.map(({ state }) => state).join()));
  await world.until(() => bobs.length === 1);
  await world.run(180_000); // he does not answer
  assert.equal(sent.state, "deferred");
  const known = new Map(sent.recipients.map(({ address, state }) => [address, state]));
  assert.deepEqual(
    [known.get("sip:bob@parlance.test"), known.get(carol.address)],
    ["deferred", "failed"],
  );
  assert.deepEqual(
    [carols.length, states.at(-1)?.split(",").toSorted()],
    [0, ["deferred", "failed"]],
  );
});

test("a file for a group that nobody wants is declined; of one that was wanted by some it is known over restarts of both sides", async (t) => {
  const limits = { deferredFileBytes: 1_000_000 };
  const world = await lobbyFor(t, { ...GROUPS, limits });
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const offered = filesOf(await world.client("bob"));
  const carols = filesOf(await world.client("carol"));
  const content = new Uint8Array(5_000);
  const unwanted = alice.conversation(TEAM).sendFile(content, { via: "session" });
  await world.until(() => offered.length === 1 && carols.length === 1);
  for (const [file] of [offered, carols]) file?.decline();
  await world.until(() => unwanted.state === "failed");
  assert.equal(unwanted.failure?.code, "declined");
  assert.deepEqual(
    unwanted.recipients.map(({ state }) => state),
    ["declined", "declined"],
  );

  const sent = alice.conversation(TEAM).sendFile(content, { via: "session" });
  await world.until(() => offered.length === 2 && carols.length === 2);
  offered[1]?.decline();
  await world.until(() => sent.recipients.some(({ state }) => state === "declined"));
  await world.run(1_000);
  await world.until(alice.close());
  await world.restartServer();
  await world.client("alice", { store });
  const kept = async () => (await store.sentFile(sent.id))?.recipients?.toSorted(byAddress);
  assert.deepEqual(await kept(), [
    { address: "sip:bob@parlance.test", state: "declined" },
    { address: "sip:carol@parlance.test", state: "asked" },
  ]);
  // It was taken from nobody: it is offered to her once more.
  await world.until(() => carols.length === 3, 600_000);
  await world.until(allOf(carols[2]));
  await world.run(30_000);
  assert.deepEqual(await kept(), [
    { address: "sip:bob@parlance.test", state: "declined" },
    { address: "sip:carol@parlance.test", state: "delivered" },
  ]);
  assert.equal((await store.sentFile(sent.id))?.state, "delivered");
});

function byAddress(one: { readonly address: string }, other: { readonly address: string }): number {
  return one.address.localeCompare(other.address);
}

test("messages do not wait while somebody thinks about a file", async (t) => {
  const world = await lobbyFor(t, GROUPS);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const offered = filesOf(bob);
  const shown = reading(bob);
  alice.conversation(TEAM).sendFile(new Uint8Array(5_000), { via: "session", name: "a" });
  await world.until(() => offered.length === 1);
  await world.until(alice.send(bob.address, "did you see it?").delivered, 5_000);
  assert.deepEqual(shown.map(textOf), ["did you see it?"]);
  offered[0]?.decline();
  await world.run(600_000);
  assert.equal(offered.length, 1);
});

test("a file in a session goes to those who are in, and shows nothing of who hides", async (t) => {
  const seen = wire();
  const { world, people } = await inLobby(t, ["alice", "bob"], {
    clients: { bob: { trace: seen.trace } },
    joins: { alice: { nickname: "Night Owl", anonymous: true } },
  });
  const [alice, bob] = people;
  const dave = await world.client("dave");
  const [offered, none] = [filesOf(bob.client), filesOf(dave)];
  const content = new SeededRandom(8).bytes(20_000);
  const sent = alice.room.sendFile(new File([content], "owl.png"), { via: "session" });
  await world.until(() => offered.length === 1);
  const [file] = offered;
  assert.deepEqual([file?.conversation, file?.fromName], [LOBBY, "Night Owl"]);
  assert.equal(file?.from, bob.room.members.find(({ me }) => !me)?.entity);
  const [invite, ...more] = requests(seen.in, "INVITE");
  assert.ok(invite !== undefined && more.length === 0);
  const text = utf8Text(formatMessage(invite));
  assert.match(text, /owl\.png/);
  assert.doesNotMatch(text, /alice/i);
  assert.deepEqual(await world.until(allOf(file)), content);
  await world.run(30_000);
  assert.deepEqual([sent.state, sent.recipients], ["sent", []]); // nor is he told who has it
  assert.equal(none.length, 0);
  // Who is not in sends nothing there.
  const stranger = dave.conversation(LOBBY).sendFile(content, { via: "session" });
  await world.until(() => stranger.state === "failed");
});

test("a file that is too large for a group is refused before it is sent (OMA IM 13.3)", async (t) => {
  const world = await lobbyFor(t, { ...GROUPS, limits: { groupFileBytes: 10_000 } });
  const alice = await world.client("alice");
  await world.client("bob");
  const sent = alice.conversation(TEAM).sendFile(new Uint8Array(10_001), { via: "session" });
  await world.until(() => sent.state === "failed");
  assert.deepEqual([sent.failure?.status, sent.failure?.warning], [403, "size exceeded"]);
});

/** Rows of the matrix about sessions of many: who comes in, who speaks, who sends away, and what was said before. */
import assert from "node:assert/strict";
import { within } from "../../../../../tools/test/deadline.ts";
import { MediaPeer, mediaAddress } from "../../../../../tools/test/media-peer.ts";
import { type Party, RawCall } from "../../../../../tools/test/raw-session.ts";
import { newId, type WireFrame, writeFrame } from "../../../../../tools/test/wire-frame.ts";
import type { Scenario, Scenarios, Scene } from "./scenario.ts";

/** What the scenarios of this file want of the server. */
export const WITH_ROOMS = {
  rooms: [{ name: "lobby", moderators: ["alice"] }, { name: "attic" }],
  groups: [{ name: "team", members: ["alice", "bob"], inviteMembers: false }],
  "conferences.announce": [],
  "history.default": true,
  "conferences.aliasPage": true,
  "limits.aliasLinkSeconds": 10,
};
const HEARD_MS = 10_000;
const TYPES = { types: "message/cpim text/plain" };

export interface Guest {
  readonly call: RawCall;
  readonly party: Party;
  readonly heard: readonly WireFrame[];
}

export async function enter(scene: Scene, name: string, room: string): Promise<Guest> {
  const user = await scene.victim.user(name, "TCP");
  const { call, answer } = await RawCall.begin(user, scene.addressOf(room), TYPES);
  assert.ok(call !== undefined, answer.text);
  const { party } = call;
  await party.connect();
  const heard = party.listen(); // the room may speak at once
  assert.equal(await party.greet(), 200);
  return { call, party, heard };
}

/** Until it has come; others are served meanwhile. */
export async function heardBy(scene: Scene, guest: Guest, text: string): Promise<WireFrame> {
  const find = () => guest.heard.find(({ body }) => body?.includes(text));
  const look = async (): Promise<WireFrame> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await scene.victim.assertWell();
    }
  };
  return within(HEARD_MS, look(), () => `${guest.party.user.address} does not hear "${text}"`);
}

function hasHeard({ heard }: Guest, text: string): boolean {
  return heard.some(({ body }) => body?.includes(text));
}

function envelope(from: string, room: string, text: string): string {
  return `From: <${from}>\r\nTo: <${room}>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`;
}

function say(scene: Scene, { party }: Guest, room: string, text: string): Promise<number> {
  const body = envelope(party.user.address, scene.addressOf(room), text);
  const range = `Byte-Range: 1-${body.length}/${body.length}`;
  return party.send([`Message-ID: ${newId()}`, range, "Content-Type: message/cpim"], body);
}

const notInTheRoom: Scenario = async (scene) => {
  const [alice, bob] = [await enter(scene, "alice", "team"), await enter(scene, "bob", "team")];
  const carol = await scene.victim.user("carol", "TCP");
  const watching = await carol.ask({
    method: "SUBSCRIBE",
    uri: alice.call.target,
    headers: ["Event: conference", "Expires: 600", "Contact: <sip:carol@127.0.0.1>"],
  });
  assert.ok(watching.status === 403 || watching.status === 481, watching.startLine);
  // With all of alice's addresses, but a connection of her own.
  const { server, own, user } = alice.party;
  const thief = await MediaPeer.connect(mediaAddress(server));
  const body = envelope(user.address, scene.addressOf("team"), "from outside");
  const headers = ["Message-ID: forged", "Content-Type: message/cpim"];
  for (const [from, status] of [
    [own, 506],
    [own.replace(/\w+;/, "x;"), 481],
  ] as const) {
    for (const parts of [
      { method: "SEND", headers, body },
      { method: "NICKNAME", headers: ['Use-Nickname: "Alice"'] },
    ]) {
      const id = newId();
      thief.send(writeFrame({ ...parts, to: server, from, id }));
      assert.equal(await thief.answerTo(id), status);
    }
  }
  thief.close();
  assert.equal(await say(scene, alice, "team", "from inside"), 200);
  await heardBy(scene, bob, "from inside");
  assert.ok(!hasHeard(bob, "from outside"));
  for (const guest of [alice, bob]) await guest.call.end();
};

const closedToStrangers: Scenario = async (scene) => {
  const alice = await enter(scene, "alice", "team");
  const carol = await scene.victim.user("carol", "TCP");
  for (const uri of [scene.addressOf("team"), alice.call.target]) {
    const { answer, call } = await RawCall.begin(carol, uri, TYPES);
    assert.equal(answer.status, 403);
    assert.equal(call, undefined);
    assert.equal(answer.body, ""); // and no way in
  }
  await alice.call.end();
};

/** Alice sends carol away. */
async function sendAway(scene: Scene, alice: Guest, carol: Guest): Promise<void> {
  const address = carol.party.user.address;
  const answer = await alice.call.ask("REFER", [
    `Refer-To: <${address};method=BYE>`,
    "Refer-Sub: false",
    `Contact: <${alice.party.user.address}>`,
  ]);
  assert.equal(answer.status, 202, answer.text);
  await carol.call.bye();
  await scene.victim.assertWell();
}

const sentAway: Scenario = async (scene) => {
  const [alice, bob] = [await enter(scene, "alice", "lobby"), await enter(scene, "bob", "lobby")];
  const carol = await enter(scene, "carol", "lobby");
  assert.equal(await say(scene, carol, "lobby", "while I may"), 200);
  await heardBy(scene, bob, "while I may");
  await sendAway(scene, alice, carol);
  assert.equal(await say(scene, carol, "lobby", "all the same"), 481);
  assert.equal(await say(scene, alice, "lobby", "go on"), 200);
  await heardBy(scene, bob, "go on");
  assert.ok(!hasHeard(bob, "all the same"));
  assert.ok(!hasHeard(carol, "go on"));
  for (const guest of [alice, bob]) await guest.call.end();
  carol.party.hangUp();
};

const sendsAwayWithoutRight: Scenario = async (scene) => {
  const [bob, carol] = [await enter(scene, "bob", "attic"), await enter(scene, "carol", "attic")];
  const referTo = [`Refer-To: <${carol.party.user.address};method=BYE>`, "Refer-Sub: false"];
  const contact = `Contact: <${bob.party.user.address}>`;
  const answer = await bob.call.ask("REFER", [...referTo, contact]);
  assert.equal(answer.status, 403);
  assert.equal(await say(scene, bob, "attic", "still there?"), 200);
  await heardBy(scene, carol, "still there?");
  for (const guest of [bob, carol]) await guest.call.end();
};

const beforeJoining: Scenario = async (scene) => {
  const [alice, carol] = [
    await enter(scene, "alice", "attic"),
    await enter(scene, "carol", "attic"),
  ];
  assert.equal(await say(scene, alice, "attic", "before bob"), 200);
  await heardBy(scene, carol, "before bob");
  const bob = await enter(scene, "bob", "attic");
  assert.equal(await say(scene, alice, "attic", "since bob"), 200);
  await heardBy(scene, bob, "since bob");
  assert.ok(!hasHeard(bob, "before bob"));
  for (const guest of [alice, bob, carol]) await guest.call.end();
};

export const rooms: Scenarios = new Map([
  ["room-not-member", notInTheRoom],
  ["room-closed-invite", closedToStrangers],
  ["room-kicked-msg", sentAway],
  ["room-kick-by-nonowner", sendsAwayWithoutRight],
  ["room-history-before-join", beforeJoining],
]);

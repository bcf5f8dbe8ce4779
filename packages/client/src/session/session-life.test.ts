/** How sessions come about, live and end. OMA IM 7.1.1, 7.1.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSdp, readOffer } from "@parlance/formats";
import type { ClientEvents } from "../events.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { inSession, invitesIn, requests, responses, wire } from "./sessions.test.ts";
import type { SessionChange } from "./talks.ts";

test("an INVITE says all that the service wants (IMSpec-SMM-C-001, IM-7.1.1.1-P1, IM-7.1.1.1-01, IM-7.1.1.1-02, IM-7.1.1.1-03, IM-7.1.1.1-04, IM-7.1.1.1-06, IM-7.1.1.1-07, IM-7.1.1.1-09, IM-7.1.1.1-Q1, IM-7.1.3.1-01)", async (t) => {
  const seen = wire();
  await inSession(t, { alice: { trace: seen.trace, displayName: "Alice" } });
  const [invite, ...more] = requests(seen.out, "INVITE");
  assert.ok(invite !== undefined && more.length === 0);
  const text = (name: string): string => invite.text(name) ?? "";
  assert.equal(text("Accept-Contact"), "*;+g.oma.sip-im");
  assert.match(text("User-Agent"), /^IM-client\/OMA1\.0 /);
  assert.equal(text("Allow"), "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, UPDATE, NOTIFY, PRACK");
  assert.match(
    text("Contact"),
    /^<sip:alice@198\.51\.100\.100:\d+;transport=tcp>;\+g\.oma\.sip-im$/,
  );
  assert.match(text("Supported"), /\btimer\b/);
  assert.equal(text("Session-Expires"), "1800;refresher=uac");
  assert.equal(text("Min-SE"), "90");
  assert.match(text("From"), /^"?Alice"? <sip:alice@parlance\.test>;tag=/);
  assert.match(text("P-Preferred-Identity"), /Alice.*<sip:alice@parlance\.test>/);
  assert.equal(invite.has("Privacy"), false);
  const sdp = parseSdp(invite.body);
  assert.ok(sdp.ok);
  const [offered] = readOffer(sdp.value).media;
  assert.ok(offered?.kind === "message");
  const { acceptTypes, acceptWrappedTypes, direction, setup, maxSize, path, cema } = offered.media;
  assert.deepEqual(acceptTypes, ["message/cpim", "text/plain", "application/im-iscomposing+xml"]);
  assert.deepEqual([acceptWrappedTypes, direction, setup], [["*"], "sendrecv", "actpass"]);
  assert.deepEqual([maxSize, cema], [10_485_760, true]);
  assert.match(path[0] ?? "", /^msrp:\/\/198\.51\.100\.100:\d+\/[\w-]{20,};tcp$/);
});

test("over WebSocket and TLS the path says so (RFC 7977 §5.2.2)", async (t) => {
  for (const [transport, shape] of [
    ["ws", /a=path:msrp:\/\/[\w.]+:2855\/[\w-]+;ws\r/],
    ["wss", /a=path:msrps:\/\/[\w.]+:2855\/[\w-]+;ws\r/],
    ["tls", /a=path:msrps:\/\/198\.51\.100\.100:\d+\/[\w-]+;tcp\r/],
    ["udp", /a=path:msrp:\/\/198\.51\.100\.100:\d+\/[\w-]+;tcp\r/],
  ] as const) {
    const seen = wire();
    const wishes = { alice: { transport, trace: seen.trace }, bob: { transport } };
    const { world, bob, chat } = await inSession(t, wishes);
    const [invite] = requests(seen.out, "INVITE");
    const description = new TextDecoder().decode(invite?.body);
    assert.match(description, shape);
    if (transport !== "udp" && transport !== "tls") assert.match(description, /a=setup:active\r/);
    const shown = reading(bob);
    await world.until(chat.send(transport).delivered);
    assert.deepEqual(shown.map(textOf), [transport]);
    await world.end();
  }
});

test("anonymity holds for the session as a whole (IM-7.1.1.1-05, IM-7.1.1.1-08)", async (t) => {
  const world = await worldFor(t);
  const seen = wire();
  const alice = await world.client("alice", { trace: seen.trace, displayName: "Alice" });
  const bob = await world.client("bob");
  const shown = reading(bob);
  const chat = alice.conversation(bob.address);
  await world.until(chat.open({ anonymous: true, subject: "Tips" }));
  const [invite] = requests(seen.out, "INVITE");
  assert.equal(invite?.text("Privacy"), "id");
  assert.equal(invite?.text("Subject"), "Tips");
  assert.match(invite?.text("From") ?? "", /^"?Anonymous"? <sip:anonymous@anonymous\.invalid>/);
  await world.until(chat.send("who am I?", { anonymous: true }).delivered);
  assert.equal(shown[0]?.anonymous, true);
  assert.equal(shown[0]?.from, "sip:anonymous@anonymous.invalid");
  await world.until(chat.send("it is me").delivered); // not hidden: by pager mode
  assert.equal(shown[1]?.from, alice.address);
});

test("auto: a letter goes by pager mode; who writes or answers at once opens a session", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const changes: SessionChange[] = [];
  bob.on("session", (change) => changes.push(change));
  const chat = alice.conversation(bob.address);
  await world.until(chat.send("a letter").delivered);
  await world.run(2_000);
  assert.equal(invitesIn(world), 0);

  const back = bob.conversation(alice.address);
  await world.until(back.send("at once").delivered);
  await world.until(() => back.session === "open");
  assert.deepEqual(
    changes.map(({ state }) => state),
    ["inviting", "connecting", "open"],
  );
  await world.until(() => chat.session === "open");
  back.end();
  await world.until(() => chat.session === "none");

  await world.run(300_000); // an answer after minutes is a letter
  await world.until(chat.send("later").delivered);
  assert.equal(chat.session, "none");
  chat.composing();
  await world.until(() => chat.session === "open");
  assert.equal(invitesIn(world), 2); // Bob's and Alice's
});

test("always: the first message waits for the session; never: none is opened", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const never = alice.conversation(bob.address, { sessions: "never" });
  never.composing();
  await world.until(never.send("one").delivered);
  assert.equal(invitesIn(world), 0);
  const always = alice.conversation(bob.address, { sessions: "always" });
  await world.until(always.send("two").delivered);
  assert.equal(world.log.text("MESSAGE sip:bob").match(/alice -> server.* MESSAGE/g)?.length, 2); // composing, "one"
});

test("where no session can be set up messages go by pager mode, and that is remembered for a while", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { incoming: "decline" } });
  const shown = reading(bob);
  const errors: unknown[] = [];
  alice.on("error", (error) => errors.push(error));
  const chat = alice.conversation(bob.address, { sessions: "always" });
  for (const text of ["one", "two", "three"]) await world.until(chat.send(text).delivered);
  assert.deepEqual(shown.map(textOf), ["one", "two", "three"]);
  assert.equal(invitesIn(world), 1);
  assert.deepEqual(errors, []);
  await world.run(61_000);
  await world.until(chat.send("four").delivered);
  assert.equal(invitesIn(world), 2);
});

test("for somebody who is away messages are kept as ever", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const chat = alice.conversation(world.address("bob"), { sessions: "always" });
  const sent = chat.send("later");
  await world.until(sent.reached("deferred"));
  assert.equal(chat.session, "none");
});

test("an idle session ends, in order, and the next message opens another (IMSpec-SMM-C-011, IM-6.1.1.14-01, IM-6.1.1.14-02, IM-7.1.2.3-01, IM-7.1.2.3-02, IM-7.1.2.5-01, IM-7.1.2.5-02, IM-7.1.2.5-03)", async (t) => {
  const seen = wire();
  const { world, bob, alice, chat } = await inSession(t, {
    alice: { sessions: { idleSeconds: 60 } },
    bob: { trace: seen.trace },
  });
  await world.until(chat.send("one").delivered);
  await world.run(59_000);
  assert.equal(chat.session, "open");
  await world.run(2_000);
  assert.equal(chat.session, "none");
  assert.equal(bob.conversation(alice.address).session, "none");
  assert.equal(requests(seen.in, "BYE").length, 1);
  assert.deepEqual(
    responses(seen.out, "BYE").map(({ status }) => status),
    [200],
  );
  chat.composing();
  await world.until(() => chat.session === "open");
  await world.until(chat.send("two").delivered);
});

test("a session is refreshed at half its interval, as the answer says (IM-7.1.1.1-K1)", async (t) => {
  const seen = wire();
  const { world, chat } = await inSession(t, {
    alice: { sessions: { idleSeconds: 7_200 }, trace: seen.trace },
    bob: { sessions: { idleSeconds: 7_200 } },
  });
  await world.run(910_000);
  const updates = requests(seen.out, "UPDATE");
  assert.equal(updates.length, 1);
  assert.match(updates[0]?.text("Session-Expires") ?? "", /^1800;refresher=uac$/);
  await world.run(1_800_000);
  await world.until(chat.send("still here").delivered);
});

test("who is asked hears who calls and why, and may say yes (OMA IM 7.1.2.1)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { displayName: "Alice" });
  const bob = await world.client("bob", { sessions: { incoming: "ask" } });
  const asked: ClientEvents["invitation"][] = [];
  bob.on("invitation", (invitation) => asked.push(invitation));
  const opening = alice.conversation(bob.address).open({ subject: "Lunch" });
  await world.until(() => asked.length === 1);
  const [invitation] = asked;
  assert.ok(invitation !== undefined);
  assert.deepEqual(
    [invitation.from, invitation.fromName, invitation.subject],
    [alice.address, "Alice", "Lunch"],
  );
  await world.run(10_000);
  invitation.accept();
  await world.until(opening);
  assert.equal(await world.until(invitation.settled), "accepted");
  assert.equal(bob.conversation(alice.address).session, "open");
});

test("… or no, or nothing; the caller hears which", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { incoming: "ask" } });
  const answers: ((invitation: ClientEvents["invitation"]) => void)[] = [
    (invitation) => invitation.decline(),
    (invitation) => invitation.decline("busy"),
    () => {},
  ];
  const outcomes: unknown[] = [];
  bob.on("invitation", (invitation) => {
    void invitation.settled.then((outcome) => outcomes.push(outcome));
    answers.shift()?.(invitation);
  });
  const chat = alice.conversation(bob.address);
  const codes: unknown[] = [];
  for (const _ of [1, 2, 3]) codes.push(await world.until(codeOf(chat.open())));
  assert.deepEqual(codes, ["declined", "busy", "not reachable"]);
  assert.deepEqual(outcomes, ["declined", "declined", "expired"]);
});

test("who is called off answers 487, and disturbs nobody any more (IMSpec-SMM-C-012, IM-7.1.2.4-01, IM-7.1.2.4-02, IM-7.1.2.4-03)", async (t) => {
  const world = await worldFor(t);
  const seen = wire();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { incoming: "ask" }, trace: seen.trace });
  const asked: ClientEvents["invitation"][] = [];
  bob.on("invitation", (invitation) => asked.push(invitation));
  const giveUp = new AbortController();
  const opening = codeOf(alice.conversation(bob.address).open({ signal: giveUp.signal }));
  await world.until(() => asked.length === 1);
  giveUp.abort();
  assert.equal(await world.until(opening), "aborted");
  const [invitation] = asked;
  assert.equal(
    await world.until(invitation?.settled ?? Promise.reject(new Error("none"))),
    "withdrawn",
  );
  invitation?.accept(); // too late
  await world.run(5_000);
  const answered = (method: string) => responses(seen.out, method).map(({ status }) => status);
  assert.deepEqual([answered("CANCEL"), answered("INVITE")], [[200], [487]]);
  assert.equal(bob.conversation(alice.address).session, "none");
});

test("two who call each other at the same time have one session", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const [one, other] = [alice.conversation(bob.address), bob.conversation(alice.address)];
  await world.until(Promise.all([one.open(), other.open().catch(() => {})]));
  await world.run(5_000);
  assert.deepEqual([one.session, other.session], ["open", "open"]);
  assert.equal(world.server.stats.sessions, 1);
  const shown = [reading(alice), reading(bob)];
  await world.until(Promise.all([one.send("a").delivered, other.send("b").delivered]));
  assert.deepEqual(
    shown.map((each) => each.map(textOf)),
    [["b"], ["a"]],
  );
});

test("no more sessions at one time than the application wants", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { sessions: { most: 1 } });
  const [bob, carol] = [await world.client("bob"), await world.client("carol")];
  await world.until(alice.conversation(bob.address).open());
  assert.equal(await world.until(codeOf(alice.conversation(carol.address).open())), "busy");
  assert.equal(await world.until(codeOf(carol.conversation(alice.address).open())), "busy");
  await world.until(alice.conversation(carol.address, { sessions: "always" }).send("hi").delivered);
});

test("the peer's change of the session is taken, and answered as the clause says (IMSpec-SMM-C-014, IM-7.1.2.2-P1, IM-7.1.2.2-01, IM-7.1.2.2-01a, IM-7.1.2.2-02, IM-7.1.2.2-03, IM-7.1.2.2-05, IM-7.1.2.2-06, IM-7.1.2.2-07)", async (t) => {
  const seen = wire();
  const { world, alice, bob, chat } = await inSession(t, { bob: { trace: seen.trace } });
  const shown = reading(bob);
  await world.until(chat.modify({ acceptTypes: ["message/cpim", "text/html"] }));
  const [answer] = responses(seen.out, "UPDATE");
  assert.equal(answer?.status, 200);
  // The server has said in its request who refreshes: that stays. RFC 4028 §9
  assert.match(answer?.text("Session-Expires") ?? "", /^1800;refresher=uac$/);
  assert.match(answer?.text("Supported") ?? "", /\btimer\b/);
  assert.match(new TextDecoder().decode(answer?.body), /a=accept-types:message\/cpim\r/);
  await world.until(chat.send("as before").delivered);
  assert.deepEqual(shown.map(textOf), ["as before"]);
  assert.equal(bob.conversation(alice.address).session, "open");
});

test("what cannot be accepted is refused with 488, and everything stays as it was (IM-7.1.2.2-01b)", async (t) => {
  const seen = wire();
  const { world, bob, chat } = await inSession(t, { bob: { trace: seen.trace } });
  const shown = reading(bob);
  const refused = codeOf(chat.modify({ acceptTypes: ["image/png"] }));
  assert.equal(await world.until(refused), "not supported");
  assert.deepEqual(
    responses(seen.out, "UPDATE").map(({ status }) => status),
    [488],
  );
  await world.until(chat.send("as before").delivered);
  assert.deepEqual(shown.map(textOf), ["as before"]);
});

test("a client that leaves says goodbye in its sessions", async (t) => {
  const { world, alice, bob } = await inSession(t);
  const back = bob.conversation(alice.address);
  await world.until(alice.close());
  await world.run(1_000);
  assert.equal(back.session, "none");
  assert.equal(world.server.stats.sessions, 0);
});

const TEAM = { groups: [{ name: "team", members: ["alice", "bob", "carol"] }] };

test("what is written to a group goes to all its members, those too who are away, and nobody is called for it", async (t) => {
  for (const mode of ["auto", "always"] as const) {
    const world = await worldFor(t, { server: TEAM });
    const alice = await world.client("alice", { sessions: { mode } });
    const bob = await world.client("bob");
    const shown = reading(bob);
    const chat = alice.conversation(world.address("team"));
    chat.composing();
    await world.run(1_000);
    for (const text of ["one", "two"]) {
      await world.until(chat.send(text).accepted);
      chat.composing();
      await world.run(30_000);
    }
    await world.until(bob.send(world.address("team"), "three").accepted);
    const carols = reading(await world.client("carol"));
    await world.until(() => carols.length === 3);
    assert.deepEqual(shown.map(textOf), ["one", "two"]);
    assert.deepEqual(carols.map(textOf), ["one", "two", "three"]);
    assert.equal(chat.session, "none");
    if (mode === "auto") assert.equal(invitesIn(world), 0);
    await world.run(5_000);
    assert.equal(world.server.stats.sessions, 0);
    await world.end();
  }
});

/** One-to-one sessions through the server, between phones over a network in memory. OMA IM 9.1 to 9.6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, inSession, two } from "./session-world.test.ts";
import type { SessionPhone } from "./testing/session-phone.ts";

test("two users hold a session by way of the server, each at an address of his own", async () => {
  const { alice, bob, settle } = await inSession();
  assert.ok(alice.call !== undefined && bob.call !== undefined);
  assert.match(alice.peerPath, /^msrp:\/\/192\.0\.2\.1:2855\/\S{20,};tcp$/);
  assert.match(bob.peerPath, /^msrp:\/\/192\.0\.2\.1:2855\/\S{20,};tcp$/);
  assert.notEqual(alice.peerPath, bob.peerPath);
  assert.deepEqual([alice.said("setup"), bob.said("setup")], ["passive", "actpass"]);
  assert.deepEqual([alice.said("x-unknown"), bob.said("x-unknown")], ["kept", "kept"]);
  alice.device.say(alice.peerPath, "hello");
  bob.device.say(bob.peerPath, "good day");
  assert.deepEqual([bob.device.texts, alice.device.texts], [["hello"], ["good day"]]);
  alice.call.end();
  await settle();
  assert.equal(bob.ends[0]?.by, "peer");
  const late = alice.device.say(alice.peerPath, "still there?");
  assert.equal(alice.device.responses.at(-1), `${late} 481`);
});

test("what belongs to one hop is not shown to the other side", async () => {
  const { bob } = await inSession();
  const { request } = bob.incoming ?? assert.fail();
  assert.equal(request.has("Record-Route"), false);
  assert.equal(request.texts("Via").length, 1);
  const whole = request.body;
  assert.equal(new TextDecoder().decode(whole).includes("192.0.2.77"), false);
  assert.match(request.text("Contact") ?? "", /^<sip:\S+@192\.0\.2\.1:5060;transport=tcp>/);
});

test("the caller hears that it rings, and why he was refused", async () => {
  const { alice, bob, settle, world } = await two();
  bob.automatic = false;
  alice.invite("sip:bob@parlance.test");
  await settle();
  bob.incoming?.ring();
  await settle();
  assert.deepEqual(alice.progress, [180]);
  bob.incoming?.refuse(603, (edit) => edit.setText("Warning", '399 bob "not now"'));
  await settle();
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.deepEqual(
    [failure.response.status, failure.response.text("Warning")],
    [603, '399 bob "not now"'],
  );
  assert.equal(world.server.stats.sessions, 0);
});

test("CANCEL ends both calls, and the called side is not disturbed any more (IM-7.1.2.4-01)", async () => {
  const { alice, bob, settle, world } = await two();
  bob.automatic = false;
  const call = alice.invite("sip:bob@parlance.test");
  await settle();
  bob.incoming?.ring();
  await settle();
  call.cancel();
  await settle();
  assert.equal(bob.cancelled, 1);
  assert.deepEqual(
    alice.failures.map(({ kind }) => kind),
    ["cancelled"],
  );
  assert.equal(world.server.stats.sessions, 0);
});

test("of several devices the first that answers has the session, the others are cancelled", async () => {
  const { alice, bob, settle, phone, world } = await two();
  const tablet = await phone("bob", { transport: "WS" });
  bob.automatic = false;
  tablet.automatic = false;
  alice.invite("sip:bob@parlance.test");
  await settle();
  assert.match(bob.peerPath, /;tcp$/);
  assert.match(tablet.peerPath, /:8080\/\S+;ws$/);
  bob.incoming?.ring();
  await settle();
  tablet.accept();
  await settle();
  assert.equal(bob.cancelled, 1);
  connect(world, alice);
  connect(world, tablet);
  alice.device.say(alice.peerPath, "to whichever");
  assert.deepEqual(tablet.device.texts, ["to whichever"]);
});

test("a device whose answer comes second is acknowledged and ended, the session goes on (RFC 3261 §13.2.2.4)", async () => {
  const { alice, bob, settle, phone, world } = await two();
  const tablet = await phone("bob", { transport: "WS" });
  bob.automatic = false;
  tablet.automatic = false;
  alice.invite("sip:bob@parlance.test");
  await settle();
  tablet.accept();
  bob.accept(); // before any CANCEL can be here
  await settle();
  const devices = [tablet, bob];
  const ended = devices.filter(({ ends }) => ends.length > 0);
  assert.deepEqual(
    ended.map(({ ends }) => ends.map(({ by }) => by)),
    [["peer"]], // by BYE, not for want of an ACK
  );
  const [kept] = devices.filter(({ ends }) => ends.length === 0);
  assert.ok(kept);
  connect(world, alice);
  connect(world, kept);
  alice.device.say(alice.peerPath, "to whichever");
  assert.deepEqual(kept.device.texts, ["to whichever"]);
  assert.deepEqual([alice.ends, world.server.stats.sessions], [[], 1]);
});

test("a device that waits to be connected to is connected to, at the address that it names", async () => {
  const { alice, bob, settle, dialled } = await two();
  bob.wish({ setup: "passive" });
  alice.invite("sip:bob@parlance.test");
  await settle();
  assert.deepEqual(dialled, [{ transport: "tcp", host: "bob.example.com", port: 7654 }]);
  assert.equal(alice.ends[0]?.by, "peer"); // nobody answered there
});

test("an offer that nobody can answer is refused with 488, one without messages goes its way", async () => {
  const { alice, settle } = await two();
  alice.wish({ types: "" });
  alice.invite("sip:bob@parlance.test");
  await settle();
  const [failure] = alice.failures;
  assert.equal(failure?.kind === "refused" && failure.response.status, 488);
});

test("a change of the session is the other side's to judge: its answer comes back (IM-6.1.3.3-01, IM-6.1.3.3-03)", async () => {
  const { alice, bob, settle } = await inSession();
  alice.wish({ types: "message/cpim" });
  bob.meets = (offer) =>
    offer.accept({ body: bob.wish({ types: "text/html" }).description("active") });
  const outcome = alice.call?.offer(alice.description("actpass"));
  await settle();
  const answered = await outcome;
  assert.ok(answered?.kind === "answered");
  const told = new TextDecoder().decode(answered.answer?.bytes);
  assert.match(told, /a=accept-types:text\/html/);
  assert.match(told, /a=path:msrp:\/\/192\.0\.2\.1:2855\//);
  assert.match(
    new TextDecoder().decode(bob.offers[0]?.body?.bytes),
    /a=accept-types:message\/cpim\r/,
  );
});

test("a change that is refused leaves the session as it was (IM-6.1.7.2-01, IM-6.1.7.2-03)", async () => {
  const { alice, bob, settle } = await inSession();
  alice.wish({ types: "image/png" });
  const outcome = alice.call?.offer(alice.description("actpass"));
  await settle();
  assert.deepEqual([(await outcome)?.kind, alice.ends.length], ["refused", 0]);
  alice.device.say(alice.peerPath, "as before");
  assert.deepEqual(bob.device.texts, ["as before"]);
});

test("who moves is met at once, with the media where they are now (IM-6.1.3.3-02, IM-6.1.7.2-02, IM-6.1.7.2-04)", async () => {
  const { alice, bob, settle, world } = await inSession();
  bob.device.end.cut();
  alice.device.say(alice.peerPath, "while you were away");
  bob.wish({ session: "another" });
  const outcome = bob.call?.offer(bob.description("actpass"));
  await settle();
  assert.equal((await outcome)?.kind, "answered");
  assert.equal(alice.offers.length, 0); // nothing changes for her
  const { device } = bob;
  Object.defineProperty(device, "path", { value: bob.pathOf("another") });
  connect(world, bob);
  assert.deepEqual(device.texts, ["while you were away"]);
});

test("a device that is lost and does not come back ends the session on both sides, and says why", async () => {
  const { alice, bob, world } = await inSession();
  bob.device.end.cut();
  await world.clock.pass(31_000);
  for (const { ends } of [alice, bob]) {
    const [end] = ends;
    assert.ok(end?.by === "peer");
    assert.equal(end.reasons[0]?.params.get("text"), "MSRP connection lost");
  }
  assert.equal(world.server.stats.sessions, 0);
});

test("INFO inside a session reaches the other side; nobody else is heard in it", async () => {
  const { alice, bob, settle, world, phone } = await inSession();
  const asked = alice.call?.request("INFO", { body: { type: "text/x", bytes: new Uint8Array(3) } });
  await settle();
  const outcome = await asked;
  assert.ok(outcome?.kind === "answered" && outcome.response.status === 200);
  assert.equal(bob.inside[0]?.method, "INFO");
  const carol = await phone("carol");
  const { id } = alice.call?.dialog ?? assert.fail();
  const below = world.phone("carol", { host: "192.0.2.99" });
  await below.register();
  const forged = await below.request(
    "BYE",
    alice.call?.dialog.remoteTarget === undefined ? "" : contactOf(alice),
    (edit) => {
      edit.setText("Call-ID", id.callId);
      edit.setText("From", `<sip:carol@parlance.test>;tag=${id.localTag}`);
      edit.setText("To", `<sip:bob@parlance.test>;tag=${id.remoteTag}`);
    },
  );
  assert.equal(forged.status, 481);
  assert.equal(carol.ends.length + alice.ends.length, 0);
});

test("whoever has as many sessions as he may begins and gets no more", async () => {
  const { alice, bob, settle } = await two({ limits: { sessionsPerUser: 1 } });
  alice.invite("sip:bob@parlance.test");
  await settle();
  alice.invite("sip:bob@parlance.test");
  await settle();
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.equal(failure.response.status, 486);
  assert.match(failure.response.text("Warning") ?? "", /too many sessions/);
  bob.invite("sip:carol@parlance.test");
  await settle();
  assert.equal(bob.failures.length, 1);
});

test("no user is a conference server", async () => {
  const { alice, settle } = await two();
  const contact = `<sip:alice@192.0.2.77>;isfocus;+g.oma.sip-im`;
  alice.invite("sip:bob@parlance.test", { Contact: contact });
  await settle();
  const [failure] = alice.failures;
  assert.ok(failure?.kind === "refused");
  assert.match(failure.response.text("Warning") ?? "", /isfocus already assigned/);
});

test("a Replaces behind the server names the dialog of the other side", async () => {
  const { alice, bob, settle, phone } = await inSession();
  const carol = await phone("carol");
  const { id } = bob.call?.dialog ?? assert.fail();
  const { callId, localTag, remoteTag } = alice.call?.dialog.id ?? assert.fail();
  const replaces = `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
  carol.invite("sip:bob@parlance.test", { Replaces: replaces });
  await settle();
  const invite = bob.incoming?.request ?? assert.fail();
  const behind = `${id.callId};to-tag=${id.localTag};from-tag=${id.remoteTag}`;
  assert.equal(invite.text("Replaces"), behind);
});

test("`media.anchor: never` lets the description pass untouched", async () => {
  const { bob, alice, settle, world } = await two({ media: { anchor: "never" } });
  alice.invite("sip:bob@parlance.test");
  await settle();
  assert.equal(bob.peerPath, alice.device.path);
  assert.equal(world.server.stats.sessions, 0);
});

test("`media.anchor: auto` goes between where a browser or a translated address is", async () => {
  const { bob, alice, settle } = await two({ media: { anchor: "auto" } }, [{ transport: "WS" }]);
  alice.invite("sip:bob@parlance.test");
  await settle();
  assert.match(bob.peerPath, /192\.0\.2\.1:2855/);
});

function contactOf({ call }: SessionPhone): string {
  const target = call?.dialog.remoteTarget;
  return target?.kind === "sip" ? `sip:${target.user}@${target.host}:${target.port}` : "";
}

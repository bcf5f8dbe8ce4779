/** Sessions with phones that hold none: the server answers, and writes messages. RFC 3428, RFC 4975, OMA IM 8, 9 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MsrpDialer } from "@parlance/msrp";
import type { ServerTransaction } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { bodyText, type Phone, World } from "./core/world.test.ts";
import { Keeper } from "./testing/keeper.test.ts";
import type { SaidMessage } from "./testing/msrp-pipe.ts";
import { SessionPhone } from "./testing/session-phone.ts";

interface Talk {
  readonly world: World;
  readonly alice: SessionPhone;
  /** Of Alice, for messages outside the session. */
  readonly below: Phone;
  /** A desk phone: no idea of sessions. */
  readonly bob: Phone;
  /** Says something in the session; the status that it is answered with, once there is one. */
  readonly says: (body: string | Uint8Array, more?: SaidMessage) => Promise<string | undefined>;
}

interface Wishes {
  readonly config?: Partial<ServerConfig>;
  readonly types?: string;
  /** What Bob's phone says to an INVITE. */
  readonly invite?: number;
  readonly plain?: boolean;
}

async function ready({ config, types, invite = 488, plain = true }: Wishes = {}): Promise<Talk> {
  const dialer: MsrpDialer = { dial: () => () => {} };
  const world = await World.open({ compat: { plainSip: true }, ...config }, undefined, dialer);
  const place = { secure: false, host: "192.0.2.1", port: 2855 } as const;
  world.server.media?.listens({ ...place, transport: "tcp" });
  const below = world.phone("alice");
  await below.register();
  const alice = new SessionPhone(below, "alice", world);
  if (types !== undefined) alice.wish({ types });
  const bob = world.phone("bob", { plain });
  await bob.register();
  bob.answer = ({ method }) => (method === "INVITE" ? invite : 200);
  const says = async (body: string | Uint8Array, more: SaidMessage = {}) => {
    const id = alice.device.say(alice.peerPath, body, more);
    await world.settle();
    const answer = alice.device.responses.find((one) => one.startsWith(`${id} `));
    return answer?.split(" ")[1];
  };
  return { world, alice, below, bob, says };
}

async function talking(wishes: Wishes = {}): Promise<Talk> {
  const talk = await ready(wishes);
  const { alice, world } = talk;
  alice.invite("sip:bob@parlance.test");
  await world.settle();
  assert.ok(alice.call !== undefined);
  alice.device.connect((connection) => world.server.media?.taken(connection)).greet(alice.peerPath);
  return talk;
}

const messagesTo = ({ received }: Phone) => received.filter(({ method }) => method === "MESSAGE");

function envelope(text: string, type = "text/plain", from = "alice"): Uint8Array {
  return utf8Bytes(
    `From: <sip:${from}@parlance.test>\r\nTo: <sip:bob@parlance.test>\r\n\r\n` +
      `Content-Type: ${type}\r\n\r\n${text}`,
  );
}

const CPIM = { type: "message/cpim" } as const;

test("what is said in the session reaches the phone as MESSAGE, by its author", async () => {
  const { alice, bob, says, world } = await talking();
  assert.match(alice.said("accept-types") ?? "", /^message\/cpim text\/plain/);
  assert.equal(world.server.stats.sessions, 1);
  assert.equal(await says("hello"), "200");
  const [message] = messagesTo(bob);
  assert.ok(message !== undefined);
  assert.deepEqual([bodyText(message), message.text("Content-Type")], ["hello", "text/plain"]);
  assert.match(message.text("From") ?? "", /<sip:alice@parlance\.test>;tag=/);
  assert.match(message.text("To") ?? "", /<sip:bob@parlance\.test>/);
});

test("every answer that means 'no sessions here' is one, a refusal of its user is not", async () => {
  for (const invite of [405, 415, 480, 488, 501, 606]) await talking({ invite });
  for (const invite of [403, 404, 486, 603]) {
    const { alice, world } = await ready({ invite });
    alice.invite("sip:bob@parlance.test");
    await world.settle();
    const [failure] = alice.failures;
    assert.equal(failure?.kind === "refused" && failure.response.status, invite);
    assert.equal(world.server.stats.sessions, 0);
  }
});

test("480 of an IM client means that it is not the time", async () => {
  const { alice, world } = await ready({ invite: 480, plain: false });
  alice.invite("sip:bob@parlance.test");
  await world.settle();
  assert.equal(alice.failures.length, 1);
});

test("`compat.pagerInterworking` is what `compat.plainSip` is, unless said otherwise", async () => {
  const off = await ready({ config: { compat: { plainSip: true, pagerInterworking: false } } });
  off.alice.invite("sip:bob@parlance.test");
  await off.world.settle();
  assert.equal(off.alice.failures.length, 1);
  await talking({ config: { compat: { pagerInterworking: true } }, plain: false });
});

test("an envelope goes as it is, and as the text in it to a phone that answered 415", async () => {
  const { bob, says } = await talking();
  assert.equal(await says(envelope("one"), CPIM), "200");
  bob.serve = (transaction: ServerTransaction) => {
    const type = transaction.request.text("Content-Type") ?? "";
    transaction.reply(type.startsWith("text/plain") ? 200 : 415);
  };
  assert.equal(await says(envelope("two"), CPIM), "200");
  assert.equal(await says(envelope("three"), CPIM), "200");
  const got = messagesTo(bob).map((one) => one.text("Content-Type")?.split(";")[0]);
  assert.deepEqual(got, ["message/cpim", "message/cpim", "text/plain", "text/plain"]);
  assert.equal(bodyText(messagesTo(bob).at(-1) ?? assert.fail()), "three");
});

test("a message in chunks is one message, and comes before what was said after it", async () => {
  const { alice, bob, says } = await talking();
  const first = { messageId: "long", range: "1-6/12", flag: "+" } as const;
  assert.equal(await says("first ", first), "200");
  assert.equal(messagesTo(bob).length, 0);
  const last = { messageId: "long", range: "7-12/12", successReport: "yes" } as const;
  alice.device.say(alice.peerPath, "second", last);
  assert.equal(await says("third"), "200");
  assert.deepEqual(messagesTo(bob).map(bodyText), ["first second", "third"]);
});

test("the report of success follows the answer of the phone, if it was asked for", async () => {
  const { alice, says } = await talking();
  assert.equal(await says("hello", { messageId: "m", successReport: "yes" }), "200");
  const [report] = alice.device.requests.filter(({ method }) => method === "REPORT");
  assert.deepEqual([report?.messageId, report?.status], ["m", "000 200 OK"]);
});

test("no answer is given before the phone has answered", async () => {
  const { bob, says, alice, world } = await talking();
  let waiting: ServerTransaction | undefined;
  bob.serve = (transaction) => {
    waiting = transaction;
  };
  assert.equal(await says("hello"), undefined);
  waiting?.reply(200);
  await world.settle();
  assert.match(alice.device.responses.at(-1) ?? "", / 200$/);
});

test("a phone that is slow slows down who writes to it, and nothing is lost", async () => {
  const { alice, bob, world } = await talking();
  const waiting: ServerTransaction[] = [];
  bob.serve = (transaction) => void waiting.push(transaction);
  const texts = Array.from({ length: 40 }, (_, number) => `text ${number}`);
  for (const text of texts.slice(0, 33)) alice.device.say(alice.peerPath, text);
  await world.settle();
  assert.deepEqual([alice.device.end.paused, waiting.length], [true, 1]);
  bob.serve = undefined;
  waiting[0]?.reply(200);
  await world.settle();
  assert.equal(alice.device.end.paused, false);
  for (const text of texts.slice(33)) alice.device.say(alice.peerPath, text);
  await world.settle();
  assert.deepEqual(messagesTo(bob).map(bodyText), texts);
  assert.equal(alice.device.responses.filter((one) => one.endsWith(" 200")).length, 41);
});

test("what the phone refuses is refused in the session, in its own words", async () => {
  const { bob, says } = await talking();
  for (const [status, told] of [
    [403, "403"],
    [404, "408"],
    [413, "413"],
    [415, "415"],
    [603, "403"],
  ] as const) {
    bob.answer = () => status;
    assert.equal(await says("hello"), told, String(status));
  }
});

test("a lie about the author, files, and what is too large are refused and bother nobody", async () => {
  const { bob, says } = await talking({
    config: { compat: { plainSip: true }, limits: { streamBodyBytes: 1_000 } },
  });
  assert.equal(await says(envelope("hi", "text/plain", "carol"), CPIM), "403");
  assert.equal(await says("GIF89a", { type: "image/gif" }), "415");
  assert.equal(await says(envelope("GIF89a", "image/gif"), CPIM), "415");
  assert.equal(await says("x".repeat(1_001)), "413");
  assert.equal(await says("no envelope", CPIM), "400");
  assert.equal(messagesTo(bob).length, 0);
});

test("that somebody is writing is of no use later; a phone that does not know it hears it once", async () => {
  const { bob, says } = await talking();
  const composing = { type: "application/im-iscomposing+xml" } as const;
  assert.equal(await says("<isComposing/>", composing), "200");
  const [message] = messagesTo(bob);
  assert.deepEqual([message?.text("Expires"), message?.text("Priority")], ["0", "non-urgent"]);
  bob.answer = () => 415;
  assert.equal(await says("<isComposing/>", composing), "415");
  const heard = messagesTo(bob).length;
  assert.equal(await says("<isComposing/>", composing), "415");
  assert.equal(messagesTo(bob).length, heard);
});

test("a message for a phone that has gone is kept, and the session ends", async () => {
  const { alice, bob, says, world } = await talking();
  await bob.register(undefined, 0);
  assert.equal(await says("see you"), "200");
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  await world.clock.pass(31_000);
  const [end] = alice.ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.reasons[0]?.params.get("text"), "not reachable any more");
});

test("the phone answers into the session: 200 to it after the 200 of the device, no MESSAGE beside it", async () => {
  const { alice, bob, below, world } = await talking();
  alice.device.answer = undefined;
  const statuses: number[] = [];
  const says = async (): Promise<void> => {
    statuses.push((await bob.message("sip:alice@parlance.test", "good day")).status);
  };
  const sent = says();
  await world.settle();
  assert.deepEqual(statuses, []);
  const request = alice.device.requests.at(-1) ?? assert.fail();
  assert.equal(request.contentType, "message/cpim");
  assert.match(
    utf8Text(request.body ?? assert.fail()),
    /^From: <sip:bob@parlance\.test>\r\nTo: <sip:alice@parlance\.test>\r\nDateTime: \S+\r\n\r\nContent-Type: text\/plain\S*\r\n\r\ngood day$/,
  );
  alice.device.reply(request, 200);
  await sent;
  assert.deepEqual(statuses, [200]);
  assert.equal(messagesTo(below).length, 0);
});

test("a caller who takes no envelopes gets text", async () => {
  const { alice, bob } = await talking({ types: "text/plain" });
  assert.equal((await bob.message("sip:alice@parlance.test", "bare")).status, 200);
  const body = utf8Bytes(
    "From: <sip:bob@parlance.test>\r\n\r\nContent-Type: text/plain\r\n\r\ntext",
  );
  const enveloped = await bob.message("sip:alice@parlance.test", "", (edit) =>
    edit.body(body, "message/cpim"),
  );
  assert.equal(enveloped.status, 200);
  assert.deepEqual(alice.device.texts, ["bare", "text"]);
});

test("what the session does not take comes as MESSAGE, and so does everything after it has ended", async () => {
  const { alice, bob, below, world } = await talking();
  const to = "sip:alice@parlance.test";
  alice.device.answer = 403;
  assert.equal((await bob.message(to, "refused there")).status, 200);
  alice.device.end.cut();
  assert.equal((await bob.message(to, "no connection")).status, 200);
  alice.call?.end();
  await world.settle();
  assert.equal(world.server.stats.sessions, 0);
  assert.equal((await bob.message(to, "over")).status, 200);
  const heard = messagesTo(below).map(bodyText);
  assert.deepEqual(heard, ["refused there", "no connection", "over"]);
});

test("others who write to the caller have nothing to do with the session", async () => {
  const { alice, world } = await talking();
  const carol = world.phone("carol");
  await carol.register();
  assert.equal((await carol.message("sip:alice@parlance.test", "hi")).status, 200);
  assert.deepEqual(alice.device.texts, []);
});

test("a session in which nobody says anything ends, and a lost device ends it", async () => {
  const idle = await talking({
    config: { compat: { plainSip: true }, limits: { interworkedIdleSeconds: 60 } },
  });
  await idle.world.clock.pass(91_000);
  assert.equal(idle.alice.ends[0]?.by, "peer");
  const lost = await talking();
  lost.alice.device.end.cut();
  await lost.world.clock.pass(31_000);
  assert.equal(lost.alice.ends[0]?.by, "peer");
  assert.equal(lost.world.server.stats.sessions, 0);
});

test("a caller who moves is met at the new place", async () => {
  const { alice, bob, world } = await talking();
  alice.device.end.cut();
  alice.wish({ session: "another" });
  const outcome = alice.call?.offer(alice.description("actpass"));
  await world.settle();
  assert.equal((await outcome)?.kind, "answered");
  Object.defineProperty(alice.device, "path", { value: alice.pathOf("another") });
  alice.device.connect((connection) => world.server.media?.taken(connection)).greet(alice.peerPath);
  alice.device.say(alice.peerPath, "moved");
  await world.settle();
  assert.deepEqual(messagesTo(bob).map(bodyText), ["moved"]);
});

const reject = (name: string): string =>
  `<conditions><identity><one id="sip:${name}@parlance.test"/></identity></conditions>` +
  "<actions><p:allow-invite>reject</p:allow-invite></actions>";

test("a block ends a session with a phone, whichever of the two blocks, and tells nobody why (OMA IM 16.2)", async () => {
  for (const [blocker, other] of [
    ["bob", "alice"],
    ["alice", "bob"],
  ] as const) {
    const { world, alice, bob, says } = await talking();
    const keeper = new Keeper(world, blocker);
    await keeper.rules(reject("carol"));
    assert.equal(await says("still welcome"), "200");
    await keeper.rules(reject(other));
    await world.settle();
    assert.equal(world.server.stats.sessions, 0);
    assert.deepEqual(
      alice.ends.map((end) => end.by === "peer" && end.reasons),
      [[]],
    );
    assert.equal(await says("why?"), "481");
    assert.equal(messagesTo(bob).length, 1);
  }
});

test("an operator sees a session with a phone, by the one leg that it has, and ends it", async () => {
  const { world, alice, says } = await talking();
  assert.equal(await says("hello"), "200");
  const { sessions } = world.server.admin;
  const [one, ...others] = sessions.page(undefined, 10).sessions;
  assert.deepEqual(
    [one?.kind, one?.participants.map(({ address }) => address), others],
    ["one-to-one", ["sip:alice@parlance.test", "sip:bob@parlance.test"], []],
  );
  assert.deepEqual(
    one?.legs.map(({ party, connected }) => [party, connected]),
    [["sip:alice@parlance.test", true]],
  );
  assert.equal(sessions.of("sip:bob@parlance.test").length, 1);
  assert.equal(sessions.end(one?.id ?? ""), true);
  await world.settle();
  assert.equal(alice.ends.length, 1);
  assert.equal(world.server.stats.sessions, 0);
});

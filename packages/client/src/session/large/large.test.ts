/** Messages that are sent as sessions of their own, both sides. OMA IM 8.1, 9.1.1, 9.2 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseSdp, readOffer } from "@parlance/formats";
import type { World, WorldClientOptions, WorldOptions } from "@parlance/testkit";
import type { ImClient } from "../../client.ts";
import type { ClientEvents } from "../../events.ts";
import { reading, statesOf, textOf, worldFor } from "../../people.test.ts";
import type { IncomingMessage } from "../../receiving/incoming-message.ts";
import type { SentMessage } from "../../sending/sent-message.ts";
import { requests, responses, wire } from "../sessions.test.ts";

/** Over datagrams somewhere on the way: nothing of 1300 bytes or more goes by MESSAGE. */
const DATAGRAMS = { connectionOriented: false } as const;
const LONG = "long ".repeat(10_000);

interface Two {
  readonly world: World;
  readonly alice: ImClient;
  readonly bob: ImClient;
}

async function two(
  t: TestContext,
  options: {
    readonly alice?: WorldClientOptions;
    readonly bob?: WorldClientOptions;
    readonly server?: WorldOptions["server"];
  } = {},
): Promise<Two> {
  const { server = {} } = options;
  const world = await worldFor(t, { server });
  const alice = await world.client("alice", { ...DATAGRAMS, ...options.alice });
  const bob = await world.client("bob", options.bob);
  return { world, alice, bob };
}

test("what is too large for a MESSAGE is sent as a session of its own, and shown as a message (IM-8.1-03, IM-9.2.3-01, IM-9.2.3-02, IM-9.2.3-03)", async (t) => {
  const seen = wire();
  const { world, alice, bob } = await two(t, { bob: { trace: seen.trace } });
  const shown = reading(bob);
  const sessions: unknown[] = [];
  bob.on("session", (change) => sessions.push(change));
  const sent = alice.send(bob.address, LONG, { subject: "Report" });
  const states = statesOf(sent);
  await world.until(sent.delivered);
  await world.until(shown[0]?.displayed() ?? Promise.reject(new Error("nothing came")));
  await world.until(sent.displayed);
  assert.deepEqual(shown.map(textOf), [LONG]);
  assert.deepEqual(
    [shown[0]?.id, shown[0]?.from, shown[0]?.subject],
    [sent.id, alice.address, "Report"],
  );
  assert.deepEqual(states, ["queued", "sent", "accepted", "delivered", "displayed"]);
  assert.deepEqual(sessions, []); // it is no conversation
  assert.deepEqual(
    responses(seen.out, "BYE").map(({ status }) => status),
    [200],
  );
  assert.equal(world.server.stats.sessions, 0);
});

test("its INVITE says what the clause wants (IM-9.1.1.1-P1, IM-9.1.1.1-01, IM-9.1.1.1-02, IM-9.1.1.1-03, IM-9.1.1.1-05, IM-9.1.1.1-06)", async (t) => {
  const seen = wire();
  const { world, alice, bob } = await two(t, { alice: { trace: seen.trace } });
  await world.until(alice.send(bob.address, LONG).delivered);
  const [invite, ...more] = requests(seen.out, "INVITE");
  assert.ok(invite !== undefined && more.length === 0);
  assert.equal(invite.text("Accept-Contact"), "*;+g.oma.sip-im, *;+g.oma.sip-im.large-message");
  assert.match(invite.text("User-Agent") ?? "", /^IM-client\/OMA1\.0 /);
  assert.match(invite.text("Contact") ?? "", /;\+g\.oma\.sip-im(?:;|$)/);
  assert.match(invite.text("Contact") ?? "", /;\+g\.oma\.sip-im\.large-message/);
  assert.match(invite.text("Supported") ?? "", /\btimer\b/);
  assert.equal(invite.text("Session-Expires"), "1800;refresher=uac");
  assert.equal(invite.has("Privacy"), false);
  const sdp = parseSdp(invite.body);
  const [offered] = sdp.ok ? readOffer(sdp.value).media : [];
  assert.ok(offered?.kind === "message");
  const { direction, acceptTypes, file } = offered.media;
  assert.deepEqual([direction, acceptTypes], ["sendonly", ["message/cpim"]]);
  assert.ok((file?.selector.sizeBytes ?? 0) > LONG.length);
  assert.equal(file?.transferId, undefined);
  assert.equal(requests(seen.out, "BYE").length, 1); // by the sender
});

test("anonymity is asked for as elsewhere (IM-9.1.1.1-04)", async (t) => {
  const seen = wire();
  const { world, alice, bob } = await two(t, { alice: { trace: seen.trace } });
  const shown = reading(bob);
  await world.until(alice.send(bob.address, LONG, { anonymous: true }).accepted);
  await world.until(() => shown.length === 1);
  assert.equal(requests(seen.out, "INVITE")[0]?.text("Privacy"), "id");
  assert.equal(shown[0]?.anonymous, true);
});

test("a large message for somebody who is away waits for him, and is told as such", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", DATAGRAMS);
  const sent = alice.send(world.address("bob"), LONG);
  await world.until(sent.reached("deferred"));
  assert.equal(sent.state, "deferred");
  const bob = await world.client("bob");
  const shown = reading(bob);
  await world.until(sent.delivered);
  assert.deepEqual(shown.map(textOf), [LONG]);
  assert.equal(shown[0]?.from, alice.address);
});

test("what is larger than is taken unasked waits for a word of the user (OMA IM 9.2)", async (t) => {
  const { world, alice, bob } = await two(t, {
    bob: { sessions: { autoAcceptLargeBytes: 10_000 } },
  });
  const shown = reading(bob);
  const asked: ClientEvents["invitation"][] = [];
  bob.on("invitation", (invitation) => asked.push(invitation));
  const small = alice.send(bob.address, "small ".repeat(1_000));
  await world.until(small.delivered);
  assert.equal(asked.length, 0);
  const large = alice.send(bob.address, LONG);
  await world.until(() => asked.length === 1);
  assert.equal(asked[0]?.kind, "large message");
  assert.ok((asked[0]?.sizeBytes ?? 0) > LONG.length);
  await world.run(20_000);
  asked[0]?.accept();
  await world.until(large.delivered);
  assert.equal(shown.length, 2);
  const refused = alice.send(bob.address, LONG);
  await world.until(() => asked.length === 2);
  asked[1]?.decline();
  await world.until(() => refused.state === "failed");
  assert.equal(refused.failure?.code, "declined");
});

test("a cut in the middle costs nothing: the rest comes by another connection, once", async (t) => {
  for (const who of ["alice", "bob"]) {
    const { world, alice, bob } = await two(t);
    const shown = reading(bob);
    const text = "cut ".repeat(500_000);
    const sent = alice.send(bob.address, text);
    for (const waitMs of [200, 700, 1_500]) {
      await world.run(waitMs);
      world.link(who).cut("msrp");
    }
    await world.until(sent.delivered);
    assert.equal(shown.length, 1);
    assert.equal(shown[0] && textOf(shown[0]) === text, true);
    await world.end();
  }
});

test("a line that is lost in the middle, or a server that crashes: it is sent again, and shown once", async (t) => {
  for (const trouble of ["line", "server"]) {
    const { world, alice, bob } = await two(t);
    const shown = reading(bob);
    const sent = alice.send(bob.address, LONG);
    await world.run(90);
    if (trouble === "line") world.link("alice").cut();
    else {
      world.crashServer();
      await world.run(1_000);
      await world.restartServer();
    }
    await world.until(sent.delivered, 600_000);
    assert.deepEqual(shown.map(textOf), [LONG]);
    await world.end();
  }
});

test("one that is called off ends with an abort, and is not shown (RFC 4975 §7.1)", async (t) => {
  const { world, alice, bob } = await two(t);
  const shown = reading(bob);
  const giveUp = new AbortController();
  const sent = alice.send(bob.address, "never ".repeat(500_000), { signal: giveUp.signal });
  await world.until(() => world.log.text("alice -> server").includes("MSRP"));
  await world.run(100);
  giveUp.abort();
  await world.until(() => sent.state === "failed");
  assert.equal(sent.failure?.code, "aborted");
  await world.run(60_000);
  assert.deepEqual(shown, []);
  assert.equal(world.server.stats.sessions, 0);
});

test("more than ten mebibytes are refused here", async (t) => {
  const { world, alice, bob } = await two(t);
  const content = new Uint8Array(10 * 2 ** 20 + 1);
  const sent = alice.send(bob.address, { contentType: "image/png", content });
  await world.until(() => sent.state === "failed");
  assert.equal(sent.failure?.code, "too large");
});

test("a sender who does not say goodbye is helped (OMA IM 9.2)", async (t) => {
  const { world, alice, bob } = await two(t);
  const shown = reading(bob);
  const sent = alice.send(bob.address, LONG);
  await world.until(() => shown.length === 1);
  world.link("alice").silence(); // its BYE is lost
  world.kill("alice");
  await world.run(11_000);
  assert.ok(world.log.text(" BYE ").includes("bob -> server"));
  assert.equal(world.server.stats.sessions, 0);
  assert.notEqual(sent.state, "failed");
});

interface Many {
  readonly world: World;
  readonly alice: ImClient;
  readonly sent: SentMessage;
  readonly shown: IncomingMessage[];
}

/** To Bob, who is there, Carol, who is away, and to somebody who does not exist. */
async function toMany(
  t: TestContext,
  text: string,
  server: WorldOptions["server"] = {},
): Promise<Many> {
  const { world, alice, bob } = await two(t, { server });
  const shown = reading(bob);
  const to = ["bob", "carol", "nobody"].map((name) => world.address(name));
  return { world, alice, shown, sent: alice.send(to, text) };
}

function statesIn({ recipients }: SentMessage): string[] {
  return recipients.map(({ state }) => state);
}

/** A server that keeps no large messages brings none to many. */
const KEEPS_NONE = { limits: { largeMessageBytes: 0 } };

test("a large message to many: where the server takes no list with it each gets a session, and a state of his own (OMA IM 9.1.1)", async (t) => {
  const { world, sent, shown } = await toMany(t, LONG, KEEPS_NONE);
  await world.until(() => statesIn(sent).join() === "delivered,failed,failed");
  assert.deepEqual(shown.map(textOf), [LONG]);
  await world.run(20_000);
  assert.equal(world.server.stats.sessions, 0);
});

test("a large message to many has a state for each of them", async (t) => {
  const { world, sent, shown } = await toMany(t, LONG);
  await world.until(() => statesIn(sent).join() === "delivered,deferred,failed");
  assert.equal(sent.state, "deferred");
  const carols = reading(await world.client("carol"));
  await world.until(sent.delivered);
  assert.deepEqual(statesIn(sent), ["delivered", "delivered", "failed"]);
  for (const messages of [shown, carols]) {
    assert.deepEqual(messages.map(textOf), [LONG]);
    assert.equal(messages[0]?.id, sent.id);
  }
  await world.run(20_000);
  assert.equal(world.server.stats.sessions, 0);
});

test("a line that is lost in the middle of it: those who have it do not get it again", async (t) => {
  const { world, sent, shown } = await toMany(t, "many ".repeat(300_000), KEEPS_NONE);
  await world.until(() => statesIn(sent).some((state) => state !== "sent"));
  world.link("alice").cut();
  await world.until(() => statesIn(sent).join() === "delivered,failed,failed", 600_000);
  assert.equal(shown.length, 1);
});

test("what is called off on its way to many has failed with all who do not have it", async (t) => {
  const { world, alice, bob } = await two(t);
  const giveUp = new AbortController();
  const to = ["bob", "carol"].map((name) => world.address(name));
  const sent = alice.send(to, "never ".repeat(500_000), { signal: giveUp.signal });
  await world.until(() => world.log.text("alice -> server").includes("MSRP"));
  giveUp.abort();
  await world.until(() => sent.state === "failed");
  assert.deepEqual([statesIn(sent), sent.failure?.code], [["failed", "failed"], "aborted"]);
  assert.equal(bob.connection.state, "online");
});

test("the server is asked with the list of all, and one message for them (RFC 5366 §4)", async (t) => {
  const seen = wire();
  const { world, alice } = await two(t, { alice: { trace: seen.trace } });
  const to = ["bob", "carol"].map((name) => world.address(name));
  await world.until(alice.send(to, LONG).accepted);
  const [first, ...others] = requests(seen.out, "INVITE");
  assert.ok(first !== undefined);
  assert.equal(first.uriText, "sip:conf-factory@parlance.test;sessiontype=adhoc");
  assert.match(first.text("Require") ?? "", /\brecipient-list-invite\b/);
  assert.match(first.text("Content-Type") ?? "", /^multipart\/mixed/);
  const body = new TextDecoder().decode(first.body);
  assert.match(
    body,
    /a=file-selector:[^]*Content-Disposition: recipient-list\r\n\r\n[^]*sip:bob@[^]*sip:carol@/,
  );
  assert.deepEqual(others, []);
});

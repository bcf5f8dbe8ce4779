/** The one way through the server, seen from its ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { Route, To } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import type { ServerConfig } from "../config.ts";
import { addressOf, bodyText, DOMAIN, IM, type Phone, routesOf, World } from "./world.test.ts";

async function pair(
  config: Partial<ServerConfig> = {},
): Promise<{ world: World; alice: Phone; bob: Phone }> {
  const world = await World.open(config);
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  await bob.register();
  return { world, alice, bob };
}

test("a MESSAGE goes from one user to the other and its answer comes back (IM-8.1.1-05)", async () => {
  const { alice, bob } = await pair();
  const response = await alice.message(bob.address, "hello");
  assert.equal(response.status, 200);
  assert.equal(response.texts("Via").length, 1);
  const [got] = bob.received;
  assert.ok(got);
  assert.equal(bodyText(got), "hello");
  assert.equal(got.uriText, bob.contact); // RFC 3261 §16.6 step 2
  assert.equal(got.text("Max-Forwards"), "69");
  assert.equal(got.texts("Via").length, 2);
  assert.equal(got.text("Accept-Contact"), IM);
});

test("an im: URI of the own domain is the user, another one is nobody here (RFC 3428 §5, RFC 3861)", async () => {
  const { world, alice, bob } = await pair();
  assert.equal((await alice.message(`im:bob@${DOMAIN.toUpperCase()}`, "hello")).status, 200);
  assert.equal(bob.received[0]?.uriText, bob.contact);
  assert.equal((await alice.message(`im:nobody@${DOMAIN}`, "x")).status, 404);
  assert.equal((await alice.message("im:bob@elsewhere.test", "x")).status, 404);
  await bob.hangUp();
  assert.equal((await alice.message(`im:bob@${DOMAIN}`, "later")).status, 202);
  const back = world.phone("bob");
  await back.register();
  await world.clock.pass(100);
  assert.deepEqual(back.received.map(bodyText), ["later"]);
});

test("headers that nobody knows and their order survive the way", async () => {
  const { alice, bob } = await pair();
  await alice.message(bob.address, "x", (edit) =>
    edit.setText("X-Zebra", "one").setText("X-Apple", "two , three"),
  );
  const names = [...(bob.received[0]?.lines() ?? [])].map(({ name }) => name);
  assert.ok(names.indexOf("X-Zebra") < names.indexOf("X-Apple"));
  assert.equal(bob.received[0]?.text("X-Apple"), "two , three");
});

test("without the feature tag a MESSAGE is 403 'IM feature tag missing', and plainSip lets it in (IM-8.1.1-01)", async () => {
  for (const plainSip of [false, true]) {
    const world = await World.open({ compat: { plainSip } });
    const alice = world.phone("alice", { plain: true });
    const bob = world.phone("bob", { plain: true });
    await alice.register();
    await bob.register();
    const response = await alice.message(bob.address, "x");
    assert.equal(response.status, plainSip ? 200 : 403);
    if (plainSip) continue;
    assert.equal(response.text("Warning"), `399 ${DOMAIN} "IM feature tag missing"`);
    assert.equal(bob.received.length, 0);
  }
});

test("in strict mode a contact without the tag is no IM client: the message waits (202)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob", { plain: true });
  await alice.register();
  await bob.register();
  assert.equal((await alice.message(bob.address, "x")).status, 202);
  assert.equal(bob.received.length, 0);
});

test("a message for a user who is away is 202 after the commit, and comes when he registers", async () => {
  const { world, alice, bob } = await pair();
  await bob.hangUp();
  for (const text of ["one", "two", "three"]) {
    assert.equal((await alice.message(bob.address, text)).status, 202);
  }
  bob.connect();
  await bob.register();
  await world.clock.pass(10_000);
  assert.deepEqual(bob.received.map(bodyText), ["one", "two", "three"]);
  assert.equal(bob.received[0]?.has("P-Asserted-Identity"), false); // RFC 3325 §5
});

test("a contact that never answers is given up in time for a 202 to the sender (RFC 4320)", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  const bob = world.phone("bob", { transport: "UDP" });
  await bob.register();
  bob.die();
  const answer = alice.message(bob.address, "anybody?");
  await world.clock.pass(25_000);
  assert.equal((await answer).status, 202);
});

test("what the client says no to goes back to the sender", async () => {
  const { alice, bob } = await pair();
  for (const status of [415, 403, 603]) {
    bob.answer = () => status;
    assert.equal((await alice.message(bob.address, "x")).status, status);
  }
});

test("an unknown user is 404, a foreign domain 403: we are no open relay", async () => {
  const { world, alice } = await pair();
  assert.equal((await alice.message(`sip:nobody@${DOMAIN}`, "x")).status, 404);
  assert.equal((await alice.message("sip:x@foreign.example", "x")).status, 403);
  assert.equal((await alice.message("tel:+4912345", "x")).status, 404);
  const hosts = world.serverMachine.sent.map(({ flow }) => flow.remote.host);
  assert.ok(hosts.every((host) => host.startsWith("192.0.2.")));
});

test("Route, maddr and a preloaded path to elsewhere never choose a destination", async () => {
  const { alice, bob } = await pair();
  const routed = await alice.message(bob.address, "x", (edit) =>
    edit.setText("Route", "<sip:evil.example;lr>"),
  );
  assert.equal(routed.status, 403);
  const maddr = await alice.message(`sip:bob@${DOMAIN};maddr=203.0.113.9`, "x");
  assert.equal(maddr.status, 200);
  assert.equal(bob.received.length, 1);
  const own = await alice.message(bob.address, "x", (edit) =>
    edit.setText("Route", `<sip:${DOMAIN};lr>`),
  );
  assert.equal(own.status, 200); // the outbound proxy that the client was given is us
  assert.equal(bob.received[1]?.has("Route"), false);
});

test("a domain that the operator routed is reached, with the identity asserted to a trusted peer (RFC 3325)", async () => {
  const { world, alice } = await pair({
    core: {
      routes: [
        {
          domains: ["friends.example"],
          peer: "friends",
          hop: { transport: "TCP", address: { host: "192.0.2.60", port: 5_080 } },
          trusted: true,
        },
      ],
    },
  });
  const peer = world.phone("x", { host: "192.0.2.60" });
  assert.equal((await alice.message("sip:eve@friends.example", "hi")).status, 200);
  assert.equal(peer.received[0]?.text("P-Asserted-Identity"), `<${alice.address}>`);
  assert.equal(peer.received[0]?.uriText, "sip:eve@friends.example");
});

test("IM-8.1.1-08: a message for the session of another enabler goes there under the session's identity", async () => {
  const hop = { transport: "TCP", address: { host: "192.0.2.61", port: 5_080 } } as const;
  const route = { domains: ["poc.example"], peer: "poc", hop, trusted: true };
  const { world, alice } = await pair({ core: { routes: [route] } });
  const enabler = world.phone("x", { host: "192.0.2.61" });
  const session = "sip:session-7@poc.example;gr=3f9a;session=adhoc";
  assert.equal((await alice.message(session, "to all who talk")).status, 200);
  assert.equal(enabler.received[0]?.uriText, session);
  assert.equal(enabler.received[0]?.text("P-Asserted-Identity"), `<${alice.address}>`);
});

test("what a peer sends back to us without a change has looped: 482 (RFC 5393 §4.2.2)", async () => {
  const { world, alice } = await pair({
    core: {
      trustedPeers: [{ name: "friends", addresses: ["192.0.2.60"], tlsNames: [] }],
      trustedListeners: ["peers"],
      routes: [
        {
          domains: ["friends.example"],
          peer: "friends",
          hop: { transport: "TCP", address: { host: "192.0.2.60", port: 5_080 } },
          trusted: true,
        },
      ],
    },
  });
  const peer = world.phone("x", { host: "192.0.2.60", port: 5_070 });
  let came = 0;
  peer.serve = (transaction) => {
    came += 1;
    const back = transaction.request.edit().setText("Max-Forwards", "60").done();
    void peer.send(back).then(({ status }) => transaction.reply(status));
  };
  assert.equal((await alice.message("sip:eve@friends.example", "round")).status, 482);
  assert.equal(came, 1);
});

test("every device gets a message, the first 2xx answers it (RFC 3261 §16.7)", async () => {
  const { world, alice, bob } = await pair();
  const second = world.phone("bob");
  await second.register();
  bob.answer = () => 486;
  assert.equal((await alice.message(bob.address, "x")).status, 200);
  assert.equal(bob.received.length + second.received.length, 2);
});

test("contacts are tried by q, the lower one only when the higher said no (RFC 3261 §16.6)", async () => {
  const { world, alice, bob } = await pair();
  const second = world.phone("bob");
  await second.register((edit) => edit.setText("Contact", `${second.contactValue};q=0.5`));
  assert.equal((await alice.message(bob.address, "x")).status, 200);
  assert.deepEqual([bob.received.length, second.received.length], [1, 0]);
  bob.answer = () => 486;
  assert.equal((await alice.message(bob.address, "x")).status, 200);
  assert.deepEqual([bob.received.length, second.received.length], [2, 1]);
});

test("Request-Disposition: no-fork asks one device only (RFC 3841 §9.1)", async () => {
  const { world, alice, bob } = await pair();
  const second = world.phone("bob");
  await second.register();
  await alice.message(bob.address, "x", (edit) => edit.setText("Request-Disposition", "no-fork"));
  assert.equal(bob.received.length + second.received.length, 1);
});

test("Accept-Contact with require and explicit drops devices that do not fit (RFC 3841 §7.2)", async () => {
  const { world, alice, bob } = await pair();
  const second = world.phone("bob");
  await second.register((edit) =>
    edit.setText("Contact", `${second.contactValue};mobility="fixed"`),
  );
  const response = await alice.message(bob.address, "x", (edit) =>
    edit.setText("Accept-Contact", `${IM};mobility="fixed";require;explicit`),
  );
  assert.equal(response.status, 200);
  assert.deepEqual([bob.received.length, second.received.length], [0, 1]);
});

test("tls-sips-downgrade: a request to sips: never leaves in clear", async () => {
  const { world, alice, bob } = await pair();
  const response = await alice.message(`sips:bob@${DOMAIN}`, "secret");
  assert.ok(response.status === 404 || response.status === 480 || response.status === 202);
  assert.equal(bob.received.length, 0);
  await world.clock.pass(20_000);
  assert.equal(bob.received.length, 0);
});

test("a body above 1300 octets is not sent in datagrams: a stream to the same place, or 413 (IM-8.1-02, RFC 3428 §8)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  const bob = world.phone("bob", { transport: "UDP" });
  await bob.register();
  const response = await alice.message(bob.address, "x".repeat(1_400));
  assert.equal(response.status, 413);
  assert.equal(bob.received.length, 0);
  const carol = world.phone("carol");
  await carol.register();
  assert.equal((await alice.message(carol.address, "x".repeat(1_400))).status, 200);
});

test("a compressed body is relayed as it came (interop)", async () => {
  const { alice, bob } = await pair();
  const packed = new Uint8Array(deflateSync(utf8Bytes("<isComposing/>")));
  const response = await alice.message(bob.address, "", (edit) =>
    edit.setText("Content-Encoding", "deflate").body(packed, "application/im-iscomposing+xml"),
  );
  assert.equal(response.status, 200);
  assert.deepEqual(bob.received[0]?.body, packed);
});

test("Max-Forwards: 0 is 483, an absent one becomes 70 (RFC 3261 §16.3)", async () => {
  const { alice, bob } = await pair();
  const over = await alice.message(bob.address, "x", (edit) => edit.setText("Max-Forwards", "0"));
  assert.equal(over.status, 483);
  await alice.message(bob.address, "x", (edit) => edit.remove("Max-Forwards"));
  assert.equal(bob.received[0]?.text("Max-Forwards"), "70");
});

test("Proxy-Require of what we do not know is 420 with Unsupported (RFC 3261 §16.3)", async () => {
  const { alice, bob } = await pair();
  const response = await alice.message(bob.address, "x", (edit) =>
    edit.setText("Proxy-Require", "teleport"),
  );
  assert.equal(response.status, 420);
  assert.equal(response.text("Unsupported"), "teleport");
});

test("a user who sends too fast gets 503 with Retry-After", async () => {
  const { alice, bob } = await pair({ limits: { messagesPerSecond: 1, messageBurst: 3 } });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await alice.message(bob.address, "x")).status);
  assert.deepEqual(statuses, [200, 200, 200, 503]);
  const refused = await alice.message(bob.address, "x");
  assert.match(refused.text("Retry-After") ?? "", /^[1-9]/);
});

test("an OPTIONS to a user goes to his contact, 480 when he has none (interop, OMA IM 9.5)", async () => {
  const { alice, bob } = await pair();
  assert.equal((await alice.request("OPTIONS", bob.address)).status, 200);
  assert.equal(bob.received[0]?.method, "OPTIONS");
  assert.equal((await alice.request("OPTIONS", alice.address)).status, 200); // rakia asks itself
  assert.equal(alice.received[0]?.method, "OPTIONS");
  await bob.hangUp();
  assert.equal((await alice.request("OPTIONS", bob.address)).status, 480);
});

test("unknown methods are 501, PUBLISH and unknown packages at one's own address 489", async () => {
  const { alice, bob } = await pair();
  assert.equal((await alice.request("FOO", bob.address)).status, 501);
  for (const method of ["PUBLISH", "SUBSCRIBE"]) {
    const response = await alice.request(method, alice.address, (edit) =>
      edit.setText("Event", "presence"),
    );
    assert.equal(response.status, 489);
    assert.equal(
      response.text("Allow-Events"),
      "reg, poc-settings, xcap-diff, sip-profile, ua-profile",
    );
  }
  const toServer = await alice.request("MESSAGE", `sip:${DOMAIN}`);
  assert.equal(toServer.status, 405);
  assert.match(toServer.text("Allow") ?? "", /INVITE/);
});

test("a REFER outside of dialogs commands no device of a user: 403", async () => {
  const { alice, bob } = await pair();
  for (const target of ["<sip:carol@parlance.test>", "<http://169.254.169.254/>"]) {
    const response = await alice.request("REFER", bob.address, (edit) =>
      edit.setText("Refer-To", target).setText("Contact", `<${alice.contact}>`),
    );
    assert.equal(response.status, 403);
  }
  assert.equal(bob.received.length, 0);
});

test("Privacy: id hides nothing that From shows, and asserts nothing to a client (RFC 3325)", async () => {
  const { alice, bob } = await pair();
  const response = await alice.message(bob.address, "guess who", (edit) =>
    edit
      .setText("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
      .setText("Privacy", "id")
      .setText("P-Preferred-Identity", `<${alice.address}>`),
  );
  assert.equal(response.status, 200);
  const text = [...(bob.received[0]?.lines() ?? [])]
    .filter(({ name }) => name !== "Via" && name !== "To")
    .map(({ value }) => value)
    .join("\n");
  assert.doesNotMatch(text, /alice/);
});

test("the address of the listener, an alias and capitals name the same user", async () => {
  const { alice, bob } = await pair({ aliases: ["im.parlance.test"] });
  for (const host of ["192.0.2.1:5060", "192.0.2.1", "im.parlance.test", "PARLANCE.test"]) {
    assert.equal((await alice.message(`sip:bob@${host}`, "x")).status, 200, host);
  }
  assert.equal(bob.received.length, 4);
});

test("a MESSAGE to the factory with a list reaches each recipient once (IM-8.1.1-06a)", async () => {
  const { world, alice, bob } = await pair();
  const carol = world.phone("carol");
  await carol.register();
  const list = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${[
    bob,
    carol,
    bob,
  ]
    .map(({ address }) => `<entry uri="${address}"/>`)
    .join("")}</list></resource-lists>`;
  const body = [
    "--b",
    "Content-Type: text/plain",
    "",
    "to all",
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    list,
    "--b--",
    "",
  ].join("\r\n");
  const response = await alice.message(`sip:conf-factory@${DOMAIN}`, "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .body(utf8Bytes(body), 'multipart/mixed;boundary="b"'),
  );
  assert.equal(response.status, 202);
  await world.clock.pass(5_000);
  assert.deepEqual([bob.received.length, carol.received.length], [1, 1]);
  assert.deepEqual(bob.received.map(bodyText), ["to all"]);
});

test("a MESSAGE to a group reaches its members but the sender, others get 404 (IM-8.1.1-07a)", async () => {
  const { world, alice, bob } = await pair({
    groups: [{ name: "team", members: ["alice", "bob", "carol"] }],
  });
  assert.equal((await alice.message(`sip:team@${DOMAIN}`, "all")).status, 202);
  await world.clock.pass(5_000);
  assert.deepEqual([alice.received.length, bob.received.length], [0, 1]);
});

test("while the server drains, new requests are 503 and those under way end", async () => {
  const { world, alice, bob } = await pair();
  bob.serve = () => {};
  const slow = alice.message(bob.address, "slow");
  await world.settle();
  let over = false;
  const drain = async (): Promise<void> => {
    await world.server.drain(30_000);
    over = true;
  };
  const drained = drain();
  const late = await alice.message(bob.address, "late");
  assert.equal(late.status, 503);
  assert.equal(over, false);
  await world.clock.pass(21_000);
  assert.equal((await slow).status, 202);
  await drained;
});

test("the trace ring holds what came in and what went out", async () => {
  const { world, alice, bob } = await pair();
  const { trace } = world.server;
  await alice.message(bob.address, "not traced");
  assert.equal(trace.ring.counts.seen, 0);
  trace.watch(bob.address, 60_000);
  await alice.message(bob.address, "traced");
  const wire = [...trace.ring.records()].filter(({ protocol }) => protocol === "sip");
  assert.equal(wire.length, 4);
});

test("nothing of our own code failed", async () => {
  const { world, alice, bob } = await pair();
  await alice.message(bob.address, "x", (edit) => edit.set(Route, routesOf(`<sip:${DOMAIN};lr>`)));
  await alice.request("MESSAGE", bob.address, (edit) => edit.set(To, addressOf(bob.address)));
  assert.deepEqual(world.logged, []);
  assert.equal(world.server.stats.handlerErrors, 0);
});

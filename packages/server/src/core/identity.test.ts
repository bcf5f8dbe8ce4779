/** Who may say what: the authentication, identity and enumeration cases of the auth matrix that apply. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SipRequest, type SipResponse, WwwAuthenticate } from "@parlance/sip";
import { DOMAIN, IM, type Phone, World } from "./world.test.ts";

const PEERS = {
  core: {
    trustedPeers: [{ name: "core", addresses: ["192.0.2.50"], tlsNames: [] }],
    trustedListeners: ["peers"],
  },
};

async function withBob(config = {}): Promise<{ world: World; bob: Phone }> {
  const world = await World.open(config);
  const bob = world.phone("bob");
  await bob.register();
  return { world, bob };
}

async function nothingCame(world: World, bob: Phone): Promise<void> {
  assert.deepEqual(bob.received, []);
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), []);
}

for (const transport of ["UDP", "TCP", "WS"] as const) {
  test(`msg-no-cred: MESSAGE without credentials over ${transport} is 407, never delivered, never stored`, async () => {
    const { world, bob } = await withBob();
    const alice = world.phone("alice", { transport });
    const request = alice.make("MESSAGE", bob.address, (edit) =>
      edit.setText("Accept-Contact", IM),
    );
    assert.equal((await alice.send(request)).status, 407);
    await nothingCame(world, bob);
  });

  test(`reg-replay-new-branch: the same Authorization again over ${transport} is 401 with stale=true`, async () => {
    const world = await World.open();
    const alice = world.phone("alice", { transport });
    const request = alice.make("REGISTER", `sip:${DOMAIN}`, (edit) => {
      edit.setText("To", `<${alice.address}>`).setText("Contact", `<${alice.contact}>`);
    });
    const challenge = await alice.send(request);
    const right = alice.authorized(request, challenge.get(WwwAuthenticate) ?? []);
    assert.ok(right);
    assert.equal((await alice.send(right)).status, 200);
    const replay = await alice.send(right.edit().setText("CSeq", "99 REGISTER").done());
    assert.equal(replay.status, 401);
    assert.match(replay.text("WWW-Authenticate") ?? "", /stale=true/);
  });
}

test("msg-registered-source: on a bound connection no further challenge, over UDP always one", async () => {
  const { world, bob } = await withBob();
  for (const [transport, status] of [
    ["TCP", 200],
    ["WS", 200],
    ["UDP", 407],
  ] as const) {
    const alice = world.phone("alice", { transport });
    await alice.register();
    const request = alice.make("MESSAGE", bob.address, (edit) =>
      edit.setText("Accept-Contact", IM),
    );
    assert.equal((await alice.send(request)).status, status, transport);
  }
});

test("the bond of a connection ends with its registration", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  await alice.register();
  await alice.register(undefined, 0);
  const request = alice.make("MESSAGE", bob.address, (edit) => edit.setText("Accept-Contact", IM));
  assert.equal((await alice.send(request)).status, 407);
});

test("a connection belongs to the first who registers on it, another user is challenged", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  await alice.register();
  const asBob = alice.make("MESSAGE", bob.address, (edit) =>
    edit.setText("From", `<${bob.address}>;tag=1`).setText("Accept-Contact", IM),
  );
  assert.equal((await alice.send(asBob)).status, 407);
  await nothingCame(world, bob);
});

test("subscribe-no-cred, publish-refer-invite-options: every method is challenged, except OPTIONS to the server", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = `sip:bob@${DOMAIN}`;
  for (const method of ["SUBSCRIBE", "PUBLISH", "REFER", "INVITE", "OPTIONS", "NOTIFY", "BYE"]) {
    for (const event of ["conference", "reg", "xcap-diff"]) {
      const request = alice.make(method, bob, (edit) => edit.setText("Event", event));
      assert.equal((await alice.send(request)).status, 407, `${method} ${event}`);
    }
  }
  const options = await alice.send(alice.make("OPTIONS", `sip:${DOMAIN}`));
  assert.equal(options.status, 200);
  assert.match(options.text("Allow") ?? "", /MESSAGE/);
  assert.match(options.text("Accept") ?? "", /message\/cpim/);
});

/** As a sender of another domain would write it. */
function foreign(edit: { setText(name: string, text: string): unknown }): void {
  edit.setText("From", "<sip:x@foreign.example>;tag=1");
  edit.setText("Accept-Contact", IM);
}

test("external-sender: a foreign From on the public listener is 407, and 403 even with a login", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  assert.equal((await alice.send(alice.make("MESSAGE", bob.address, foreign))).status, 407);
  assert.equal((await alice.request("MESSAGE", bob.address, foreign)).status, 403);
  await nothingCame(world, bob);
});

test("from-mismatch: credentials of alice and From bob are 403 with its Warning", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  const response = await alice.request("MESSAGE", bob.address, (edit) =>
    edit.setText("From", `<${bob.address}>;tag=1`).setText("Accept-Contact", IM),
  );
  assert.equal(response.status, 403);
  assert.equal(response.text("Warning"), `399 ${DOMAIN} "originator not authenticated"`);
  await nothingCame(world, bob);
});

test("From may be written with parameters, another case of the host, or a GRUU", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  for (const from of [
    `sip:alice@${DOMAIN.toUpperCase()}`,
    `sip:alice@${DOMAIN};transport=tcp`,
    `sip:al%69ce@${DOMAIN}`,
    `sip:alice@${DOMAIN};gr=urn:uuid:1`,
  ]) {
    const response = await alice.message(bob.address, "hi", (edit) =>
      edit.setText("From", `<${from}>;tag=1`),
    );
    assert.equal(response.status, 200, from);
  }
  const other = await alice.message(bob.address, "hi", (edit) =>
    edit.setText("From", `<sip:ALICE@${DOMAIN}>;tag=1`),
  );
  assert.equal(other.status, 403); // the user part is compared with case, RFC 3261 §19.1.4
});

test("P-Asserted-Identity and its kind from clients reach nobody, however they are spelt (RFC 3325 §5)", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  await alice.message(bob.address, "hi", (edit) => {
    edit.setText("P-ASSERTED-Identity", "<sip:bob@parlance.test>", "<tel:+123>");
    edit.setText("History-Info", "<sip:x@y.example>;index=1");
    edit.setText("P-Charging-Vector", "icid-value=1");
    edit.setText("P-Access-Network-Info", "3GPP-UTRAN-TDD;network-provided");
    edit.setText("P-Preferred-Identity", `<${alice.address}>`);
    edit.setText("X-Unknown", "stays");
  });
  const got = bob.received[0];
  for (const name of [
    "P-Asserted-Identity",
    "History-Info",
    "P-Charging-Vector",
    "P-Access-Network-Info",
    "P-Preferred-Identity",
    "Proxy-Authorization",
  ]) {
    assert.equal(got?.has(name), false, name);
  }
  assert.equal(got?.text("X-Unknown"), "stays");
});

test("pai-trusted-peer: a configured peer is believed when it asserts an identity", async () => {
  const { world, bob } = await withBob(PEERS);
  const peer = world.phone("x", { host: "192.0.2.50", port: 5_070 });
  const request = asserting(peer, bob);
  assert.equal((await peer.send(request)).status, 200);
  assert.equal(bob.received.length, 1);
  assert.equal(bob.received[0]?.has("P-Asserted-Identity"), false); // a client is no part of the trust
});

test("a peer that asserts nobody has no originator: 403 with its Warning", async () => {
  const { world } = await withBob(PEERS);
  const peer = world.phone("x", { host: "192.0.2.50", port: 5_070 });
  const request = peer.make("MESSAGE", `sip:conf-factory@${DOMAIN}`, (edit) =>
    edit.setText("Accept-Contact", IM),
  );
  const response = await peer.send(request);
  assert.equal(response.status, 403);
  assert.match(response.text("Warning") ?? "", /originator not authenticated/);
});

test("pai-trusted-ip-only: the address of the peer over UDP, or on the public listener, proves nothing", async () => {
  const { world, bob } = await withBob(PEERS);
  for (const options of [{ transport: "UDP" }, { transport: "TCP" }] as const) {
    const peer = world.phone("x", { host: "192.0.2.50", ...options });
    assert.equal((await peer.send(asserting(peer, bob))).status, 407);
  }
  await nothingCame(world, bob);
});

test("whoever else comes to the listener of trusted peers is turned away with 403", async () => {
  const { world, bob } = await withBob(PEERS);
  const stranger = world.phone("alice", { port: 5_070 });
  assert.equal((await stranger.send(asserting(stranger, bob))).status, 403);
  await nothingCame(world, bob);
});

function asserting(peer: Phone, to: Phone): SipRequest {
  return peer.make("MESSAGE", to.address, (edit) => {
    edit.setText("From", "<sip:friend@foreign.example>;tag=1");
    edit.setText("P-Asserted-Identity", "<sip:friend@foreign.example>");
    edit.setText("Accept-Contact", IM);
  });
}

test("enumeration-status: existing and absent users get the same answer to wrong passwords", async () => {
  const world = await World.open();
  const shapes = new Set<string>();
  for (const name of ["alice", "nobody", "bob", "noone", "\u00fc"]) {
    const phone = world.phone(name === "\u00fc" ? "%C3%BC" : name, { password: "wrong" });
    const response = await phone.register();
    const message = await phone.message(`sip:bob@${DOMAIN}`, "x");
    shapes.add(JSON.stringify([shapeOf(response), shapeOf(message)]));
  }
  assert.equal(shapes.size, 1, [...shapes].join("\n"));
});

/** Status and header names, and what stands in headers that are not made anew each time. */
function shapeOf(response: SipResponse): unknown {
  return [response.status, response.reason, [...response.lines()].map(({ name }) => name)];
}

test("bruteforce: after ten wrong passwords the pair waits, and alice still logs in from her own place", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP", host: "192.0.2.70" });
  assert.equal((await alice.register()).status, 200);
  const statuses: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const thief = world.phone("alice", {
      transport: "UDP",
      host: "192.0.2.71",
      password: `guess-${n}`,
    });
    statuses.push((await thief.register()).status);
  }
  assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([401]));
  assert.deepEqual(new Set(statuses.slice(10)), new Set([403]));
  const right = world.phone("alice", { transport: "UDP", host: "192.0.2.71" });
  assert.equal((await right.register()).status, 403); // also when the guess is right at last
  const again = world.phone("alice", { transport: "UDP", host: "192.0.2.70" });
  assert.equal((await again.register()).status, 200);
});

test("bruteforce-spread: wrong passwords of many users from one source close the source", async () => {
  const world = await World.open();
  const statuses: number[] = [];
  for (let n = 0; n < 40; n += 1) {
    const thief = world.phone(`user${n}`, { transport: "UDP", host: "192.0.2.71", password: "x" });
    statuses.push((await thief.register()).status);
  }
  assert.equal(statuses[29], 401);
  assert.equal(statuses[35], 403);
});

test("a new password, a block and a removal end connections, contacts and logins at once", async () => {
  for (const change of ["password", "disable", "remove"] as const) {
    const { world, bob } = await withBob();
    const { users } = world.server.admin;
    const alice = world.phone("alice");
    await alice.register();
    if (change === "password") await users.setPassword("alice", "another one");
    else if (change === "disable") await users.change("alice", { disabled: true });
    else await users.remove("alice");
    await world.settle();
    assert.equal(world.server.stats.contacts, 1, change); // bob's
    alice.connect();
    assert.equal((await alice.register()).status, 401, change);
    assert.equal((await alice.message(bob.address, "x")).status, 407, change);
    await nothingCame(world, bob);
  }
});

test("a challenge over UDP is at most twice as long as the request, and leaves no transaction", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  const request = alice.make("REGISTER", `sip:${DOMAIN}`, (edit) =>
    edit.setText("Contact", alice.contactValue).setText("To", `<${alice.address}>`),
  );
  await alice.send(request);
  const asked = alice.sentBytes;
  const answered = world.serverMachine.sent.at(-1)?.bytes.length ?? 0;
  assert.ok(answered <= 2 * asked, `${answered} for ${asked}`);
  assert.equal(world.server.stats.serverTransactions, 0);
});

test("error-no-stack: refusals name no file, version or stack", async () => {
  const { world, bob } = await withBob();
  const alice = world.phone("alice");
  await alice.register();
  const answers = [
    await alice.message(`sip:nobody@${DOMAIN}`, "x"),
    await alice.message("sip:x@foreign.example", "x"),
    await alice.request("PUBLISH", alice.address, (edit) => edit.setText("Event", "presence")),
    await alice.request("FOO", bob.address),
    await alice.register((edit) => edit.setText("Contact", "<tel:+1>")),
  ];
  for (const answer of answers) {
    assert.ok(answer.status >= 400);
    for (const { name, value } of answer.lines()) {
      assert.doesNotMatch(`${name}: ${value}`, /\.ts|node:|at \w+ \(|\d+\.\d+\.\d+-|OMA\d/);
    }
  }
});

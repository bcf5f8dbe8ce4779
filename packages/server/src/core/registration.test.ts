import assert from "node:assert/strict";
import { test } from "node:test";
import { CallId, Contact, CSeq, Expires, type SipResponse, To } from "@parlance/sip";
import { addressOf, DOMAIN, World } from "./world.test.ts";

function contacts(response: SipResponse): readonly string[] {
  return response.texts("Contact");
}

test("a right answer to the challenge stores the binding and echoes it with its expiry (RFC 3261 §10.3)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register();
  assert.equal(response.status, 200);
  assert.deepEqual(contacts(response), [`<${alice.contact}>;+g.oma.sip-im;expires=3600`]);
  assert.equal(response.text("P-Associated-URI"), `<sip:alice@${DOMAIN}>`);
  assert.equal(response.text("Date"), "Sat, 04 May 2030 10:00:00 GMT");
  assert.equal(world.server.stats.contacts, 1);
});

test("REGISTER without credentials is challenged with 401, SHA-256 first and then MD5 (RFC 8760 §2.3)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.send(alice.make("REGISTER", `sip:${DOMAIN}`));
  assert.equal(response.status, 401);
  const challenges = response.texts("WWW-Authenticate");
  assert.match(challenges[0] ?? "", /algorithm=SHA-256.*qop="auth"/);
  assert.match(challenges[1] ?? "", /algorithm=MD5.*qop="auth"/);
  assert.equal(challenges.length, 2);
});

test("the hardened profile offers no MD5 and keeps no MD5 credential (RFC 8760)", async () => {
  const world = await World.open({ auth: { md5Compat: false } });
  const alice = world.phone("alice");
  const response = await alice.send(alice.make("REGISTER", `sip:${DOMAIN}`));
  assert.equal(response.texts("WWW-Authenticate").length, 1);
  const account = await world.stores.users.find("alice");
  assert.deepEqual(
    account?.credentials.map(({ algorithm }) => algorithm),
    ["SHA-256"],
  );
});

test("no Contact asks for what is there, and changes nothing (RFC 3261 §10.3 step 6)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  const response = await alice.register((edit) => edit.remove("Contact").remove("Expires"));
  assert.equal(response.status, 200);
  assert.equal(contacts(response).length, 1);
});

test("Expires: 0 removes the contact, and so does its parameter (RFC 3261 §10.2.2)", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register();
  assert.deepEqual(contacts(await alice.register(undefined, 0)), []);
  await alice.register();
  const last = await alice.register((edit) =>
    edit.setText("Contact", `<${alice.contact}>;expires=0`),
  );
  assert.deepEqual(contacts(last), []);
  assert.deepEqual(await world.stores.bindings.list(undefined, 10), []);
});

test("the star removes every contact, and only with Expires: 0 and alone (RFC 3261 §10.2.2)", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register();
  const wrong = await alice.register((edit) => edit.setText("Contact", "*"));
  assert.equal(wrong.status, 400);
  const mixed = await alice.register(
    (edit) => edit.setText("Contact", "*", `<${alice.contact}>`),
    0,
  );
  assert.equal(mixed.status, 400);
  assert.equal(world.server.stats.contacts, 1);
  const right = await alice.register((edit) => edit.setText("Contact", "*"), 0);
  assert.equal(right.status, 200);
  assert.equal(world.server.stats.contacts, 0);
});

test("the expiry is the parameter's, else the header's, else an hour (RFC 3261 §10.2.1.1)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const byParameter = await alice.register((edit) =>
    edit.setText("Contact", `<${alice.contact}>;expires=300`),
  );
  assert.match(contacts(byParameter)[0] ?? "", /;expires=300$/);
  const byNothing = await alice.register((edit) => edit.remove("Expires"));
  assert.match(contacts(byNothing)[0] ?? "", /;expires=3600$/);
});

test("a long expiry is cut to the longest, a short one refused with Min-Expires (RFC 3261 §10.3 step 7)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  assert.match(contacts(await alice.register(undefined, 600_000))[0] ?? "", /;expires=7200$/);
  const brief = await alice.register(undefined, 30);
  assert.equal(brief.status, 423);
  assert.equal(brief.text("Min-Expires"), "60");
});

test("a broken expires or q is 400 and changes nothing (RFC 3261 §20.10)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  for (const bad of ["expires=abc", "expires=99999999999", "q=2", "q=x"]) {
    const response = await alice.register((edit) =>
      edit.setText("Contact", `<${alice.contact}>;${bad}`),
    );
    assert.equal(response.status, 400, bad);
  }
  assert.equal(world.server.stats.contacts, 0);
});

test("an older CSeq of the same Call-ID does not undo a newer one (RFC 3261 §10.3 step 7)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register((edit) => edit.set(CallId, "one"));
  const late = alice.make("REGISTER", `sip:${DOMAIN}`, (edit) => {
    edit.set(To, addressOf(alice.address)).set(CallId, "one").set(Expires, 0);
    edit
      .set(Contact, Contact.read(`<${alice.contact}>`))
      .set(CSeq, { number: 1, method: "REGISTER" });
  });
  const response = await alice.send(late); // its connection is known: no digest
  assert.equal(response.status, 500);
  assert.equal(response.text("Warning"), `399 ${DOMAIN} "registration is out of order"`);
  assert.equal(world.server.stats.contacts, 1);
});

test("a client that counts from one again after a restart is let in by its fresh login (interop)", async () => {
  const world = await World.open();
  const first = world.phone("alice", { transport: "UDP", host: "192.0.2.77" });
  await first.register((edit) => edit.set(CallId, "same"));
  await first.register((edit) => edit.set(CallId, "same"));
  await world.clock.pass(1_000);
  const again = world.phone("alice", { transport: "UDP", host: "192.0.2.77" });
  const response = await again.register((edit) => edit.set(CallId, "same"));
  assert.equal(response.status, 200);
  assert.equal(world.server.stats.contacts, 1);
});

test("eleven contacts are one too many: 403, and none of them is stored", async () => {
  const world = await World.open({ limits: { registersPerSecond: 100, registerBurst: 100 } });
  const alice = world.phone("alice", { transport: "UDP" });
  for (let n = 1; n <= 10; n += 1) {
    const response = await alice.register((edit) =>
      edit.setText("Contact", `<sip:alice@${alice.host}:${6_000 + n}>`),
    );
    assert.equal(response.status, 200);
  }
  const eleventh = await alice.register((edit) =>
    edit.setText("Contact", `<sip:alice@${alice.host}:7000>`),
  );
  assert.equal(eleventh.status, 403);
  assert.equal(world.server.stats.contacts, 10);
});

test("an unknown extension in Require is 420 with Unsupported (RFC 3261 §10.3 step 2)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register((edit) => edit.setText("Require", "path, teleport"));
  assert.equal(response.status, 420);
  assert.equal(response.text("Unsupported"), "teleport");
});

test("nobody registers an address of somebody else: 403", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register((edit) => edit.set(To, addressOf(`sip:bob@${DOMAIN}`)));
  assert.equal(response.status, 403);
  const unknown = await alice.register((edit) => edit.set(To, addressOf(`sip:nobody@${DOMAIN}`)));
  assert.equal(unknown.status, 403);
  assert.equal(world.server.stats.contacts, 0);
});

test("a REGISTER for another domain goes nowhere: 403", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  const response = await alice.request("REGISTER", "sip:other.example", (edit) =>
    edit.set(To, addressOf(alice.address)),
  );
  assert.equal(response.status, 403);
});

test("a contact dies with its connection (RFC 5626 §5.3)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  await alice.hangUp();
  assert.equal(world.server.stats.contacts, 0);
});

test("a contact ends at its time, also on the disk", async () => {
  const world = await World.open();
  await world.phone("alice").register(undefined, 60);
  await world.phone("bob", { transport: "UDP" }).register(undefined, 60);
  await world.clock.pass(62_000);
  assert.equal(world.server.stats.contacts, 0);
  assert.deepEqual(await world.stores.bindings.list(undefined, 10), []);
});

test("contacts that can be dialled survive a crash of the server, others do not", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register();
  await world.phone("bob").register();
  const image = world.crash();
  await world.start({}, image);
  assert.equal(world.server.stats.contacts, 1);
  const carol = world.phone("carol");
  await carol.register();
  assert.equal((await carol.message(alice.address, "still there?")).status, 200);
  assert.equal(alice.received.length, 1);
});

test("the 200 waits for the disk, and a disk that fails is 503 and no contact", async () => {
  const disk = { commit: () => Promise.resolve() };
  const world = await World.open({}, disk);
  const alice = world.phone("alice", { transport: "UDP" });
  disk.commit = () => Promise.reject(new Error("no space"));
  const response = await alice.register();
  assert.equal(response.status, 503);
  assert.equal(response.text("Retry-After"), "5");
  assert.equal(world.server.stats.contacts, 0);
});

test("a client behind a NAT is reached where its REGISTER came from", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register((edit) =>
    edit.setText("Contact", "<sip:alice@10.1.2.3:5060>;+g.oma.sip-im"),
  );
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(alice.address, "hello")).status, 200);
  assert.equal(alice.received[0]?.uriText, "sip:alice@10.1.2.3:5060");
});

test("a contact with a name is never looked up (no open relay)", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register((edit) =>
    edit.setText("Contact", "<sip:alice@victim.example>;+g.oma.sip-im"),
  );
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(alice.address, "hello")).status, 200);
  assert.equal(alice.received.length, 1);
});

test("one device that registers with another address has one contact (interop)", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  const instance = ';+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>"';
  for (const port of [6_001, 6_002]) {
    await alice.register((edit) =>
      edit.setText("Contact", `<sip:alice@${alice.host}:${port}>${instance}`),
    );
  }
  assert.equal(world.server.stats.contacts, 1);
});

test("reg-contact-self: a contact that names the server makes no circle", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  const response = await alice.register((edit) =>
    edit.setText("Contact", "<sip:alice@192.0.2.1:5060>;+g.oma.sip-im"),
  );
  assert.equal(response.status, 200);
  const bob = world.phone("bob");
  await bob.register();
  const before = world.server.stats.requestsOut;
  assert.equal((await bob.message(alice.address, "round?")).status, 200);
  assert.equal(world.server.stats.requestsOut - before, 1);
  assert.equal(alice.received.length, 1);
});

test("a removed account leaves no contact and no message behind", async () => {
  const world = await World.open();
  await world.phone("alice", { transport: "UDP" }).register();
  const bob = world.phone("bob");
  await bob.register();
  await bob.message(`sip:carol@${DOMAIN}`, "for later");
  await world.server.admin.users.remove("alice");
  await world.server.admin.users.remove("carol");
  await world.settle();
  assert.deepEqual(
    (await world.stores.bindings.list(undefined, 10)).map(({ user }) => user),
    [],
  );
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), []);
  assert.equal((await bob.message(`sip:carol@${DOMAIN}`, "x")).status, 404);
});

test("the operator sees contacts and can end them", async () => {
  const world = await World.open();
  const { admin } = world.server;
  const alice = world.phone("alice");
  await alice.register();
  assert.deepEqual(
    admin.bindings("alice").map(({ contact, imClient, q }) => ({ contact, imClient, q })),
    [{ contact: alice.contactValue, imClient: true, q: 1 }],
  );
  assert.equal(admin.disconnect("alice"), true);
  assert.equal(admin.disconnect("nobody"), false);
  assert.deepEqual(admin.bindings("alice"), []);
  assert.equal(await admin.users.add({ name: "alice", password: "x" }), "name taken");
  assert.equal(await admin.users.add({ name: "a b", password: "x" }), "name not usable");
  assert.equal(await admin.users.add({ name: "dave", password: "" }), "password not usable");
  assert.deepEqual(
    (await admin.users.list(undefined, 2)).map(({ name }) => name),
    ["alice", "bob"],
  );
});

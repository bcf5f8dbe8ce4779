/** Being there: registered over every transport, back after every loss, gone when closed. RFC 3261 §10, RFC 5626 §4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agreedHashing, type ClientTransport } from "@parlance/testkit";
import { secretOf } from "../options.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import type { ConnectionState } from "./connection.ts";

const TRANSPORTS: readonly ClientTransport[] = ["udp", "tcp", "tls", "ws", "wss"];

for (const transport of TRANSPORTS) {
  test(`a client registers and is reached over ${transport}`, async (t) => {
    const world = await worldFor(t);
    const bob = await world.client("bob", { transport });
    assert.deepEqual(bob.connection, { state: "online" });
    const [binding] = world.server.admin.bindings("bob");
    assert.equal(binding?.imClient, true); // RFC 3840 §9: the feature tag stands in the contact
    const shown = reading(bob);
    const alice = await world.client("alice");
    await world.until(alice.send(bob.address, "hello").delivered);
    assert.deepEqual(shown.map(textOf), ["hello"]);
  });
}

test("a wrong password and an unknown user are told as such, and not tried again", async (t) => {
  const world = await worldFor(t);
  for (const [name, password] of [
    ["alice", "wrong"],
    ["nobody", "password"],
  ] as const) {
    const connecting = world.client(name, { password });
    assert.equal(await codeOf(connecting), "not authenticated");
  }
  const lines = world.log.text("REGISTER").split("\n").length;
  await world.run(600_000);
  assert.equal(world.log.text("REGISTER").split("\n").length, lines);
});

test("a server that is not there, or says nothing, is told as offline or timeout", async (t) => {
  const world = await worldFor(t);
  world.crashServer();
  assert.equal(await codeOf(world.client("alice", { transport: "tcp" })), "offline");
  assert.equal(await codeOf(world.client("alice", { transport: "udp" })), "timeout");
  world.link("alice").silence();
  assert.equal(await codeOf(world.client("alice", { transport: "ws" })), "offline");
});

test("an attempt to connect ends when its signal says so", async (t) => {
  const world = await worldFor(t);
  world.link("alice").silence();
  const ending = new AbortController();
  const connecting = codeOf(world.startClient("alice", { signal: ending.signal }));
  await world.run(1_000);
  ending.abort();
  assert.equal(await world.until(connecting, 1_000), "aborted");
  world.link("alice").restore();
  await world.run(60_000);
  assert.deepEqual(world.server.admin.bindings("alice"), []);
});

test("a trace that throws harms nothing, and the application hears of it", async (t) => {
  const world = await worldFor(t);
  const broken = new Error("the disk for traces is full");
  const alice = await world.client("alice", {
    trace() {
      throw broken;
    },
  });
  const errors: unknown[] = [];
  alice.on("error", (error) => errors.push(error));
  const bob = await world.client("bob");
  await world.until(alice.send(bob.address, "hello").delivered);
  assert.ok(errors.length > 0 && errors.every((error) => error === broken));
});

test("wrong arguments are thrown at once as TypeError", async (t) => {
  const world = await worldFor(t);
  const wrong = world.startClient("alice", { displayName: "x".repeat(65) });
  await assert.rejects(wrong, TypeError);
  const alice = await world.client("alice");
  for (const to of ["bob", "im:bob@parlance.test", "", []]) {
    assert.throws(() => alice.send(to, "hello"), Error, String(to));
  }
  assert.throws(() => alice.send(alice.address, "hello", { expires: "soon" }), TypeError);
});

test("after a cut the client is back, and shows what it does (RFC 5626 §4.5)", async (t) => {
  const world = await worldFor(t);
  const bob = await world.client("bob");
  const states: ConnectionState["state"][] = [];
  bob.on("connection", ({ state }) => states.push(state));
  world.link("bob").cut();
  await world.run(2_000);
  assert.deepEqual(states, ["reconnecting", "online"]);
  const shown = reading(bob);
  const alice = await world.client("alice");
  await world.until(alice.send(bob.address, "hello").delivered);
  assert.deepEqual(shown.map(textOf), ["hello"]);
});

test("a connection that is dead without having said so is given up when a ping has no answer (RFC 5626 §4.4.1)", async (t) => {
  const world = await worldFor(t);
  const bob = await world.client("bob");
  world.link("bob").silence();
  await world.run(125_000);
  assert.equal(bob.connection.state, "reconnecting");
  world.link("bob").restore();
  await world.until(() => bob.connection.state === "online", 300_000);
});

test("a live connection is kept over hours of silence, and the registration with it (RFC 3261 §10.2.4)", async (t) => {
  const world = await worldFor(t);
  const bob = await world.client("bob");
  const states: string[] = [];
  bob.on("connection", ({ state }) => states.push(state));
  await world.run(3 * 3_600_000);
  assert.deepEqual(states, []);
  assert.equal(world.server.admin.bindings("bob").length, 1);
});

test("after a crash of the server everybody comes back by himself", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { transport: "wss" });
  world.crashServer();
  await world.run(60_000);
  assert.equal(alice.connection.state, "reconnecting");
  await world.restartServer();
  await world.until(() => alice.connection.state === "online", 300_000);
  await world.until(() => bob.connection.state === "online", 300_000);
});

test("a new password ends the connection for good, and the application is told why", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  await world.server.admin.users.setPassword("alice", "another");
  await world.until(() => alice.connection.state === "offline", 7_200_000);
  assert.equal(
    alice.connection.state === "offline" && alice.connection.error?.code,
    "not authenticated",
  );
});

test("closing takes the contact away, and may be asked for twice (RFC 3261 §10.2.2)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  await world.until(Promise.all([alice.close(), alice.close()]));
  assert.deepEqual(world.server.admin.bindings("alice"), []);
  assert.deepEqual(alice.connection, { state: "offline", error: undefined });
  const late = alice.send(world.address("bob"), "too late");
  assert.equal(late.state, "failed");
  assert.equal(await codeOf(late.accepted), "closed");
});

test("a client whose line is dead is closed all the same", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  world.link("alice").silence();
  await world.until(alice.close(), 30_000);
  assert.equal(alice.connection.state, "offline");
});

test("what stands for a password at one server lets the client in there, and no other secret does", async (t) => {
  const world = await worldFor(t);
  const account = { user: world.address("alice"), password: "password of alice" };
  const secret = secretOf(account, agreedHashing);
  assert.equal(JSON.stringify(secret).includes(account.password), false);
  const alice = await world.client("alice", { password: secret });
  assert.equal(alice.connection.state, "online");
  const other = secretOf({ ...account, realm: "elsewhere.example.com" }, agreedHashing);
  assert.equal(await codeOf(world.client("bob", { password: other })), "not authenticated");
});

test("a client that starts with its store writes before there is a server, and sends when there is one", async (t) => {
  const world = await worldFor(t);
  const bob = await world.client("bob");
  const shown = reading(bob);
  world.link("alice").silence();
  const alice = await world.client("alice", { startWith: "store" });
  const sent = alice.send(bob.address, "from the train");
  await world.run(40_000);
  assert.equal(sent.state, "queued");
  assert.equal(alice.connection.state, "reconnecting");
  world.link("alice").restore();
  await world.until(sent.delivered, 400_000);
  assert.deepEqual(shown.map(textOf), ["from the train"]);
});

test("a client that starts with its store says when the password is wrong", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { startWith: "store", password: "wrong" });
  await world.run(5_000);
  const { connection } = alice;
  assert.equal(connection.state === "offline" && connection.error?.code, "not authenticated");
});

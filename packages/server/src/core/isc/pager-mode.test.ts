/** Pager mode through a SIP/IP core that asks the server at both ends. 3GPP TS 24.229 §5.7, OMA IM 8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { bodyText, DOMAIN, IM } from "../world.test.ts";
import { behindCore, triggered } from "./sip-ip-core.test.ts";

for (const servedUser of [false, true]) {
  const how = servedUser ? "P-Served-User" : "parameters of Route";
  test(`a message passes the functions of both users and reaches the device, told by ${how}`, async () => {
    const { core, phone } = await behindCore({ servedUser });
    const [alice, bob] = [phone("alice"), phone("bob")];
    await alice.register();
    await bob.register();
    const response = await alice.message(bob.address, "hello");
    assert.equal(response.status, 200);
    assert.deepEqual(bob.received.map(bodyText), ["hello"]);
    assert.deepEqual(core.asked, [
      "MESSAGE originating sip:alice@parlance.test",
      "MESSAGE terminating sip:bob@parlance.test",
    ]);
    const [got] = bob.received;
    assert.equal(got?.has("Route"), false);
    assert.equal(got?.uriText, bob.address);
    assert.deepEqual(
      core.fromServer.map((request) => request.text("P-Asserted-Identity")),
      Array(2).fill(`<sip:alice@${DOMAIN}>`),
    );
  });
}

test("IM-8.1-02: what is too long for datagrams goes to devices that the core has told of, at once and later", async () => {
  const { world, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  const text = "x".repeat(2_000);
  assert.equal((await alice.message(bob.address, text)).status, 202);
  await bob.register();
  await world.clock.pass(100);
  assert.equal((await alice.message(bob.address, text)).status, 200);
  assert.deepEqual(bob.received.map(bodyText), [text, text]);
});

test("a service is also served when the core routes to it without a trigger, and copies go by the core", async () => {
  const groups = [{ name: "team", members: ["alice", "bob"] }];
  const { world, core, phone } = await behindCore({}, { groups });
  const bob = phone("bob");
  await bob.register();
  const router = world.phone("alice", { host: "192.0.2.51", port: 5_070 });
  const request = router.make("MESSAGE", `sip:team@${DOMAIN}`, (edit) =>
    edit
      .setText("P-Asserted-Identity", `<sip:alice@${DOMAIN}>`)
      .setText("Accept-Contact", IM)
      .body(utf8Bytes("to all"), "text/plain"),
  );
  assert.equal((await router.send(request)).status, 202);
  await world.clock.pass(1_000);
  assert.deepEqual(bob.received.map(bodyText), ["to all"]);
  assert.deepEqual(core.asked, ["MESSAGE terminating sip:bob@parlance.test"]);
});

test("a user of another domain is believed as the core asserts him, and has no function here", async () => {
  const { world, core, phone } = await behindCore();
  const bob = phone("bob");
  await bob.register();
  const eve = world.phone("eve", { host: "192.0.2.51", port: 5_070, domain: "elsewhere.example" });
  const request = eve.make("MESSAGE", bob.address, (edit) =>
    edit
      .setText("P-Asserted-Identity", `<${eve.address}>`)
      .setText("Accept-Contact", IM)
      .setText("Route", ...triggered("term"))
      .body(utf8Bytes("from afar"), "text/plain"),
  );
  assert.equal((await eve.send(request)).status, 200);
  assert.deepEqual(bob.received.map(bodyText), ["from afar"]);
  assert.equal(core.fromServer[0]?.text("P-Asserted-Identity"), `<${eve.address}>`);
});

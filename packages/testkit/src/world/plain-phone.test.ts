/** Phones that are no clients of the service, beside clients. RFC 3428, compat.plainSip */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type PhoneText, startWorld } from "../index.ts";

const PLAIN = { compat: { plainSip: true } };

test("a phone registers, says and hears plain text, and has what came while it was off", async () => {
  for (const transport of ["udp", "tcp", "ws"] as const) {
    await using world = await startWorld({ server: PLAIN });
    const alice = await world.client("alice");
    const shown: string[] = [];
    alice.on("message", (message) => {
      if (message.kind === "text") shown.push(`${message.from} ${message.text}`);
    });
    const off = world.phone("bob", { transport });
    off.start();
    await world.until(() => off.isRegistered);
    assert.equal(await world.until(off.send(alice.address, "from the phone")), 200);
    await world.until(() => shown.length > 0);
    assert.deepEqual(shown, ["sip:bob@parlance.test from the phone"]);
    off.kill();
    alice.send(off.address, "for later");
    await world.run(60_000);
    const heard: PhoneText[] = [];
    const phone = world.phone("bob", { transport });
    phone.heard = (text) => heard.push(text);
    phone.start();
    await world.until(() => heard.length > 0);
    assert.deepEqual(heard, [{ from: alice.address, text: "for later" }]);
  }
});

test("what goes to many in a session, because the way there takes datagrams alone, comes to a phone as the short text that it is", async () => {
  await using world = await startWorld({ server: PLAIN });
  const alice = await world.client("alice", {
    connectionOriented: false,
    sessions: { mode: "never" },
  });
  const carol = await world.client("carol");
  const phone = world.phone("bob", { transport: "tcp" });
  const heard: PhoneText[] = [];
  phone.heard = (text) => heard.push(text);
  phone.start();
  await world.until(() => phone.isRegistered);
  const text = "not so long ".repeat(60);
  await world.until(alice.send([phone.address, carol.address], text, { receipts: [] }).accepted);
  await world.until(() => heard.length > 0);
  assert.deepEqual(heard, [{ from: alice.address, text }]);
  assert.match(world.story(), /alice -> server +TCP +MSRP .* SEND/);
  assert.doesNotMatch(world.story(), /server -> bob +TCP +INVITE/);
});

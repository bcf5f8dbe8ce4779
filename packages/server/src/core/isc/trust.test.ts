/** Who may hand requests over, and what a core may and may not make the server do. RFC 3324, RFC 3325 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Expires, type SipRequest } from "@parlance/sip";
import * as fc from "fast-check";
import { bodyText, DOMAIN, IM, type Phone } from "../world.test.ts";
import { behindCore, CORE } from "./sip-ip-core.test.ts";

const BOB = `sip:bob@${DOMAIN}`;
const HERE = "<sip:192.0.2.1:5070;transport=tcp;lr";
const BACK = `<sip:${CORE}:6060;transport=tcp;lr;stage=terminated>`;

/** As the core would write it, by whoever it is. */
function handedOver(
  phone: Phone,
  to: string,
  trigger: string,
  asserted = phone.address,
): SipRequest {
  return phone.make("MESSAGE", to, (edit) => {
    edit
      .setText("P-Asserted-Identity", `<${asserted}>`)
      .setText("Accept-Contact", IM)
      .setText("Route", `${HERE};${trigger}>`, BACK);
  });
}

test("users have nothing to say here: no REGISTER, no request, whatever they assert; OPTIONS is answered", async () => {
  const { world } = await behindCore();
  for (const transport of ["UDP", "TCP", "WS"] as const) {
    const alice = world.phone("alice", { transport });
    assert.equal((await alice.register()).status, 403);
    assert.equal((await alice.message(BOB, "x")).status, 403);
    for (const trigger of ["orig", "term"]) {
      assert.equal((await alice.send(handedOver(alice, BOB, trigger))).status, 403);
    }
    const register = alice.make("REGISTER", `sip:${DOMAIN}`, (edit) => {
      edit.setText("From", `<sip:${CORE}>;tag=1`).setText("To", `<${BOB}>`).set(Expires, 600);
    });
    assert.equal((await alice.send(register)).status, 403);
    assert.equal((await alice.request("OPTIONS", `sip:${DOMAIN}`)).status, 200);
  }
  assert.equal(world.server.stats.contacts, 0);
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), []);
});

test("a REGISTER of the user himself, and one for nobody here, are no third-party registrations", async () => {
  const { world, core } = await behindCore();
  const peer = world.phone("bob", { host: "192.0.2.51", port: 5_070 });
  const own = await peer.request("REGISTER", `sip:${DOMAIN}`, (edit) => {
    edit.setText("To", `<${BOB}>`).setText("Contact", `<${peer.contact}>`);
  });
  assert.equal(own.status, 403);
  assert.match(own.text("Warning") ?? "", /only third-party registrations/);
  assert.equal(await core.register(`sip:nobody@${DOMAIN}`, 600), 404);
  assert.equal(await core.register("sip:bob@elsewhere.example", 600), 404);
  assert.equal(await core.register(BOB, 600), 200);
  assert.equal(world.server.stats.contacts, 1);
});

test("an originator nobody vouches for, or who is no user here, is refused: 403 with its Warning (clause 5.1)", async () => {
  const { world } = await behindCore();
  const core = world.phone("alice", { host: "192.0.2.51", port: 5_070 });
  const nobody = handedOver(core, BOB, "orig").edit().remove("P-Asserted-Identity").done();
  const unknown = await core.send(nobody);
  assert.equal(unknown.status, 403);
  assert.match(unknown.text("Warning") ?? "", /originator not authenticated/);
  const foreign = await core.send(handedOver(core, BOB, "orig", "sip:eve@elsewhere.example"));
  assert.equal(foreign.status, 403);
  assert.match(foreign.text("Warning") ?? "", /service not authorised/);
  const untold = handedOver(core, BOB, "term").edit().remove("P-Asserted-Identity").done();
  assert.equal((await core.send(untold)).status, 403);
});

test("an envelope that lies about its author is refused at the originating end", async () => {
  const { phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  const lie = `From: <sip:carol@${DOMAIN}>\r\nTo: <${BOB}>\r\n\r\nContent-Type: text/plain\r\n\r\nx`;
  const response = await alice.message(BOB, "", (edit) =>
    edit.body(new TextEncoder().encode(lie), "message/cpim"),
  );
  assert.equal(response.status, 403);
  assert.equal(bob.received.length, 0);
});

test("a Route to elsewhere chooses no destination: the core gets the request, Route and all", async () => {
  const { world, core } = await behindCore();
  const peer = world.phone("alice", { host: "192.0.2.51", port: 5_070 });
  const request = handedOver(peer, BOB, "orig")
    .edit()
    .setText("Route", `${HERE};orig>`, "<sip:203.0.113.9;lr>", BACK)
    .done();
  void peer.send(request).catch(() => undefined);
  await world.settle();
  assert.equal(core.fromServer[0]?.texts("Route")[0], "<sip:203.0.113.9;lr>");
  const hosts = world.serverMachine.sent.map(({ flow }) => flow.remote.host);
  assert.ok(!hosts.includes("203.0.113.9"));
});

test("whatever a core writes into its headers breaks nothing", async () => {
  const { world, core } = await behindCore();
  const peer = world.phone("alice", { host: "192.0.2.51", port: 5_070 });
  core.away = true;
  const uri = fc.constantFrom(
    "<sip:bob@parlance.test>",
    "<sip:192.0.2.1:5070;lr;orig>",
    "<sip:x@192.0.2.1:5070;lr>",
    `<sip:${CORE}:6060;lr>`,
    "<sip:[::1];lr>",
    "<tel:+49123>",
    "<urn:service:sos>",
    "sip:alice@parlance.test;sescase=orig",
    "*",
    "",
    "<",
  );
  const param = fc.constantFrom(
    "",
    ";sescase=orig",
    ";sescase=x",
    ";regstate=unreg",
    ";orig-cdiv",
    ";a=b;a=c",
  );
  const value = fc.tuple(uri, param).map((parts) => parts.join(""));
  const name = fc.constantFrom(
    "P-Served-User",
    "P-Asserted-Identity",
    "Route",
    "To",
    "Via",
    "Expires",
  );
  const method = fc.constantFrom(
    "MESSAGE",
    "INVITE",
    "REGISTER",
    "SUBSCRIBE",
    "BYE",
    "PUBLISH",
    "INFO",
  );
  await fc.assert(
    fc.asyncProperty(
      method,
      fc.array(fc.tuple(name, value), { maxLength: 4 }),
      async (how, lines) => {
        const request = peer.make(how, BOB, (edit) => {
          edit.setText("P-Asserted-Identity", `<${peer.address}>`).setText("Accept-Contact", IM);
          for (const [header, text] of lines) edit.setText(header, text);
        });
        void peer.send(request).catch(() => undefined); // an answer may be as broken as the request
        await world.clock.pass(1_000);
      },
    ),
    { numRuns: 150 },
  );
  assert.deepEqual(world.logged, []);
  assert.equal(world.server.stats.handlerErrors, 0);
});

test("a request without the feature tag is not ours: it goes on as it came, and plainSip takes it in", async () => {
  for (const plainSip of [false, true]) {
    const { core, phone } = await behindCore({}, { compat: { plainSip } });
    const [alice, bob] = [phone("alice", { plain: true }), phone("bob", { plain: true })];
    await alice.register();
    await bob.register();
    assert.equal((await alice.message(BOB, "plain")).status, 200);
    assert.deepEqual(bob.received.map(bodyText), ["plain"]);
    await bob.register(undefined, 0);
    assert.equal((await alice.message(BOB, "plain")).status, plainSip ? 202 : 480);
    assert.equal(core.asked.length, 4);
  }
});

test("a core that asks twice at the originating end has it judged once", async () => {
  const { world, core, phone } = await behindCore(
    { asksTwice: true },
    { limits: { messageBurst: 2 } },
  );
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  for (const text of ["one", "two"]) assert.equal((await alice.message(BOB, text)).status, 200);
  assert.equal(core.asked.filter((one) => one.includes("originating")).length, 4);
  assert.equal((await alice.message(BOB, "three")).status, 503); // of the third one, and not of the fifth
  assert.deepEqual(world.logged, []);
});

test("a core that brings a request by again at the terminating end goes round in circles: 482", async () => {
  const { phone } = await behindCore({ loops: true });
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  assert.equal((await alice.message(BOB, "x")).status, 482);
});

test("a user who forges the Via of the server, or repeats what he saw of it, is judged all the same", async () => {
  const { phone } = await behindCore({}, { limits: { messageBurst: 2 } });
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  await alice.message(BOB, "x");
  const seen = bob.received[0]?.texts("Via") ?? [];
  assert.ok(seen.some((via) => via.includes("192.0.2.1:")));
  const statuses: number[] = [];
  for (let at = 0; at < 3; at += 1) {
    const again = await bob.message(alice.address, "y", (edit) => {
      edit.setText("Call-ID", bob.received[0]?.callId ?? "").setText("Via", ...seen);
    });
    statuses.push(again.status);
  }
  assert.equal(statuses.at(-1), 503);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type SipResponse, Supported } from "@parlance/sip";
import { DOMAIN, World } from "./world.test.ts";

function contacts(response: SipResponse): readonly string[] {
  return response.texts("Contact");
}

const INSTANCE = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

test("outbound: instance and reg-id tell flows apart, and the 200 requires outbound (RFC 5626 §6)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const other = world.phone("alice");
  for (const [regId, phone] of [alice, other].entries()) {
    const response = await phone.register((edit) => {
      edit.set(Supported, ["path", "outbound"]);
      edit.setText(
        "Contact",
        `<${phone.contact}>;+g.oma.sip-im;+sip.instance="<${INSTANCE}>";reg-id=${regId + 1}`,
      );
    });
    assert.equal(response.text("Require"), "outbound");
    assert.equal(response.text("Flow-Timer"), "120");
  }
  assert.equal(world.server.stats.contacts, 2);
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(alice.address, "once")).status, 200);
  assert.equal(alice.received.length + other.received.length, 1); // RFC 5626 §7: one flow a device
});

test("outbound through a proxy that does not take part is 439 (RFC 5626 §6)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register((edit) => {
    edit.set(Supported, ["outbound"]).setText("Via", "SIP/2.0/TCP 192.0.2.99;branch=z9hG4bKedge");
    edit.setText("Contact", `<${alice.contact}>;+sip.instance="<${INSTANCE}>";reg-id=1`);
  });
  assert.equal(response.status, 439);
});

test("GRUU: the 200 tells a public and a temporary one, and both lead to the device (RFC 5627 §5)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register((edit) => {
    edit.set(Supported, ["gruu"]);
    edit.setText("Contact", `<${alice.contact}>;+g.oma.sip-im;+sip.instance="<${INSTANCE}>"`);
  });
  const text = contacts(response)[0] ?? "";
  const [, lasting = ""] = /pub-gruu="([^"]+)"/.exec(text) ?? [];
  const [, passing = ""] = /temp-gruu="([^"]+)"/.exec(text) ?? [];
  assert.equal(lasting, `sip:alice@${DOMAIN};gr=${INSTANCE}`);
  assert.doesNotMatch(passing, /alice/);
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(lasting, "public")).status, 200);
  assert.equal((await bob.message(passing, "temporary")).status, 200);
  assert.equal(alice.received.length, 2);
  const wrong = await bob.message(`sip:alice@${DOMAIN};gr`, "no such");
  assert.equal(wrong.status, 404);
});

test("Path of a trusted edge proxy is kept, told again and put into Route (RFC 3327 §5.3)", async () => {
  const world = await World.open({
    core: {
      trustedPeers: [{ name: "edge", addresses: ["192.0.2.50"], tlsNames: [] }],
      trustedListeners: ["peers"],
    },
  });
  const edge = world.phone("alice", { host: "192.0.2.50", port: 5_070 });
  const path = "<sip:192.0.2.50:5080;transport=tcp;lr;ob>";
  const response = await edge.register((edit) => {
    edit.setText("Path", path).set(Supported, ["path"]);
    edit.setText("Contact", "<sip:alice@10.0.0.5>;+g.oma.sip-im");
  });
  assert.equal(response.text("Path"), path);
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(edge.address, "through the edge")).status, 200);
  assert.equal(edge.received[0]?.text("Route"), path);
  assert.equal(edge.received[0]?.uriText, "sip:alice@10.0.0.5");
});

test("Path of a client is taken out (RFC 3327 §5.1)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const response = await alice.register((edit) =>
    edit.setText("Path", "<sip:evil.example;lr>").set(Supported, ["path"]),
  );
  assert.equal(response.status, 200);
  assert.equal(response.has("Path"), false);
});

test("Service-Route is told where the operator wants it (RFC 3608)", async () => {
  const world = await World.open({ core: { serviceRoute: [`<sip:${DOMAIN};lr>`] } });
  const response = await world.phone("alice").register();
  assert.equal(response.text("Service-Route"), `<sip:${DOMAIN};lr>`);
});

test("Path for a client that does not know of it is 421 with Require: path (RFC 3327 §5.3)", async () => {
  const world = await World.open({
    core: {
      trustedPeers: [{ name: "edge", addresses: ["192.0.2.50"], tlsNames: [] }],
      trustedListeners: ["peers"],
    },
  });
  const edge = world.phone("alice", { host: "192.0.2.50", port: 5_070 });
  const response = await edge.register((edit) => edit.setText("Path", "<sip:192.0.2.50;lr>"));
  assert.equal(response.status, 421);
  assert.equal(response.text("Require"), "path");
});

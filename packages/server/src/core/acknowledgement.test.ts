/** The ACK of a session that the server holds: from whoever is in it, and from nobody else. Security rule 16 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CallId,
  Contact,
  CSeq,
  From,
  MaxForwards,
  makeRequest,
  type NameAddr,
  readDatagram,
  type SipRequest,
  To,
} from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { settled } from "../testing/clock.ts";
import { SessionPhone } from "../testing/session-phone.ts";
import { IM, type Phone, World } from "./world.test.ts";

const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.77",
  "s=-",
  "c=IN IP4 192.0.2.77",
  "t=0 0",
  "m=message 7654 TCP/MSRP *",
  "a=accept-types:text/plain",
  "a=path:msrp://192.0.2.77:7654/alice-session;tcp",
  "",
].join("\r\n");

/** Alice has a 200 that she has not acknowledged. */
async function unacknowledged() {
  const world = await World.open({}, undefined, { dial: () => () => {} });
  world.server.media?.listens({ secure: false, host: "192.0.2.1", port: 2855, transport: "tcp" });
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((user) => world.phone(user));
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
  for (const phone of [alice, bob, carol]) await phone.register();
  const far = new SessionPhone(bob, "bob", world);
  const invite = alice.make("INVITE", "sip:bob@parlance.test", (edit) => {
    edit.setText("Accept-Contact", IM).set(Contact, Contact.read(alice.contactValue));
    edit.body(utf8Bytes(OFFER), "application/sdp");
  });
  const ok = await alice.send(invite);
  assert.equal(ok.status, 200);
  await world.settle();
  const [contact] = ok.get(Contact) as readonly [NameAddr];
  const ack = makeRequest("ACK", contact.uri, (edit) => {
    edit.set(MaxForwards, 70).set(From, invite.from).set(To, ok.to).set(CallId, invite.callId);
    edit.set(CSeq, { number: invite.cseq.number, method: "ACK" });
  });
  /** How often the 200 comes again in four seconds. */
  const repeated = async (): Promise<number> => {
    const before = world.serverMachine.sent.length;
    await world.clock.pass(4_000);
    return world.serverMachine.sent.slice(before).filter(({ bytes }) => {
      const read = readDatagram(bytes);
      return (
        read.kind === "message" && "status" in read.message && read.message.cseq.method === "INVITE"
      );
    }).length;
  };
  return { world, alice, carol, far, ack, repeated };
}

async function acknowledge(phone: Phone, ack: SipRequest): Promise<void> {
  phone.endpoint.send(ack, phone.flow);
  await settled();
}

test("an ACK that knows everything and comes from elsewhere ends nothing", async () => {
  const { carol, alice, ack, repeated } = await unacknowledged();
  assert.ok((await repeated()) > 0);
  await acknowledge(carol, ack);
  assert.ok((await repeated()) > 0);
  await acknowledge(alice, ack);
  assert.equal(await repeated(), 0);
});

test("a caller who has come by a new connection meanwhile is still the caller", async () => {
  const { alice, ack, repeated } = await unacknowledged();
  alice.connect();
  await acknowledge(alice, ack);
  assert.equal(await repeated(), 0);
});

test("a caller who is at another address by now is known by his registration", async () => {
  const { world, ack, repeated } = await unacknowledged();
  const moved = world.phone("alice");
  await moved.register();
  await acknowledge(moved, ack);
  assert.equal(await repeated(), 0);
});

/** Sessions between users of a SIP/IP core, past the functions of both. 3GPP TS 24.229 §5.7.5, RFC 3261 §16.12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CallId,
  CSeq,
  RecordRoute,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from "@parlance/sip";
import { DOMAIN, IM, type Phone, type World } from "../world.test.ts";
import { behindCore, CORE, type SipIpCore } from "./sip-ip-core.test.ts";

interface Session {
  readonly world: World;
  readonly core: SipIpCore;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly invite: SipRequest;
  readonly ok: SipResponse;
}

function takes(phone: Phone): (transaction: ServerTransaction) => void {
  return (transaction) =>
    transaction.reply(200, undefined, (edit) => {
      edit.setText("Contact", `<${phone.contact}>`);
      for (const text of transaction.request.texts("Record-Route"))
        edit.append(RecordRoute, ...RecordRoute.read(text));
    });
}

async function session(): Promise<Session> {
  const { world, core, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  bob.serve = takes(bob);
  alice.serve = takes(alice);
  const ok = await invitation(alice, bob);
  assert.equal(ok.status, 200);
  const [invite] = bob.received;
  assert.ok(invite);
  return { world, core, alice, bob, invite, ok };
}

function invitation(alice: Phone, bob: Phone): Promise<SipResponse> {
  return alice.request("INVITE", bob.address, (edit) =>
    edit.setText("Contact", `<${alice.contact}>`).setText("Accept-Contact", IM),
  );
}

/** As the caller: the route set is turned round. RFC 3261 §12.1.2 */
function asCaller({ alice, invite, ok }: Session, method: string, cseq: number): SipRequest {
  const contact = ok.text("Contact") ?? "";
  return alice.make(method, contact.slice(1, -1), (edit) => {
    edit.setText("Route", ...ok.texts("Record-Route").toReversed());
    edit.setText("From", invite.text("From") ?? "").setText("To", ok.text("To") ?? "");
    edit.set(CallId, invite.callId).set(CSeq, { number: cseq, method });
  });
}

/** As the callee: in the order in which it came. RFC 3261 §12.1.1 */
function asCallee({ bob, invite, ok }: Session, method: string): SipRequest {
  const contact = invite.text("Contact") ?? "";
  return bob.make(method, contact.slice(1, -1), (edit) => {
    edit.setText("Route", ...invite.texts("Record-Route"));
    edit.setText("From", ok.text("To") ?? "").setText("To", invite.text("From") ?? "");
    edit.set(CallId, invite.callId);
  });
}

test("an INVITE passes both functions, and the server stays in its path at both ends", async () => {
  const { core, invite } = await session();
  assert.deepEqual(core.asked, [
    "INVITE originating sip:alice@parlance.test",
    "INVITE terminating sip:bob@parlance.test",
  ]);
  const ours = invite.texts("Record-Route").filter((text) => text.includes("@192.0.2.1:5070"));
  assert.equal(ours.length, 4);
  assert.doesNotMatch(ours.join("\n"), /alice|bob/); // sealed
});

test("what follows in the dialog goes by the core and the server at both ends, in both directions", async () => {
  const open = await session();
  const { core, alice, bob } = open;
  alice.endpoint.send(asCaller(open, "ACK", open.invite.cseq.number), alice.flow);
  await open.world.settle();
  assert.equal(bob.acks.length, 1);
  const before = core.fromServer.length;
  const update = await alice.send(asCaller(open, "UPDATE", 90));
  assert.equal(update.status, 200);
  assert.equal(core.fromServer.length, before + 2);
  const bye = await bob.send(asCallee(open, "BYE"));
  assert.equal(bye.status, 200);
  assert.equal(core.fromServer.length, before + 4);
  assert.equal(alice.received.at(-1)?.method, "BYE");
  assert.equal(bob.received.at(-1)?.method, "UPDATE");
});

test("a dialog outlives the connections between core and server", async () => {
  const open = await session();
  open.core.hangUp();
  await open.world.settle();
  assert.equal((await open.alice.send(asCaller(open, "BYE", 91))).status, 200);
});

test("legs of one dialog open no other one: 481", async () => {
  const open = await session();
  const stolen = asCaller(open, "BYE", 92).edit().set(CallId, "another").done();
  assert.equal((await open.alice.send(stolen)).status, 481);
});

test("CANCEL reaches the device by both ends, and the caller hears 487", async () => {
  const { world, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  bob.serve = (transaction) => transaction.reply(180);
  const statuses: number[] = [];
  const request = alice.make("INVITE", bob.address, (edit) =>
    edit.setText("Contact", `<${alice.contact}>`).setText("Accept-Contact", IM),
  );
  const running = alice.endpoint.request(request, alice.flow, {
    response: ({ status }) => void statuses.push(status),
    timeout: () => void statuses.push(0),
    failed: () => void statuses.push(-1),
  });
  await world.settle();
  running.cancel();
  await world.clock.pass(1_000);
  assert.equal(statuses.at(-1), 487);
  assert.ok(statuses.includes(180));
});

test("a session with somebody who is away is 480", async () => {
  const { phone } = await behindCore();
  const alice = phone("alice");
  await alice.register();
  const nobody = phone("bob");
  assert.equal((await invitation(alice, nobody)).status, 480);
});

test("an INVITE for somebody who is no user is 404, for another domain it is the core's", async () => {
  const { world, core, phone } = await behindCore();
  const alice = phone("alice");
  await alice.register();
  const stranger = phone("nobody");
  assert.equal((await invitation(alice, stranger)).status, 404);
  assert.equal(core.fromServer.at(-1)?.uriText, `sip:nobody@${DOMAIN}`);
  const hosts = world.serverMachine.sent.map(({ flow }) => flow.remote.host);
  assert.ok(hosts.every((host) => host === CORE));
});

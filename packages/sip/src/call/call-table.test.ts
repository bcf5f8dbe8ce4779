/** All calls of one element: found by what refers to them, and bounded. RFC 3891, RFC 4538 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryAfter, type SipRequest, TargetDialog } from "../message/index.ts";
import type { Call } from "./index.ts";
import { inCall, sdp, two } from "./world.test.ts";

function replacing({ dialog: { id } }: Call, more = ""): (invite: SipRequest) => SipRequest {
  return (invite) =>
    invite
      .edit()
      .setText("Replaces", `${id.callId};to-tag=${id.localTag};from-tag=${id.remoteTag}${more}`)
      .setText("Call-ID", "other")
      .done();
}

test("a call is found by Replaces and Target-Dialog, and for a while after its end (RFC 3891 §3, RFC 4538 §4)", () => {
  const { world, alice, bob, b } = inCall();
  const invite = alice.lastRequest("INVITE");
  const wants = replacing(b)(invite);
  assert.deepEqual(bob.table.replaces(wants), { kind: "replace", usage: b });
  assert.deepEqual(bob.table.replaces(replacing(b, ";early-only")(invite)), {
    kind: "refuse",
    status: 486,
  });
  const { id } = b.dialog;
  const target = TargetDialog.read(
    `${id.callId};local-tag=${id.localTag};remote-tag=${id.remoteTag}`,
  );
  assert.equal(bob.table.ofTarget(target), b);
  assert.deepEqual([...bob.table], [b]);
  b.end();
  world.clock.pass(1_000);
  assert.deepEqual(bob.table.replaces(wants), { kind: "refuse", status: 603 });
  assert.equal(bob.table.ofTarget(target), undefined);
  assert.equal(bob.table.get(id), undefined);
});

test("a table that is full refuses with a time to come back, and counts it", () => {
  const { world, alice, bob, toBob } = two({ calls: 2 });
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  for (let call = 0; call < 2; call += 1) alice.place(toBob);
  world.clock.pass(1_000);
  alice.place(toBob);
  assert.equal(alice.heard.at(-1), "failed: unreachable");
  assert.equal(alice.table.stats.refusedByLimit, 1);
  const invite = alice.lastRequest("INVITE");
  const another = invite.edit().remove("Via").setText("Call-ID", "another").done();
  alice.host.endpoint.request(another, toBob, { response() {}, timeout() {}, failed() {} });
  world.clock.pass(1_000);
  assert.ok((bob.last("503 INVITE").get(RetryAfter)?.seconds ?? 0) > 0);
  assert.deepEqual([bob.table.stats.calls, bob.table.stats.refusedByLimit], [2, 1]);
});

test("an INVITE without a contact is refused with 400 (RFC 3261 §8.1.1.8)", () => {
  const { world, alice, bob, toBob } = two();
  const { request } = alice.place([]);
  const bare = request.edit().remove("Contact").done();
  alice.host.endpoint.request(bare, toBob, { response() {}, timeout() {}, failed() {} });
  world.clock.pass(1_000);
  assert.deepEqual(bob.sent, ["400 INVITE"]);
  assert.equal(bob.table.stats.calls, 0);
});

test("a request of an unknown dialog finds no call", () => {
  const { alice, bob } = inCall();
  const invite = alice.lastRequest("ACK");
  assert.ok(bob.table.find(invite, () => true));
  const other = invite.edit().setText("Call-ID", "other").done();
  assert.equal(
    bob.table.find(other, () => true),
    undefined,
  );
  assert.equal(
    bob.table.ack(other, () => true),
    false,
  );
});

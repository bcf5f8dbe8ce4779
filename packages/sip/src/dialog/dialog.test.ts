/** Dialogs on both sides, the requests in them, and what refers to them. RFC 3261 §12, RFC 3891, RFC 4538 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError, octetBytes } from "@parlance/wire";
import {
  formatNameAddr,
  formatUri,
  parseMessage,
  Route,
  type SipMessage,
  SipRequest,
  SipResponse,
  TargetDialog,
} from "../message/index.ts";
import { BASE_TIMING, nextAlarm, start, step } from "../transaction/index.ts";
import {
  acceptedInviteOn,
  ackOf,
  afterRequest,
  afterResponse,
  confirmed,
  type Dialog,
  DialogTable,
  dialogOfCallee,
  dialogOfCaller,
  dialogOfSubscriber,
  judgeReplaces,
  nextRequest,
} from "./index.ts";

const VIA = "Via: SIP/2.0/TCP a.test;branch=z9hG4bK1";
const ROUTES = "Record-Route: <sip:p2.test;lr>, <sip:p1.test;lr>";

function message(startLine: string, ...lines: readonly string[]): SipMessage {
  const text = [startLine, VIA, ...lines, "Content-Length: 0", "", ""].join("\r\n");
  const parsed = parseMessage(octetBytes(text));
  return parsed.ok ? parsed.value : assert.fail(parsed.error.message);
}

/** A request of the caller; in a dialog when it has `toTag`. */
function fromCaller(
  method: string,
  number: number,
  toTag: string,
  ...more: readonly string[]
): SipRequest {
  const made = message(
    `${method} sips:bob@parlance.test SIP/2.0`,
    "From: Alice <sip:alice@parlance.test>;tag=a1",
    `To: <sip:bob@parlance.test>${toTag === "" ? "" : `;tag=${toTag}`}`,
    "Call-ID: c1",
    `CSeq: ${number} ${method}`,
    ...more,
  );
  return made instanceof SipRequest ? made : assert.fail();
}

function answer(status: number, toTag: string, ...more: readonly string[]): SipResponse {
  const made = message(
    `SIP/2.0 ${status} Reason`,
    "From: Alice <sip:alice@parlance.test>;tag=a1",
    `To: <sip:bob@parlance.test>${toTag === "" ? "" : `;tag=${toTag}`}`,
    "Call-ID: c1",
    "CSeq: 7 INVITE",
    ...more,
  );
  return made instanceof SipResponse ? made : assert.fail();
}

const invite = fromCaller("INVITE", 7, "", "Contact: <sip:alice@192.0.2.1>", ROUTES);
const ringing = answer(180, "b1", "Contact: <sip:bob@192.0.2.2>", ROUTES);
const ok = answer(200, "b1", "Contact: <sip:bob@192.0.2.2>", ROUTES);

function caller(response = ok): Dialog {
  return dialogOfCaller(invite, response) ?? assert.fail();
}

function callee(response = ok): Dialog {
  return dialogOfCallee(invite, response) ?? assert.fail();
}

function routesOf(request: SipRequest): string[] {
  return (request.get(Route) ?? []).map(formatNameAddr);
}

test("the caller reads the route set backwards and takes the contact of the answer (RFC 3261 §12.1.2)", () => {
  const dialog = caller();
  assert.deepEqual(dialog.id, { callId: "c1", localTag: "a1", remoteTag: "b1" });
  assert.equal(formatUri(dialog.remoteTarget), "sip:bob@192.0.2.2");
  assert.deepEqual(dialog.routes.map(formatNameAddr), ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]);
  assert.deepEqual([dialog.localSequence, dialog.remoteSequence], [7, undefined]);
  assert.deepEqual([dialog.state, dialog.secure, dialog.caller], ["confirmed", true, true]);
});

test("the callee takes route set and contact of the request (RFC 3261 §12.1.1)", () => {
  const dialog = callee();
  assert.deepEqual(dialog.id, { callId: "c1", localTag: "b1", remoteTag: "a1" });
  assert.equal(formatUri(dialog.remoteTarget), "sip:alice@192.0.2.1");
  assert.deepEqual(dialog.routes.map(formatNameAddr), ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]);
  assert.deepEqual([dialog.localSequence, dialog.remoteSequence], [undefined, 7]);
});

test("a NOTIFY makes the dialog of its subscriber, whether or not the 2xx was first (RFC 6665 §4.4.1)", () => {
  const subscribe = fromCaller("SUBSCRIBE", 3, "");
  const notify = message(
    "NOTIFY sip:alice@192.0.2.1 SIP/2.0",
    "From: <sip:bob@parlance.test>;tag=b7",
    "To: <sip:alice@parlance.test>;tag=a1",
    "Call-ID: c1",
    "CSeq: 50 NOTIFY",
    "Contact: <sip:bob@192.0.2.2>",
    ROUTES,
  );
  assert.ok(notify instanceof SipRequest);
  const dialog = dialogOfSubscriber(subscribe, notify) ?? assert.fail();
  assert.deepEqual(dialog.id, { callId: "c1", localTag: "a1", remoteTag: "b7" });
  const { request } = nextRequest(dialog, "SUBSCRIBE");
  assert.equal(request.to.params.get("tag"), "b7");
  assert.equal(request.cseq.number, 4);
  assert.deepEqual(routesOf(request), ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]);
  const sameAgain = afterRequest(dialog, notify);
  assert.equal(sameAgain, "out of order");
});

test("answers that make no dialog: 100, refusals, 18x without tag, none or many contacts (RFC 3261 §12.1)", () => {
  const contact = "Contact: <sip:bob@192.0.2.2>";
  for (const response of [
    answer(100, "b1", contact),
    answer(486, "b1", contact),
    answer(180, "", contact),
    answer(200, "b1"),
    answer(200, "b1", "Contact: <sip:b@192.0.2.2>, <sip:c@192.0.2.2>"),
  ]) {
    assert.equal(dialogOfCaller(invite, response), undefined);
  }
});

test("one forked INVITE makes as many dialogs as there are To tags (RFC 3261 §12.1, §13.2.2.4)", () => {
  const table = new DialogTable<{ readonly dialog: Dialog; readonly name: string }>();
  const contact = "Contact: <sip:bob@192.0.2.2>";
  for (const name of ["b1", "b2"]) {
    table.set({ dialog: caller(answer(180, name, contact)), name });
  }
  assert.equal(table.size, 2);
  assert.equal(table.ofResponse(answer(200, "b2", contact))?.name, "b2");
  assert.equal(table.ofResponse(answer(200, "b3", contact)), undefined);
});

test("the 2xx confirms an early dialog and sets its way anew (RFC 3261 §13.2.2.4)", () => {
  const early = caller(ringing);
  assert.equal(early.state, "early");
  const contact = "Contact: <sip:bob@192.0.2.22>";
  const settled = confirmed(early, answer(200, "b1", contact, "Record-Route: <sip:p9.test;lr>"));
  assert.equal(settled.state, "confirmed");
  assert.equal(formatUri(settled.remoteTarget), "sip:bob@192.0.2.22");
  assert.deepEqual(settled.routes.map(formatNameAddr), ["<sip:p9.test;lr>"]);
  assert.equal(confirmed(callee(ringing), ok).routes.length, 2);
});

test("a request in the dialog follows the route set to the remote target (RFC 3261 §12.2.1.1)", () => {
  const { request, dialog, nextHop } = nextRequest(caller(), "BYE");
  assert.equal(request.uriText, "sip:bob@192.0.2.2");
  assert.deepEqual(routesOf(request), ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]);
  assert.equal(formatUri(nextHop), "sip:p1.test;lr");
  assert.equal(formatNameAddr(request.from), '"Alice" <sip:alice@parlance.test>;tag=a1');
  assert.equal(request.to.params.get("tag"), "b1");
  assert.deepEqual([request.callId, request.cseq], ["c1", { number: 8, method: "BYE" }]);
  assert.equal(nextRequest(dialog, "INFO").request.cseq.number, 9);
  assert.equal(nextRequest(callee(), "BYE").request.cseq.number, 1);
});

test("without a route set it goes straight to the remote target (RFC 3261 §12.2.1.1)", () => {
  const { request, nextHop } = nextRequest({ ...caller(), routes: [] }, "BYE");
  assert.equal(request.has(Route), false);
  assert.equal(formatUri(nextHop), "sip:bob@192.0.2.2");
});

test("past a strict router the remote target comes last (RFC 3261 §12.2.1.1)", () => {
  const record = "Record-Route: <sip:p3.test;lr>, <sip:p1.test>";
  const strict = caller(answer(200, "b1", "Contact: <sip:bob@192.0.2.2>", record));
  const { request, nextHop } = nextRequest(strict, "BYE");
  assert.equal(request.uriText, "sip:p1.test");
  assert.deepEqual(routesOf(request), ["<sip:p3.test;lr>", "<sip:bob@192.0.2.2>"]);
  assert.equal(formatUri(nextHop), "sip:p1.test");
});

test("the ACK of a 2xx has the number and the credentials of its INVITE (RFC 3261 §13.2.2.4)", () => {
  const challenged = fromCaller("INVITE", 7, "", 'Proxy-Authorization: Digest realm="x"');
  const later = nextRequest(caller(), "INFO").dialog;
  const { request } = ackOf(later, challenged);
  assert.deepEqual(request.cseq, { number: 7, method: "ACK" });
  assert.equal(request.text("Proxy-Authorization"), 'Digest realm="x"');
});

test("numbers of the peer must rise, by however much (RFC 3261 §12.2.2)", () => {
  const dialog = callee();
  assert.equal(afterRequest(dialog, fromCaller("BYE", 6, "b1")), "out of order");
  const after = afterRequest(dialog, fromCaller("INFO", 20, "b1"));
  assert.equal(after !== "out of order" && after.remoteSequence, 20);
  assert.equal(afterRequest(dialog, fromCaller("ACK", 7, "b1")), dialog);
});

function target(after: Dialog | "out of order"): string {
  return after === "out of order" ? after : formatUri(after.remoteTarget);
}

test("only target refresh requests and their 2xx move the remote target (RFC 3261 §12.2)", () => {
  const contact = "Contact: <sip:alice@192.0.2.99>";
  const moved = afterRequest(callee(), fromCaller("INVITE", 8, "b1", contact));
  assert.equal(target(moved), "sip:alice@192.0.2.99");
  const told = afterRequest(callee(), fromCaller("INFO", 8, "b1", contact));
  assert.equal(target(told), "sip:alice@192.0.2.1");
  const update = fromCaller("UPDATE", 8, "b1");
  const answered = answer(200, "b1", "Contact: <sip:bob@192.0.2.88>");
  assert.equal(target(afterResponse(caller(), update, answered)), "sip:bob@192.0.2.88");
  const refused = answer(488, "b1", "Contact: <sip:bob@192.0.2.88>");
  assert.equal(target(afterResponse(caller(), update, refused)), "sip:bob@192.0.2.2");
});

test("a request is in a dialog by Call-ID and both tags (RFC 3261 §12.2.2)", () => {
  const table = new DialogTable<{ readonly dialog: Dialog }>();
  table.set({ dialog: callee() });
  assert.ok(table.ofRequest(fromCaller("BYE", 8, "b1")));
  assert.equal(table.ofRequest(fromCaller("BYE", 8, "b2")), undefined);
  assert.equal(table.ofRequest(fromCaller("BYE", 8, "")), undefined);
});

test("Target-Dialog names a dialog as its recipient sees it (RFC 4538 §4)", () => {
  const table = new DialogTable<{ readonly dialog: Dialog }>();
  table.set({ dialog: callee() });
  const find = (value: string) => {
    const reference = fromCaller("REFER", 8, "", `Target-Dialog: ${value}`).get(TargetDialog);
    return reference === undefined ? undefined : table.ofTarget(reference);
  };
  assert.ok(find("c1;local-tag=b1;remote-tag=a1"));
  assert.equal(find("c1;local-tag=a1;remote-tag=b1"), undefined);
  assert.equal(find("c1;local-tag=b1"), undefined);
});

/** The verdict in one word, or the status. */
function judge(dialog: Dialog | undefined, value: string, method = "INVITE"): string | number {
  const table = new DialogTable<{ readonly dialog: Dialog }>();
  if (dialog !== undefined) table.set({ dialog });
  const request = fromCaller(method, 1, "", ...(value === "" ? [] : [`Replaces: ${value}`]));
  const verdict = judgeReplaces(request, table);
  return verdict.kind === "refuse" ? verdict.status : verdict.kind;
}

test("Replaces: what is matched, and what is refused (RFC 3891 §3)", () => {
  const ours = "c1;to-tag=b1;from-tag=a1";
  assert.equal(judge(callee(), ""), "none");
  assert.equal(judge(callee(), ours), "replace");
  assert.equal(judge(callee(), `${ours};early-only`), 486);
  assert.equal(judge(callee(), ours, "MESSAGE"), 400);
  assert.equal(judge(callee(), "c1;to-tag=b1"), 400);
  assert.equal(judge(undefined, ours), 481);
  assert.equal(judge(callee(ringing), ours), 481);
  assert.equal(judge(caller(ringing), "c1;to-tag=a1;from-tag=b1;early-only"), "replace");
  assert.equal(judge({ ...callee(), method: "SUBSCRIBE" }, ours), 481);
  assert.throws(() => judge(callee(), `${ours}\r\nReplaces: ${ours}`), FormatError);
});

test("a dialog that ended a moment ago cannot be replaced any more: 603 (RFC 3891 §3)", () => {
  const table = new DialogTable<{ readonly dialog: Dialog }>();
  table.set({ dialog: callee() });
  table.end(callee().id);
  const request = fromCaller("INVITE", 1, "", "Replaces: c1;to-tag=b1;from-tag=a1");
  assert.deepEqual(judgeReplaces(request, table), { kind: "refuse", status: 603 });
  assert.equal(table.size, 0);
});

test("those that ended before many others are forgotten", () => {
  const table = new DialogTable<{ readonly dialog: Dialog }>();
  const endAs = (callId: string): void => {
    const dialog = { ...callee(), id: { ...callee().id, callId } };
    table.set({ dialog });
    table.end(dialog.id);
  };
  endAs("c1");
  for (let other = 0; other < 499; other += 1) endAs(`other${other}`);
  assert.equal(table.hasEnded(callee().id), true);
  for (let other = 0; other < 1_000; other += 1) endAs(`more${other}`);
  assert.equal(table.hasEnded(callee().id), false);
});

test("a 2xx is repeated until its ACK, on streams too, and given up after 64*T1 (RFC 3261 §13.3.1.4)", () => {
  const plan = acceptedInviteOn({ ...BASE_TIMING, reliable: true });
  let { running, actions } = start(plan, 0);
  const sent = actions.length === 0 ? [] : [0];
  for (let alarm = nextAlarm(running); alarm !== undefined; alarm = nextAlarm(running)) {
    ({ running, actions } = step(plan, running, alarm.timer, alarm.at));
    if (actions[0] === "send 2xx") sent.push(alarm.at);
  }
  assert.deepEqual(sent.slice(0, 7), [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500]);
  assert.deepEqual([running.state, actions], ["terminated", ["report no ack"]]);
  assert.equal(step(plan, start(plan, 0).running, "ack", 10).running.state, "terminated");
});

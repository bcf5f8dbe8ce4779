/** REFER in the dialog of a session: its user wants what is said in it kept, or no more of it, and the other one is told. Clause 15.1, D-21 */
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import { type Call, REFER_SUB_FALSE, ReferSub, type ServerTransaction } from "@parlance/sip";
import { keyOf } from "../../address-key.ts";
import type { MediaNotice, Side } from "../../ports/index.ts";
import { type Referred, readRefer, reportInDialog } from "../../referral/index.ts";
import { otherThan, type SessionRecords } from "./session-records.ts";

export interface OnRequest {
  readonly side: Side;
  readonly call: Call | undefined;
  readonly records: SessionRecords | undefined;
  /** Address key of the service that keeps conversations. */
  readonly history: string;
  /** Says something to one side. */
  readonly tell: (side: Side, notice: MediaNotice) => void;
}

/** False: it asks for something else, which is not for us to do. */
export function recordOnRequest(transaction: ServerTransaction, on: OnRequest): boolean {
  const { call, history } = on;
  const { request } = transaction;
  const ask = readRefer(request, 1);
  const [target] = isRefusal(ask) ? [] : ask.targets;
  if (isRefusal(ask) || target === undefined || keyOf(target.text) !== history) return false;
  const done = perform(target, on);
  if (done !== undefined) {
    transaction.reply(done.status);
    return true;
  }
  const silent = ask.silent || call === undefined;
  transaction.reply(202, undefined, (answer) => {
    if (ask.silent && request.has(ReferSub)) answer.set(ReferSub, REFER_SUB_FALSE);
  });
  if (!silent) reportInDialog(call, request.cseq.number)(200);
  return true;
}

function perform({ method, subject }: Referred, on: OnRequest): Refusal | undefined {
  const { side, records } = on;
  if (method === "BYE") {
    if (records?.stop(side) === true) tellOther(records, on, false);
    return undefined;
  }
  const begun = method === "INVITE" ? records?.request(side, subject) : undefined;
  if (begun === undefined || begun === "not here") return refuse("access denied");
  if (records !== undefined && begun === "begun") tellOther(records, on, true);
  return undefined;
}

/** Nobody is recorded by a wish of the other side without hearing of it. */
function tellOther(records: SessionRecords, { side, history, tell }: OnRequest, on: boolean): void {
  const from = { name: "History", uri: history };
  tell(otherThan(side), { from, ...records.noticeOf(side, on) });
}

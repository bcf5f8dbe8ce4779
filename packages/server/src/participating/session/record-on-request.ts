/** REFER in the dialog of a session: its user wants what is said in it kept, or no more of it. Clause 15.1, D-21 */
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import { type Call, REFER_SUB_FALSE, ReferSub, type ServerTransaction } from "@parlance/sip";
import { keyOf } from "../../address-key.ts";
import type { Side } from "../../ports/index.ts";
import { readRefer, reportInDialog } from "../../referral/index.ts";
import type { SessionRecords } from "./session-records.ts";

export interface OnRequest {
  readonly side: Side;
  readonly call: Call | undefined;
  readonly records: SessionRecords | undefined;
  /** Address key of the service that keeps conversations. */
  readonly history: string;
}

/** False: it asks for something else, which is not for us to do. */
export function recordOnRequest(
  transaction: ServerTransaction,
  { side, call, records, history }: OnRequest,
): boolean {
  const { request } = transaction;
  const ask = readRefer(request, 1);
  const [target] = isRefusal(ask) ? [] : ask.targets;
  if (isRefusal(ask) || target === undefined || keyOf(target.text) !== history) return false;
  const done = perform(target.method, { side, records, name: target.subject });
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

function perform(
  method: string,
  {
    side,
    records,
    name,
  }: Pick<OnRequest, "side" | "records"> & { readonly name: string | undefined },
): Refusal | undefined {
  switch (method) {
    case "BYE":
      records?.stop(side);
      return undefined;
    case "INVITE":
      return records?.start(side, name) === true ? undefined : refuse("access denied");
    default:
      return refuse("access denied");
  }
}

/** Answers of our side in a call. RFC 3261 §12.1.1, §13.3.1 */
import type { ServerTransaction } from "../endpoint/index.ts";
import {
  makeResponse,
  Params,
  RecordRoute,
  type ResponseEdit,
  RetryAfter,
  type SipResponse,
  To,
} from "../message/index.ts";
import { putFace } from "./body.ts";
import type { Way } from "./way.ts";

/** With all that a dialog needs: for provisional answers and every 2xx to INVITE, UPDATE and PRACK. */
export function makeAnswer(
  { request, localTag }: ServerTransaction,
  status: number,
  { face, engine }: Way,
  build: (edit: ResponseEdit<SipResponse>) => void,
): SipResponse {
  return makeResponse(request, status, undefined, (edit) => {
    const { to } = request;
    if (!to.params.has("tag")) edit.set(To, { ...to, params: to.params.with("tag", localTag) });
    const recorded = request.texts(RecordRoute);
    if (recorded.length > 0) edit.setText(RecordRoute.name, ...recorded); // RFC 3261 §12.1.1
    putFace(edit, engine.textsOf(face));
    build(edit);
    face.edit?.(edit);
  });
}

const RETRY_SECONDS = 11; // RFC 3261 §14.2: 0 to 10

/** RFC 3261 §14.2, RFC 3311 §5.2 */
export function refuseForNow(transaction: ServerTransaction, share: number): void {
  const seconds = Math.floor(share * RETRY_SECONDS);
  transaction.reply(500, undefined, (edit) => putRetryAfter(edit, seconds));
}

export function putRetryAfter(edit: ResponseEdit<SipResponse>, seconds: number): void {
  edit.set(RetryAfter, { seconds, comment: undefined, params: Params.none });
}

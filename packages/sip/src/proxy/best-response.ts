/** The one answer that a forked request gets. RFC 3261 §16.7 items 6 and 7 */
import { ProxyAuthenticate, type SipResponse, Via, WwwAuthenticate } from "../message/index.ts";

/** Those that tell the client how to ask better. RFC 3261 §16.7 item 6 */
const INSTRUCTIVE = new Set([401, 407, 415, 420, 484]);

const CHALLENGES = [WwwAuthenticate, ProxyAuthenticate];

/** Those that say nothing about the callee. */
const EMPTY = new Set([408, 481, 487]);

/** Challenges of all of them are in it. `undefined` when there was no answer at all. */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | undefined {
  const [best] = responses.toSorted((a, b) => rank(a.status) - rank(b.status));
  if (best === undefined || (best.status !== 401 && best.status !== 407)) return best;
  const others = responses.filter(
    (response) => response !== best && (response.status === 401 || response.status === 407),
  );
  return others.length === 0 ? best : withChallenges(best, others);
}

/** As an answer leaves a proxy: without the Via that is ours. RFC 3261 §16.7 item 3 */
export function withoutOurVia(response: SipResponse): SipResponse {
  return response.edit().removeFirst(Via).done();
}

/** 6xx before all, then the lowest class; 503 speaks of one server only and comes last. */
function rank(status: number): number {
  if (status >= 600) return 0;
  if (status === 503) return 10_000;
  if (INSTRUCTIVE.has(status)) return 400;
  if (EMPTY.has(status)) return 499;
  return Math.floor(status / 100) * 100 + 1;
}

/** As they were written: what one branch asks of the client is no concern of ours. */
function withChallenges(best: SipResponse, others: readonly SipResponse[]): SipResponse {
  const edit = best.edit();
  for (const header of CHALLENGES) {
    const texts = [best, ...others].flatMap((response) => response.texts(header));
    if (texts.length > 0) edit.setText(header.name, ...texts);
  }
  return edit.done();
}

/** Who owes whom an answer about the session, and what that forbids. RFC 3261 §14, RFC 3311 §5, RFC 6337 */

export interface OfferState {
  /** We have offered and wait for the answer. */
  readonly sent: boolean;
  /** We were offered and owe the answer. */
  readonly received: boolean;
  /** An UPDATE of the peer that we have not answered yet. */
  readonly updating: boolean;
}

export const NO_OFFER: OfferState = { sent: false, received: false, updating: false };

export type OfferVerdict =
  | { readonly do: "accept"; readonly state: OfferState }
  | {
      readonly do: "refuse";
      readonly status: 491 | 500;
      /** 0 to 10 s, with 500. */
      readonly retryAfterS: number | undefined;
    };

const LONGEST_RETRY_S = 10;

/** An UPDATE, re-INVITE or PRACK with or without an offer. `share` is random in [0, 1). */
export function judgeOffer(
  of: OfferState,
  request: { readonly method: string; readonly offers: boolean },
  share: number,
): OfferVerdict {
  const update = request.method === "UPDATE";
  const retryAfterS = Math.floor(share * (LONGEST_RETRY_S + 1));
  if (update && of.updating) return { do: "refuse", status: 500, retryAfterS }; // RFC 3311 §5.2
  if (request.offers && of.sent) return { do: "refuse", status: 491, retryAfterS: undefined };
  if (request.offers && of.received) return { do: "refuse", status: 500, retryAfterS };
  return {
    do: "accept",
    state: {
      ...of,
      received: of.received || request.offers,
      updating: of.updating || update,
    },
  };
}

/** Whether we may send an offer now. RFC 3311 §5.1 */
export function mayOffer({ sent, received }: OfferState): boolean {
  return !sent && !received;
}

export function offerSent(of: OfferState): OfferState {
  return { ...of, sent: true };
}

/** The answer to our offer came, or our request with it was refused. */
export function offerSettled(of: OfferState): OfferState {
  return { ...of, sent: false };
}

/** We have answered the request of the peer, with its offer if it made one. */
export function requestAnswered(
  of: OfferState,
  request: { readonly method: string; readonly offers: boolean },
): OfferState {
  return {
    ...of,
    received: request.offers ? false : of.received,
    updating: request.method === "UPDATE" ? false : of.updating,
  };
}

/** How long to wait after a 491, so that the two sides do not meet again. RFC 3261 §14.1 */
export function glareDelayMs(weMadeCallId: boolean, share: number): number {
  const [least, most] = weMadeCallId ? [2_100, 4_000] : [0, 2_000];
  return least + Math.floor((share * (most - least)) / 10) * 10; // in units of 10 ms
}

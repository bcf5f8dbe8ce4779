/** The one guard before the method dispatcher: who sends a request, and in whose name. RFC 3325, RFC 3324 */
import {
  asksForAnonymity,
  isAnonymousUri,
  originatorAmong,
  type Refusal,
  refuse,
} from "@parlance/im";
import {
  type AuthValue,
  addressKey,
  type Flow,
  makeResponse,
  PAssertedIdentity,
  PPreferredIdentity,
  Privacy,
  ProxyAuthenticate,
  parseUri,
  type ServerTransaction,
  type SipRequest,
  To,
  WwwAuthenticate,
} from "@parlance/sip";
import type { Originator, Principal, User } from "../ports/index.ts";
import type { Answers } from "./answer.ts";
import type { Authenticator } from "./authentication.ts";
import { clean } from "./clean.ts";
import type { Account, Directory } from "./directory.ts";
import type { Peers } from "./peers.ts";

export interface Admitted {
  /** Cleaned of what its peer may not say. */
  readonly request: SipRequest;
  readonly principal: Principal;
  readonly originator: Originator | undefined;
  /** Set when the principal is a user. */
  readonly account: Account | undefined;
  /** See `Registration.provenAt`. */
  readonly provenAt: number | undefined;
}

export type Verdict =
  | { readonly do: "admit"; readonly admitted: Admitted }
  | {
      readonly do: "challenge";
      readonly status: 401 | 407;
      readonly challenges: readonly AuthValue[];
      /** A wrong answer came, and not just none. */
      readonly failed: boolean;
    }
  | {
      readonly do: "refuse";
      readonly refusal: Refusal;
      /** Too many logins have failed. */
      readonly locked: boolean;
    };

const ANONYMOUS: Principal = { kind: "anonymous" };

export class Guard {
  readonly #peers: Peers;
  readonly #directory: Directory;
  readonly #authenticator: Authenticator;
  readonly #peersOnly: boolean;

  constructor(of: {
    readonly peers: Peers;
    readonly directory: Directory;
    readonly authenticator: Authenticator;
    /** Users log in elsewhere, and nobody but trusted peers has anything to say here. */
    readonly peersOnly: boolean;
  }) {
    this.#peers = of.peers;
    this.#directory = of.directory;
    this.#authenticator = of.authenticator;
    this.#peersOnly = of.peersOnly;
  }

  /**
   * `open`: anybody may send this (OPTIONS to the server itself). Throws `FormatError` where a header
   * that decides cannot be read.
   */
  judge(request: SipRequest, flow: Flow, open: boolean): Verdict {
    const peer = this.#peers.trusted(flow);
    if (peer === undefined && this.#peers.closedListener(flow)) return no("access denied");
    // Whoever brings a REGISTER: the user himself has to sign it, unless he has done so elsewhere.
    const believed = this.#peersOnly || request.method !== "REGISTER";
    if (peer !== undefined && believed) return this.#believe(request, peer);
    if (this.#peersOnly && !open) return no("access denied");
    const cleaned = peer === undefined ? clean(request) : request;
    if (open) return admit({ request: cleaned, principal: ANONYMOUS, originator: undefined });
    const speaker = speakerOf(cleaned);
    const proof = this.#authenticator.judge(
      cleaned,
      flow,
      (account) => peer === undefined && maySpeakAs(account.user, speaker),
    );
    if (proof.do === "challenge") return proof;
    if (proof.do === "refuse") {
      return {
        do: "refuse",
        refusal: loginRefusal(proof),
        locked: proof.retryAfterS !== undefined,
      };
    }
    const { account, provenAt } = proof;
    const { user } = account;
    if (!maySpeakAs(user, speaker)) return no("not authenticated");
    const principal: Principal = { kind: "user", user };
    const originator = originatorOf(cleaned, user);
    return admit({ request: cleaned, principal, originator, account, provenAt });
  }

  /** A trusted peer answers for what it asserts; without an assertion nobody is known. RFC 3325 §5 */
  #believe(request: SipRequest, peer: string): Verdict {
    const asserted = originatorAmong(request.get(PAssertedIdentity) ?? []);
    const principal: Principal = { kind: "trusted peer", peer };
    if (asserted === undefined) {
      return admit({ request, principal, originator: undefined });
    }
    const address = addressKey(asserted.uri);
    const user = this.#directory.owner(address)?.user;
    const originator = { uri: asserted.uri, address, anonymous: isAnonymous(request), user };
    return admit({ request, principal, originator });
  }
}

/** Answers what the guard does not admit; a challenge leaves nothing behind. */
export function answerDenied(
  transaction: ServerTransaction,
  verdict: Exclude<Verdict, { readonly do: "admit" }>,
  answers: Answers,
): void {
  if (verdict.do === "refuse") return answers.refuse(transaction, verdict.refusal);
  const { status, challenges } = verdict;
  const { request, localTag } = transaction;
  transaction.respondOnce(
    makeResponse(request, status, undefined, (edit) => {
      if (!request.to.params.has("tag")) {
        edit.set(To, { ...request.to, params: request.to.params.with("tag", localTag) });
      }
      edit.set(status === 401 ? WwwAuthenticate : ProxyAuthenticate, challenges);
    }),
  );
}

/** Whom From names. */
interface Speaker {
  readonly key: string;
  readonly anonymous: boolean;
}

/** The sender is whoever is logged in: From names him, or nobody. */
function maySpeakAs(user: User, { key, anonymous }: Speaker): boolean {
  return anonymous || user.identities.includes(key);
}

function speakerOf({ from: { uri } }: SipRequest): Speaker {
  return { key: addressKey(uri), anonymous: isAnonymousUri(uri) };
}

/** The identity that he prefers among his own, else the one in From, else his first. RFC 3325 §6 */
function originatorOf(request: SipRequest, user: User): Originator {
  const preferred = request
    .get(PPreferredIdentity)
    ?.find(({ uri }) => user.identities.includes(addressKey(uri)));
  const from = request.from.uri;
  const anonymous = isAnonymous(request);
  const uri = preferred?.uri ?? (isAnonymousUri(from) ? parseUri(user.address) : from);
  return { uri, address: addressKey(uri), anonymous, user };
}

function isAnonymous(request: SipRequest): boolean {
  return isAnonymousUri(request.from.uri) || asksForAnonymity(request.get(Privacy));
}

function loginRefusal(proof: {
  readonly status: 400 | 403;
  readonly reason: string;
  readonly retryAfterS: number | undefined;
}): Refusal {
  const { status, reason, retryAfterS } = proof;
  const wait = retryAfterS === undefined ? [] : [["Retry-After", String(retryAfterS)] as const];
  return { ...refuse("access denied", wait), status, warning: reason };
}

function admit(
  admitted: Partial<Admitted> & Pick<Admitted, "request" | "principal" | "originator">,
): Verdict {
  return { do: "admit", admitted: { account: undefined, provenAt: undefined, ...admitted } };
}

function no(condition: Parameters<typeof refuse>[0]): Verdict {
  return { do: "refuse", refusal: refuse(condition), locked: false };
}

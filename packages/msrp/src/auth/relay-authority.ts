/** Who may use a relay, and for how long: the relay's side of AUTH. RFC 4976 §6.3, §9.1 */
import {
  type Authentication,
  type DigestAlgorithm,
  type DigestCredentials,
  DigestServer,
  type DigestServerPorts,
  type FailureLimiter,
  formatDigestFields,
  formatDigestHeader,
  type NonceKeys,
  proofParts,
  type Source,
} from "@parlance/wire";
import { type HeaderParts, type MsrpRequest, matchesUri } from "../frame/index.ts";
import { type AuthFacts, readAuth } from "./auth-request.ts";

export interface RelayAuthorityOptions {
  readonly realm: string;
  /** Most preferred first. The session forms are not for MSRP. RFC 4976 §9.1 */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly keys: NonceKeys;
  /** Epoch ms; nonces from before it are stale. */
  readonly startedAt: number;
  readonly lifetime: LeaseLifetime;
}

export interface LeaseLifetime {
  readonly shortestS: number;
  readonly longestS: number;
  /** For clients that ask for nothing. */
  readonly usualS: number;
}

export const leaseLifetime: LeaseLifetime = { shortestS: 60, longestS: 3600, usualS: 900 };

export type AuthVerdict =
  /** Make a lease and answer 200 with its URI; `headers` go into that answer, Use-Path beside them. */
  | {
      readonly do: "grant";
      readonly username: string;
      readonly expiresS: number;
      readonly headers: HeaderParts;
    }
  | {
      readonly do: "refuse";
      readonly status: 400 | 401 | 403 | 423;
      readonly headers: HeaderParts;
      /** A wrong answer: several of them end the connection. RFC 4976 §6.3 */
      readonly failed: boolean;
      readonly reason: string;
    };

const NO_BODY = new Uint8Array(0);

export class RelayAuthority {
  readonly #options: RelayAuthorityOptions;
  readonly #ports: DigestServerPorts;
  readonly #digest: DigestServer;

  /** `limiter`: where wrong answers are counted, for those who count them together with other protocols. */
  constructor(
    options: RelayAuthorityOptions,
    ports: DigestServerPorts,
    state: { readonly limiter?: FailureLimiter } = {},
  ) {
    const { realm, algorithms, keys, startedAt } = options;
    if (algorithms.some(({ session }) => session)) throw new RangeError("no -sess for MSRP");
    this.#options = options;
    this.#ports = ports;
    this.#digest = new DigestServer(
      {
        realm,
        algorithms,
        keys,
        startedAt,
        sameUri: (one, other) => matchesUri(one, other, "whole"),
        uriMayBeMissing: true, // RFC 4976 §7 has no `uri` in its grammar
      },
      ports,
      state,
    );
  }

  judge(request: MsrpRequest, source: Source, now: number): AuthVerdict | Promise<AuthVerdict> {
    const facts = readAuth(request);
    if (!facts.ok) return refuse(400, facts.error.reason);
    const { uri, credentials } = facts.value;
    const ask = { method: "AUTH", uri, body: NO_BODY, credentials, source, now };
    const judged = this.#digest.judge(ask);
    return judged instanceof Promise
      ? judged.then((outcome) => this.#conclude(outcome, facts.value, source, now))
      : this.#conclude(judged, facts.value, source, now);
  }

  #conclude(
    outcome: Authentication,
    facts: AuthFacts,
    source: Source,
    now: number,
  ): AuthVerdict | Promise<AuthVerdict> {
    if (outcome.do === "refuse") return refuse(outcome.status, outcome.reason);
    if (outcome.do === "challenge") {
      const { stale, failed, reason } = outcome;
      const challenges = this.#digest.challenges(source, stale, now);
      const headers = challenges.map(
        (parts) => ["WWW-Authenticate", formatDigestHeader(parts)] as const,
      );
      return refuse(401, reason, { headers, failed });
    }
    const { shortestS, longestS, usualS } = this.#options.lifetime;
    const expiresS = facts.expiresS ?? usualS;
    if (expiresS < shortestS) return outOfBounds("Min-Expires", shortestS);
    if (expiresS > longestS) return outOfBounds("Max-Expires", longestS);
    return this.#grant(outcome.username, expiresS, outcome.credentials);
  }

  /** RFC 4976 §9.1: the relay proves that it knows the password too. */
  #grant(
    username: string,
    expiresS: number,
    credentials: DigestCredentials,
  ): AuthVerdict | Promise<AuthVerdict> {
    const { hashing, secrets } = this.#ports;
    const finish = (secret: string | undefined): AuthVerdict => {
      if (secret === undefined) return refuse(403, "the user is gone");
      const proof = proofParts(
        { credentials, secret, body: NO_BODY, nextNonce: undefined },
        hashing,
      );
      const headers: HeaderParts = [
        ["Expires", String(expiresS)],
        ...(proof === undefined
          ? []
          : [["Authentication-Info", formatDigestFields(proof)] as const]),
      ];
      return { do: "grant", username, expiresS, headers };
    };
    const hash = credentials.algorithm?.hash;
    if (hash === undefined) return refuse(403, "no algorithm");
    const found = secrets(username, this.#options.realm, hash);
    return found instanceof Promise ? found.then(finish) : finish(found);
  }
}

function outOfBounds(name: "Min-Expires" | "Max-Expires", seconds: number): AuthVerdict {
  return refuse(423, "Expires is out of bounds", { headers: [[name, String(seconds)]] });
}

function refuse(
  status: 400 | 401 | 403 | 423,
  reason: string,
  {
    headers = [],
    failed = false,
  }: { readonly headers?: HeaderParts; readonly failed?: boolean } = {},
): AuthVerdict {
  return { do: "refuse", status, headers, failed, reason };
}

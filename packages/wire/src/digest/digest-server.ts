/** Judges who a request comes from by its digest credentials. RFC 3261 §22, RFC 7616, RFC 8760 */

import { FormatError } from "../format-error.ts";
import type { HashAlgorithm, Hashing, Random } from "../ports.ts";
import { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";
import { challengeParts } from "./challenge.ts";
import { type DigestCredentials, readCredentials } from "./credentials.ts";
import { type DigestInput, requestHash, responseOver, sameDigest } from "./digest.ts";
import { type Attempt, FailureLimiter } from "./failure-limiter.ts";
import { type DigestHeader, type DigestPart, isDigest } from "./fields.ts";
import { issueNonce, type NonceKeys, openNonce } from "./nonce.ts";
import { NonceLedger } from "./nonce-ledger.ts";

/**
 * The stored secret hash of a user, or undefined when there is no such user or he may not log in.
 * The answer comes at once where everything is in memory.
 */
export type SecretLookup = (
  username: string,
  realm: string,
  hash: HashAlgorithm,
) => string | undefined | Promise<string | undefined>;

export interface DigestServerOptions {
  readonly realm: string;
  /** Most preferred first; only what stands here is accepted. RFC 8760 §2.3 */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly keys: NonceKeys;
  /** Epoch ms; nonces from before it are stale, because their counts are not known. */
  readonly startedAt: number;
  /** Whether two spellings of a URI mean the same. Throws `FormatError` for what is none. */
  readonly sameUri: (one: string, other: string) => boolean;
  /** Credentials without `uri` count as for what was asked; peers of some protocols leave it away. */
  readonly uriMayBeMissing?: boolean;
}

export interface DigestServerPorts {
  readonly hashing: Hashing;
  readonly random: Random;
  readonly secrets: SecretLookup;
}

/** The peer, as its transport shows it. */
export interface Source {
  /** "UDP", "TCP", "TLS", "WS" or "WSS". */
  readonly transport: string;
  /** What nonces are bound to: the connection, or the two addresses of datagrams. */
  readonly peer: string;
  /** The IP address, for counting failures. */
  readonly host: string;
}

export interface AuthenticationAsk {
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  readonly body: Uint8Array;
  /** All values of Authorization (or Proxy-Authorization). */
  readonly credentials: readonly DigestHeader[];
  readonly source: Source;
  readonly now: number;
}

export type Authentication =
  /** `issuedAt`: the request was made after this time, because its nonce did not exist before. */
  | {
      readonly do: "accept";
      readonly username: string;
      readonly credentials: DigestCredentials;
      readonly issuedAt: number;
    }
  /** 401 with `challenges`. `failed` tells a wrong answer from one that was merely absent or late. */
  | {
      readonly do: "challenge";
      readonly stale: boolean;
      readonly failed: boolean;
      readonly reason: string;
    }
  | {
      readonly do: "refuse";
      readonly status: 400 | 403;
      readonly reason: string;
      readonly retryAfterS: number | undefined;
    };

const MAX_USERNAME = 255;
const FIRST_COUNT = 1;

/** Algorithms of a challenge: SHA-256, and MD5 after it as long as that is allowed. */
export function offeredAlgorithms(md5: boolean): readonly DigestAlgorithm[] {
  return (md5 ? ["SHA-256", "MD5"] : ["SHA-256"]).flatMap((token) => digestAlgorithm(token) ?? []);
}

export class DigestServer {
  readonly #options: DigestServerOptions;
  readonly #ports: DigestServerPorts;
  readonly #ledger: NonceLedger;
  readonly #limiter: FailureLimiter;
  /** The last HA2 of each algorithm: registrations hash the same method and URI over and over. */
  readonly #requestHashes = new Map<DigestAlgorithm, { subject: string; hash: string }>();

  constructor(
    options: DigestServerOptions,
    ports: DigestServerPorts,
    state: { readonly ledger?: NonceLedger; readonly limiter?: FailureLimiter } = {},
  ) {
    this.#options = options;
    this.#ports = ports;
    this.#ledger = state.ledger ?? new NonceLedger(options.startedAt);
    this.#limiter = state.limiter ?? new FailureLimiter();
  }

  /** The values of WWW-Authenticate or Proxy-Authenticate, in order. Nothing is kept of them. */
  challenges(source: Source, stale: boolean, now: number): readonly (readonly DigestPart[])[] {
    const { realm, algorithms, keys } = this.#options;
    const scope = { realm, transport: source.transport, peer: source.peer };
    const nonce = issueNonce(scope, now, { keys, ...this.#ports });
    return algorithms.map((algorithm) =>
      challengeParts({ realm, nonce, algorithm, qop: "auth", stale, opaque: undefined }),
    );
  }

  /** The steps in order of cost: what is free is judged before anything is hashed or looked up. */
  judge(ask: AuthenticationAsk): Authentication | Promise<Authentication> {
    try {
      return this.#judge(ask);
    } catch (error) {
      if (error instanceof FormatError) return refuse(400, error.reason);
      throw error;
    }
  }

  #judge(ask: AuthenticationAsk): Authentication | Promise<Authentication> {
    const { realm, algorithms } = this.#options;
    const credentials = this.#choose(ask);
    if (credentials === undefined) return challenge("no credentials for this realm");
    const { algorithm, nonce, qop } = credentials;
    if (nonce === "") return challenge("not challenged yet"); // RFC 8760 §2.7
    if (algorithm === undefined || !algorithms.includes(algorithm)) {
      return challenge("algorithm was not offered"); // no downgrade: a missing one is MD5
    }
    if (qop !== "auth") return challenge("qop was not offered"); // RFC 8760 §2.6 (8)
    if (!this.#isSame(credentials.uri, ask.uri)) return refuse(400, "digest-uri is another one"); // RFC 7616 §3.4.6
    const count = Number.parseInt(credentials.count ?? "", 16); // eight hex digits, checked when read
    if (count < FIRST_COUNT) return challenge("nc is zero");
    const issuedAt = this.#issueTime(nonce, ask.source);
    if (issuedAt === undefined) return challenge("nonce is not ours");
    const attempt = {
      username: credentials.username.slice(0, MAX_USERNAME),
      host: ask.source.host,
    };
    const waitMs = this.#limiter.waitMs(attempt, ask.now);
    if (waitMs !== undefined) return refuse(403, "too many failures", Math.ceil(waitMs / 1_000));
    const found = this.#ports.secrets(credentials.username, realm, algorithm.hash);
    const checked = { credentials, algorithm, count, issuedAt, attempt };
    return found instanceof Promise
      ? found.then((secret) => this.#compare(ask, checked, secret))
      : this.#compare(ask, checked, found);
  }

  /**
   * Of the Digest values for our realm the one whose algorithm we like best. The same algorithm
   * twice is a repetition like any other: 400, never the first or the last of them.
   */
  #choose({ credentials: values, uri }: AuthenticationAsk): DigestCredentials | undefined {
    const ours: DigestCredentials[] = [];
    for (const value of values) {
      if (!isDigest(value)) continue; // Basic is never read. RFC 8760 §2.6
      const { params } = value;
      if (params.size > 0 && params.get("realm") !== this.#options.realm) continue;
      ours.push(readCredentials(value, this.#options.uriMayBeMissing === true ? uri : undefined));
    }
    if (ours.length < 2) return ours[0];
    const tokens = new Set(ours.map(({ algorithm }) => algorithm?.token));
    if (tokens.size < ours.length) throw new FormatError("Authorization", 0, "repeated");
    return this.#options.algorithms
      .map((wanted) => ours.find(({ algorithm }) => algorithm === wanted))
      .find((credentials) => credentials !== undefined);
  }

  /** RFC 7616 §3.4.6 */
  #isSame(one: string, other: string): boolean {
    return one === other || this.#options.sameUri(one, other);
  }

  /** A nonce that this peer has used rightly before needs no second look at its seal. */
  #issueTime(nonce: string, source: Source): number | undefined {
    const { realm, keys } = this.#options;
    const { transport, peer } = source;
    return (
      this.#ledger.issuedTo(nonce, source) ??
      openNonce(nonce, { realm, transport, peer }, { keys, hashing: this.#ports.hashing })
    );
  }

  /** Unknown users cost the same as known ones: their answer is compared with that of a dummy. */
  #compare(ask: AuthenticationAsk, checked: Checked, secret: string | undefined): Authentication {
    const { credentials, algorithm, count, issuedAt, attempt } = checked;
    const { username, nonce, response } = credentials;
    const ours = this.#response(ask, checked, secret ?? "0".repeat(algorithm.length));
    const right = sameDigest(ours, response) && secret !== undefined;
    if (!right) {
      this.#limiter.failed(attempt, ask.now);
      return challenge("wrong answer", { failed: true });
    }
    // RFC 7616 §3.3: stale is said only to who knows the password.
    if (!this.#ledger.isFresh(nonce, issuedAt, count, ask.now)) {
      return challenge("nonce is used up", { stale: true });
    }
    const first = this.#ledger.count(nonce, { issuedAt, holder: ask.source, count }, ask.now);
    // Of each nonce once: a login is known for a day, a nonce for minutes.
    if (first) this.#limiter.succeeded(attempt, ask.now);
    return { do: "accept", username, credentials, issuedAt };
  }

  #response(ask: AuthenticationAsk, { credentials, algorithm }: Checked, secret: string): string {
    const { hashing } = this.#ports;
    const { nonce, uri, count = "", cnonce = "" } = credentials;
    const input: DigestInput = { algorithm, nonce, protection: { qop: "auth", count, cnonce } };
    const subject = `${ask.method}:${uri}`;
    const known = this.#requestHashes.get(algorithm);
    const hash =
      known?.subject === subject
        ? known.hash
        : requestHash(hashing, input, { method: ask.method, uri, body: ask.body });
    if (known?.subject !== subject) this.#requestHashes.set(algorithm, { subject, hash });
    return responseOver(hashing, secret, input, hash);
  }
}

/** Credentials that passed every test but the digest itself. */
interface Checked {
  readonly credentials: DigestCredentials;
  readonly algorithm: DigestAlgorithm;
  readonly count: number;
  readonly issuedAt: number;
  readonly attempt: Attempt;
}

function challenge(
  reason: string,
  { stale = false, failed = false }: { readonly stale?: boolean; readonly failed?: boolean } = {},
): Authentication {
  return { do: "challenge", stale, failed, reason };
}

function refuse(status: 400 | 403, reason: string, retryAfterS?: number): Authentication {
  return { do: "refuse", status, reason, retryAfterS };
}

/** Answers the challenges of the server that an account belongs to. RFC 3261 §22.2, RFC 8760 §2.4 */

import type { HashAlgorithm, PlainHashing, Random } from "../ports.ts";
import { type DigestChallenge, readChallenge } from "./challenge.ts";
import { credentialParts } from "./credentials.ts";
import {
  type DigestInput,
  digestResponse,
  type Protected,
  sameDigest,
  secretHash,
} from "./digest.ts";
import type { DigestFields, DigestHeader, DigestPart } from "./fields.ts";

/** What stands for a password in one realm, and tells nobody the password itself: H(user:realm:password), by hash. */
export interface DigestSecret {
  readonly realm: string;
  readonly hashes: Readonly<Partial<Record<HashAlgorithm, string>>>;
}

/** Credentials and the only place where they may be shown. */
export interface DigestAccount {
  readonly username: string;
  readonly password: string | DigestSecret;
  /** Undefined takes the realm of the first challenge, and no other after that. */
  readonly realm: string | undefined;
  /** The server or proxy, by the name under which the caller knows its flows. */
  readonly peer: string;
}

export type ChallengeAnswer =
  /** `authorize` has an answer now: send the request again with it. */
  | "retry"
  /** The server has seen our answer and does not want it: the password is wrong. */
  | "wrong password"
  /** Another realm or peer, or nothing that we understand. */
  | "not for us";

interface Session {
  readonly challenge: DigestChallenge;
  readonly nonce: string;
  readonly count: number;
}

const CNONCE_BITS = 128;
const MAX_COUNT = 0xffff_ffff;
/** A server that calls every answer stale would have us run in circles. */
const MAX_STALE_IN_A_ROW = 2;

/** One account at one server: keeps the nonce, counts its use, and hashes the password once. */
export class DigestClient {
  readonly #account: DigestAccount;
  readonly #hashing: PlainHashing;
  readonly #random: Random;
  readonly #secrets = new Map<HashAlgorithm, string>();
  #realm: string | undefined;
  #session: Session | undefined;
  #staleInARow = 0;

  constructor(
    account: DigestAccount,
    ports: { readonly hashing: PlainHashing; readonly random: Random },
  ) {
    this.#account = account;
    this.#hashing = ports.hashing;
    this.#random = ports.random;
    const { password, realm } = account;
    this.#realm = typeof password === "string" ? realm : password.realm;
  }

  /**
   * Takes the challenges of a 401 or 407. `answered` are the credentials that the refused request
   * carried for this account, if any: without them no password can have been wrong.
   */
  challenged(
    values: readonly DigestHeader[],
    peer: string,
    answered: DigestHeader | undefined,
  ): ChallengeAnswer {
    if (peer !== this.#account.peer) return "not for us";
    const ours = this.#choose(values);
    if (ours === undefined) return "not for us";
    const used = answered?.params.get("nonce");
    if (used !== undefined && !this.#isLate(ours, used)) return "wrong password";
    this.#realm = ours.realm;
    this.#session = { challenge: ours, nonce: ours.nonce, count: 0 };
    return "retry";
  }

  /** The next credentials for a request to `peer`; undefined before the first challenge. */
  authorize(over: Protected, peer: string): readonly DigestPart[] | undefined {
    const session = this.#session;
    if (session === undefined || peer !== this.#account.peer) return undefined;
    const { challenge, nonce } = session;
    const { realm, algorithm, qop } = challenge;
    const count = Math.min(session.count + 1, MAX_COUNT);
    this.#session = { ...session, count };
    const input: DigestInput = { algorithm, nonce, protection: this.#protection(qop, count) };
    const secret = this.#secret(algorithm.hash, realm);
    const { username } = this.#account;
    return credentialParts(
      {
        username,
        realm,
        nonce,
        uri: over.uri,
        response: digestResponse(this.#hashing, secret, input, over),
        algorithm,
        qop,
        cnonce: input.protection?.cnonce,
        count: input.protection?.count,
      },
      challenge.opaque,
    );
  }

  /**
   * Takes the Authentication-Info of a 2xx: the next nonce, and the server's own proof. False when
   * the proof is wrong: the answer is not from a server that knows the password. RFC 7616 §3.5
   */
  confirmed(info: DigestFields, sent: DigestFields, body: Uint8Array): boolean {
    const session = this.#session;
    if (session === undefined) return true;
    this.#staleInARow = 0;
    const proof = info.get("rspauth");
    if (proof !== undefined && !sameDigest(this.#proof(session, sent, body), proof)) {
      return false;
    }
    const next = info.get("nextnonce");
    if (next !== undefined) this.#session = { ...session, nonce: next, count: 0 };
    return true;
  }

  /** The topmost one that we understand for our realm: the server has put its best first. */
  #choose(values: readonly DigestHeader[]): DigestChallenge | undefined {
    return values
      .map((value) => readChallenge(value))
      .find((one) => one !== undefined && this.#canAnswer(one));
  }

  #canAnswer({ realm, algorithm }: DigestChallenge): boolean {
    if (this.#realm !== undefined && realm !== this.#realm) return false;
    const { password } = this.#account;
    return typeof password === "string" || password.hashes[algorithm.hash] !== undefined;
  }

  /** Whether the refused answer was only late, or given to a nonce that was given up since. */
  #isLate(challenge: DigestChallenge, used: string): boolean {
    if (used !== this.#session?.nonce) return true; // another request has met a new nonce meanwhile
    if (!challenge.stale) return false;
    // A nonce that was good once and has grown old is no circle.
    this.#staleInARow = this.#session.count > 1 ? 0 : this.#staleInARow + 1;
    return this.#staleInARow <= MAX_STALE_IN_A_ROW;
  }

  #protection(qop: DigestChallenge["qop"], count: number): DigestInput["protection"] {
    if (qop === undefined) return undefined;
    const cnonce = this.#random.token(CNONCE_BITS);
    return { qop, count: count.toString(16).padStart(8, "0"), cnonce };
  }

  #secret(hash: HashAlgorithm, realm: string): string {
    const known = this.#secrets.get(hash);
    if (known !== undefined) return known;
    const { username, password } = this.#account;
    const secret =
      typeof password === "string"
        ? secretHash(this.#hashing, hash, { username, realm, password })
        : (password.hashes[hash] ?? ""); // `#choose` takes no challenge without one
    this.#secrets.set(hash, secret); // the realm never changes once it is known
    return secret;
  }

  /** As the request's digest, but with an empty method and the body of the response. */
  #proof({ challenge }: Session, sent: DigestFields, body: Uint8Array): string {
    const { algorithm, qop, realm } = challenge;
    const protection =
      qop === undefined
        ? undefined
        : { qop, count: sent.get("nc") ?? "", cnonce: sent.get("cnonce") ?? "" };
    const input: DigestInput = { algorithm, nonce: sent.get("nonce") ?? "", protection };
    const over: Protected = { method: "", uri: sent.get("uri") ?? "", body };
    return digestResponse(this.#hashing, this.#secret(algorithm.hash, realm), input, over);
  }
}

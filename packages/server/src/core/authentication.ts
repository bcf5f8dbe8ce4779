/** Who sends a request: by the digest it carries or by the connection it comes on. RFC 3261 §22, RFC 8760 */
import {
  Authorization,
  type AuthValue,
  DigestServer,
  type Flow,
  LEDGER_LIMITS,
  NonceLedger,
  offeredAlgorithms,
  ProxyAuthorization,
  type SipRequest,
  type Source,
} from "@parlance/sip";
import type { Clock, Hashing, Random } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import { Bonds, type HoldOpen } from "./bonds.ts";
import type { Account } from "./directory.ts";
import type { AccountLogins } from "./logins.ts";

export interface AuthenticationPorts {
  readonly logins: AccountLogins;
  readonly hashing: Hashing;
  readonly random: Random;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly holdOpen: HoldOpen;
  readonly md5: boolean;
  /** ≥ 256 bits; nonces of an earlier life are stale anyway. */
  readonly nonceKey: Uint8Array;
}

export type Proof =
  | { readonly do: "accept"; readonly account: Account; readonly provenAt: number | undefined }
  | {
      readonly do: "challenge";
      readonly status: 401 | 407;
      readonly challenges: readonly AuthValue[];
      readonly failed: boolean;
    }
  | {
      readonly do: "refuse";
      readonly status: 400 | 403;
      readonly reason: string;
      readonly retryAfterS: number | undefined;
    };

export class Authenticator {
  readonly bonds: Bonds;
  readonly #ports: AuthenticationPorts;
  readonly #digest: DigestServer;
  readonly #ledger: NonceLedger;

  constructor(ports: AuthenticationPorts) {
    const { logins, hashing, random, clock, limits } = ports;
    const startedAt = clock.now();
    this.#ports = ports;
    this.bonds = new Bonds(ports.holdOpen);
    const validMs = limits.nonceSeconds * 1_000;
    this.#ledger = new NonceLedger(startedAt, { ...LEDGER_LIMITS, nonces: limits.nonces, validMs });
    this.#digest = new DigestServer(
      {
        realm: logins.realm,
        algorithms: offeredAlgorithms(ports.md5),
        keys: { current: ports.nonceKey },
        startedAt,
      },
      { hashing, random, secrets: logins.secrets },
      { ledger: this.#ledger, limiter: logins.failures },
    );
  }

  /** Challenges that are remembered. */
  get nonces(): number {
    return this.#ledger.size;
  }

  /** `mayStand`: whether the connection of this account is proof enough for the request. */
  judge(request: SipRequest, flow: Flow, mayStand: (account: Account) => boolean): Proof {
    const now = this.#ports.clock.now();
    const registers = request.method === "REGISTER";
    const credentials = request.get(registers ? Authorization : ProxyAuthorization);
    const shown = credentials !== undefined && credentials.length > 0;
    const source = sourceOf(flow);
    if (!shown) {
      const account = this.bonds.holder(flow, now);
      if (account === undefined || !mayStand(account)) {
        return this.#challenge(registers, source, false, false, now);
      }
      return { do: "accept", account, provenAt: undefined };
    }
    const judged = this.#digest.judge({
      method: request.method,
      uri: request.uriText,
      body: request.body,
      credentials,
      source,
      now,
    });
    if (judged instanceof Promise)
      throw new Error("secrets are in memory, so the answer is at hand");
    if (judged.do === "refuse") return judged;
    if (judged.do === "challenge") {
      return this.#challenge(registers, source, judged.stale, judged.failed, now);
    }
    const account = this.#ports.logins.account(judged.username);
    if (account === undefined) return this.#challenge(registers, source, false, true, now);
    return { do: "accept", account, provenAt: judged.issuedAt };
  }

  #challenge(
    registers: boolean,
    source: Source,
    stale: boolean,
    failed: boolean,
    now: number,
  ): Proof {
    const challenges = this.#digest.challenges(source, stale, now);
    // The registrar is the user agent server of a REGISTER, and a proxy for all else. RFC 3261 §22
    return { do: "challenge", status: registers ? 401 : 407, challenges, failed };
  }
}

function sourceOf({ transport, remote, id }: Flow): Source {
  return { transport, peer: id, host: remote.host };
}

/** Answers the challenges of the server that a SIP account belongs to. RFC 3261 §22.2 */
import {
  type ChallengeAnswer,
  DigestClient as Core,
  type DigestAccount,
  type PlainHashing,
  type Protected,
  type Random,
} from "@parlance/wire";
import type { AuthValue, Params } from "../message/index.ts";
import { digestValue } from "./auth-value.ts";

/** One account at one server: keeps the nonce, counts its use, and hashes the password once. */
export class DigestClient {
  readonly #core: Core;

  constructor(
    account: DigestAccount,
    ports: { readonly hashing: PlainHashing; readonly random: Random },
  ) {
    this.#core = new Core(account, ports);
  }

  /**
   * Takes the challenges of a 401 or 407. `answered` are the credentials that the refused request
   * carried for this account, if any: without them no password can have been wrong.
   */
  challenged(
    values: readonly AuthValue[],
    peer: string,
    answered: AuthValue | undefined,
  ): ChallengeAnswer {
    return this.#core.challenged(values, peer, answered);
  }

  /** The next credentials for a request to `peer`; undefined before the first challenge. */
  authorize(over: Protected, peer: string): AuthValue | undefined {
    const parts = this.#core.authorize(over, peer);
    return parts === undefined ? undefined : digestValue(parts);
  }

  /** As the client of `@parlance/wire` has it. RFC 7616 §3.5 */
  confirmed(info: Params, sent: AuthValue, body: Uint8Array): boolean {
    return this.#core.confirmed(info, sent.params, body);
  }
}

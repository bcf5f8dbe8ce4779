/** Judges who a SIP request comes from by its digest credentials. RFC 3261 §22 */
import {
  type Authentication,
  type AuthenticationAsk,
  DigestServer as Core,
  type DigestServerOptions as CoreOptions,
  type DigestServerPorts,
  type FailureLimiter,
  type NonceLedger,
  type Source,
} from "@parlance/wire";
import { type AuthValue, equalUris, parseUri } from "../message/index.ts";
import { digestValue } from "./auth-value.ts";

export type DigestServerOptions = Omit<CoreOptions, "sameUri" | "uriMayBeMissing">;

export class DigestServer {
  readonly #core: Core;

  constructor(
    options: DigestServerOptions,
    ports: DigestServerPorts,
    state: { readonly ledger?: NonceLedger; readonly limiter?: FailureLimiter } = {},
  ) {
    this.#core = new Core({ ...options, sameUri }, ports, state);
  }

  /** The values of WWW-Authenticate or Proxy-Authenticate, in order. Nothing is kept of them. */
  challenges(source: Source, stale: boolean, now: number): readonly AuthValue[] {
    return this.#core.challenges(source, stale, now).map(digestValue);
  }

  judge(ask: AuthenticationAsk): Authentication | Promise<Authentication> {
    return this.#core.judge(ask);
  }
}

/** By the rules of RFC 3261 §19.1.4. */
function sameUri(one: string, other: string): boolean {
  return equalUris(parseUri(one), parseUri(other));
}

/** Judges who asks over HTTP. RFC 7616, RFC 8760, RFC 6750 */
import {
  Authorization,
  type AuthValue,
  DigestServer,
  LEDGER_LIMITS,
  NonceLedger,
  offeredAlgorithms,
  type Source,
  WwwAuthenticate,
} from "@parlance/sip";
import { type Clock, FormatError, type Hashing, type Random } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import type { LimitWatch, Logins, Metrics, SecurityWatch, User, WebLogin } from "../ports/index.ts";
import {
  field,
  OUTDATED,
  refusal,
  type WebAnswer,
  type WebHeader,
  type WebRequest,
  type WebSource,
} from "../web/index.ts";
import { openToken, sealToken, type TokenClaims, type TokenKeys } from "./bearer-tokens.ts";

export interface WebAuthenticationPorts {
  readonly logins: Logins;
  readonly hashing: Hashing;
  readonly random: Random;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  readonly security: SecurityWatch;
}

export interface WebAuthenticationOptions {
  readonly md5: boolean;
  /** ≥ 256 bits. */
  readonly nonceKey: Uint8Array;
  readonly tokenKeys: TokenKeys;
  readonly limits: Pick<Limits, "nonceSeconds" | "nonces" | "tokenSeconds">;
}

type WebProof = Awaited<ReturnType<WebLogin>>;

export class WebAuthenticator {
  readonly #ports: WebAuthenticationPorts;
  readonly #options: WebAuthenticationOptions;
  readonly #digest: DigestServer;
  readonly #denied: ReturnType<Metrics["counter"]>;

  constructor(ports: WebAuthenticationPorts, options: WebAuthenticationOptions) {
    const { logins, hashing, random, clock, metrics } = ports;
    const { md5, nonceKey, limits } = options;
    const startedAt = clock.now();
    const validMs = limits.nonceSeconds * 1_000;
    const ledger = new NonceLedger(startedAt, { ...LEDGER_LIMITS, nonces: limits.nonces, validMs });
    ports.hits.uses("nonces", () => ledger.size);
    this.#ports = ports;
    this.#options = options;
    this.#denied = metrics.counter("web_denied_total", "HTTP requests turned away", "why");
    this.#digest = new DigestServer(
      {
        realm: logins.realm,
        algorithms: offeredAlgorithms(md5),
        keys: { current: nonceKey },
        startedAt,
      },
      { hashing, random, secrets: logins.secrets },
      { ledger, limiter: logins.failures },
    );
  }

  /** For a function: by digest, or by a token for this audience. */
  loginFor(audience: string): WebLogin {
    return (request) => this.#judge(request, audience);
  }

  /** By digest only. */
  judgeDigest(request: WebRequest): ReturnType<WebLogin> {
    return this.#judge(request, undefined);
  }

  /** A token for a user who has just proved himself. */
  issue(user: User, audience: string): { readonly token: string; readonly seconds: number } {
    const { hashing, random, clock, logins } = this.#ports;
    const seconds = this.#options.limits.tokenSeconds;
    const claims = {
      audience,
      user: user.name,
      expiresAt: clock.now() + seconds * 1_000,
      accountChangedAt: logins.named(user.name)?.changedAt ?? 0,
    };
    const tools = { keys: this.#options.tokenKeys, hashing };
    return { token: sealToken(claims, tools, random), seconds };
  }

  async #judge(request: WebRequest, audience: string | undefined): Promise<WebProof> {
    const shown = readAuthorization(request);
    if (shown === "malformed") return this.#refuse(refusal(400, "bad authorization"), "malformed");
    if (shown === undefined) return this.#challenge(request.source, "nothing shown", audience);
    if (shown.kind === "digest") return this.#judgeDigest(request, shown.value, audience);
    if (audience === undefined) return this.#challenge(request.source, "token", audience);
    const claims = openToken(shown.token, {
      keys: this.#options.tokenKeys,
      hashing: this.#ports.hashing,
    });
    const user = claims?.audience === audience ? this.#holder(claims) : undefined;
    if (user !== undefined) return { do: "accept", user };
    const token = claims === undefined ? "unknown" : "outdated";
    return this.#challenge(request.source, "token", audience, { token });
  }

  async #judgeDigest(
    request: WebRequest,
    value: AuthValue,
    audience: string | undefined,
  ): Promise<WebProof> {
    const { clock, logins, hits, security } = this.#ports;
    const judged = await this.#digest.judge({
      method: request.method,
      uri: request.target,
      body: NOTHING,
      credentials: [value],
      source: sourceOf(request.source),
      now: clock.now(),
    });
    if (judged.do === "accept") {
      const user = logins.named(judged.username)?.user;
      if (user !== undefined) return { do: "accept", user };
      return this.#challenge(request.source, "wrong password", audience);
    }
    if (judged.do === "challenge") {
      if (judged.failed) security.report("login failed", request.source.host);
      const why = judged.failed ? "wrong password" : "challenged";
      return this.#challenge(request.source, why, audience, { stale: judged.stale });
    }
    if (judged.status === 400) return this.#refuse(refusal(400, "bad authorization"), "malformed");
    hits.hit("loginFailures", request.source.host);
    const wait: WebHeader[] =
      judged.retryAfterS === undefined ? [] : [["retry-after", String(judged.retryAfterS)]];
    return this.#refuse(refusal(403, "too many failures", wait), "locked");
  }

  /** Whose token it is, while it is good. */
  #holder(claims: TokenClaims): User | undefined {
    const { clock, logins } = this.#ports;
    if (claims.expiresAt <= clock.now()) return undefined;
    const account = logins.named(claims.user);
    if (account === undefined || account.user.disabled) return undefined;
    return account.changedAt === claims.accountChangedAt ? account.user : undefined;
  }

  #challenge(
    source: WebSource,
    why: string,
    audience: string | undefined,
    { stale = false, token }: { readonly stale?: boolean; readonly token?: ShownToken } = {},
  ): WebProof {
    const challenges = this.#digest.challenges(sourceOf(source), stale, this.#ports.clock.now());
    const headers = challenges.map(
      (value): WebHeader => ["www-authenticate", WwwAuthenticate.write([value])[0] ?? ""],
    );
    const bearer = `Bearer realm="${this.#ports.logins.realm}"`;
    if (audience !== undefined) {
      // RFC 6750 §3.1
      const fault = token === undefined ? "" : `, error="invalid_token"`;
      const outdated = token === "outdated" ? `, ${OUTDATED}` : "";
      headers.push(["www-authenticate", `${bearer}${fault}${outdated}`]);
    }
    return this.#refuse(refusal(401, "unauthorized", headers), why);
  }

  #refuse(answer: WebAnswer, why: string): WebProof {
    this.#denied.add(1, why);
    return { do: "refuse", answer };
  }
}

/** Of a token: one that we have never given, or that was good once. */
type ShownToken = "unknown" | "outdated";

const NOTHING = new Uint8Array(0);
const BEARER = /^bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i; // RFC 6750 §2.1
const DIGEST = /^digest\b/i;

type Shown =
  | { readonly kind: "digest"; readonly value: AuthValue }
  | { readonly kind: "token"; readonly token: string };

/** Undefined: nothing that we understand. */
function readAuthorization(request: WebRequest): Shown | "malformed" | undefined {
  try {
    const text = field(request, "authorization");
    if (text === undefined) return undefined;
    const [, token] = BEARER.exec(text) ?? [];
    if (token !== undefined) return { kind: "token", token };
    const [value] = DIGEST.test(text) ? Authorization.read(text) : [];
    return value && { kind: "digest", value };
  } catch (error) {
    if (error instanceof FormatError) return "malformed";
    throw error;
  }
}

/** Browsers spread their requests over connections, so the address is all that stays the same. */
function sourceOf({ host, secure }: WebSource): Source {
  return { transport: secure ? "HTTPS" : "HTTP", peer: host, host };
}

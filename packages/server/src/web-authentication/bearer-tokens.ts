/** Tokens that carry their own proof. RFC 6750 */
import {
  base64url,
  equalBytes,
  type Hashing,
  parseBase64url,
  type Random,
  utf8Bytes,
  utf8Text,
} from "@parlance/wire";

/** What a token says. */
export interface TokenClaims {
  readonly audience: string;
  /** Name of the account. */
  readonly user: string;
  readonly expiresAt: number;
  /** The account as it was then: when it has changed since, the token is void. */
  readonly accountChangedAt: number;
}

export interface TokenKeys {
  /** ≥ 256 bits; seals and opens. */
  readonly current: Uint8Array;
  /** Still opens while keys are being changed. */
  readonly previous?: Uint8Array | undefined;
}

export interface TokenTools {
  readonly keys: TokenKeys;
  readonly hashing: Hashing;
}

const VERSION = "1";
const SALT_BYTES = 8; // so that no two tokens are alike, also of one millisecond
const MOST_CHARACTERS = 512;
const SEAL_CHARACTERS = 43; // 32 octets in base64url

/** `claims.seal`, both in base64url. */
export function sealToken(claims: TokenClaims, tools: TokenTools, random: Random): string {
  const { audience, user, expiresAt, accountChangedAt } = claims;
  const salt = base64url(random.bytes(SALT_BYTES));
  const text = JSON.stringify([VERSION, audience, user, expiresAt, accountChangedAt, salt]);
  const body = base64url(utf8Bytes(text));
  return `${body}.${base64url(sealOf(body, tools.keys.current, tools.hashing))}`;
}

/** Undefined when it was not sealed by us. Whether it is still good is for the caller to judge. */
export function openToken(token: string, { keys, hashing }: TokenTools): TokenClaims | undefined {
  if (token.length > MOST_CHARACTERS) return undefined;
  const dot = token.length - SEAL_CHARACTERS - 1;
  if (dot < 1 || token[dot] !== ".") return undefined;
  const body = token.slice(0, dot);
  try {
    const seal = parseBase64url(token.slice(dot + 1));
    const ours = [keys.current, keys.previous].some(
      (key) => key !== undefined && equalBytes(sealOf(body, key, hashing), seal),
    );
    return ours ? readClaims(utf8Text(parseBase64url(body))) : undefined;
  } catch {
    return undefined; // not base64url
  }
}

function sealOf(body: string, key: Uint8Array, hashing: Hashing): Uint8Array {
  return hashing.hmacSha256(key, `parlance token ${body}`);
}

/** Called for what we have sealed ourselves. */
function readClaims(text: string): TokenClaims | undefined {
  const claims: unknown = JSON.parse(text);
  if (!Array.isArray(claims)) return undefined;
  const [version, audience, user, expiresAt, accountChangedAt]: readonly unknown[] = claims;
  if (version !== VERSION || typeof audience !== "string" || typeof user !== "string") {
    return undefined;
  }
  if (typeof expiresAt !== "number" || typeof accountChangedAt !== "number") return undefined;
  return { audience, user, expiresAt, accountChangedAt };
}

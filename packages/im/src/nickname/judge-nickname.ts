/** Whether a participant may have the nickname he wishes for. RFC 7701 §7.1, RFC 8266 */
import { foldCapital, foldSmall } from "./look-alikes.ts";
import { comparedNickname, MOST_NICKNAME_CHARACTERS, prepareNickname } from "./prepare-nickname.ts";

/** MSRP answers: 424 malformed, 425 reserved or in use. RFC 7701 §10 */
export type NicknameVerdict =
  | { readonly kind: "nickname"; readonly nickname: string }
  | { readonly kind: "refused"; readonly status: 424 | 425; readonly because: NicknameFault };

export type NicknameFault = "not a nickname" | "looks like an address" | "reserved" | "in use";

export interface NicknamePolicy {
  /** Keys (`nicknameKeys`) of names that nobody may take: those of the service and of the room. */
  readonly reserved: ReadonlySet<string>;
  /** Whether somebody else goes by a name with this key, nickname or display name. */
  readonly inUse: (key: string) => boolean;
}

/** Names that speak for the service. A room adds its own. */
export const RESERVED_NICKNAMES = [
  "admin",
  "administrator",
  "anonymous",
  "everybody",
  "everyone",
  "moderator",
  "operator",
  "room",
  "root",
  "server",
  "service",
  "support",
  "system",
] as const;

/** Something with a scheme, something at somewhere, or a telephone number. */
const ADDRESS = /^(?:sips?|tel|im|pres|xmpp|mailto|https?):|\S@\S|^\+\d[\d ().-]{4,}$|:\/\//i;

/** How many times a suffix is tried: more than a room has people. */
const MOST_SUFFIXES = 1001;

/**
 * Two names that share one of these would be taken for each other: they are the same nickname, or
 * look alike written small, or in capitals. Text that is no nickname has none.
 */
export function nicknameKeys(text: string): readonly string[] {
  const compared = comparedNickname(text);
  if (compared === undefined || compared === "") return [];
  return [foldSmall(compared), foldCapital(compared.toUpperCase())];
}

/** The keys of names nobody may take, `names` of this room among them. */
export function reservedKeys(...names: readonly string[]): ReadonlySet<string> {
  return new Set([...RESERVED_NICKNAMES, ...names].flatMap(nicknameKeys));
}

/** An empty wish gives the nickname back and is none of these: the caller knows it first. */
export function judgeNickname(wish: string, policy: NicknamePolicy): NicknameVerdict {
  const nickname = prepareNickname(wish);
  if (nickname === undefined) return { kind: "refused", status: 424, because: "not a nickname" };
  if (ADDRESS.test(nickname)) {
    return { kind: "refused", status: 424, because: "looks like an address" };
  }
  const keys = nicknameKeys(nickname);
  if (keys.some((key) => policy.reserved.has(key))) {
    return { kind: "refused", status: 425, because: "reserved" };
  }
  if (keys.some(policy.inUse)) return { kind: "refused", status: 425, because: "in use" };
  return { kind: "nickname", nickname };
}

/**
 * Who joins is not sent away for his nickname: one in use gets a number behind it. `undefined` when
 * it can be no nickname here in any way.
 */
export function nicknameAtJoin(wish: string, policy: NicknamePolicy): string | undefined {
  const verdict = judgeNickname(wish, policy);
  if (verdict.kind === "nickname") return verdict.nickname;
  if (verdict.because !== "in use") return undefined;
  for (let number = 2; number <= MOST_SUFFIXES; number += 1) {
    const next = judgeNickname(withNumber(prepareNickname(wish) ?? wish, number), policy);
    if (next.kind === "nickname") return next.nickname;
  }
  return undefined;
}

/** "Night Owl 2"; a long name gives way to its number. */
function withNumber(nickname: string, number: number): string {
  const suffix = ` ${number}`;
  const kept = Array.from(nickname).slice(0, MOST_NICKNAME_CHARACTERS - suffix.length);
  return kept.join("") + suffix;
}

/** Ids of our own making: of transactions and of messages. RFC 4975 §7.1, §7.1.1, §9 */
import type { Random } from "@parlance/wire";

/** Half again as much as RFC 4975 §7.1 demands; sixteen characters. */
const BITS = 96;

/**
 * A new transaction id or Message-ID. Neither may hold an underscore, as tokens do, nor begin with anything
 * but a letter or a digit.
 */
export function newIdent(random: Random): string {
  const token = random.token(BITS).replaceAll("_", ".");
  const first = token.charCodeAt(0);
  return first === 45 || first === 46 ? `x${token.slice(1)}` : token;
}

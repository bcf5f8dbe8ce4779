/** How a nickname is written, and when two are the same. RFC 8266: PRECIS, the Nickname profile */

/** Longest nickname, in characters of Unicode. */
export const MOST_NICKNAME_CHARACTERS = 32;

/** No text so long comes down to a nickname; it bounds the work of normalising. */
const MOST_UNITS = 512;

/** RFC 8266 §2.1: applied once, three times more at most, and once to see that nothing changes. */
const MOST_ROUNDS = 5;

/**
 * What the FreeformClass has no place for (RFC 8264 §4.3.3): controls, those of direction and of
 * zero width among them, what nobody sees, private use, the unassigned, old Hangul jamo.
 */
const DISALLOWED =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
const SPACES = /\p{Zs}+/gu;

/** As it is shown to others; `undefined` when it can be no nickname. RFC 8266 §2.3 */
export function prepareNickname(text: string): string | undefined {
  const nickname = enforce(text, (one) => mapSpaces(one).normalize("NFKC"));
  if (nickname === undefined || !VISIBLE.test(nickname)) return undefined;
  return characterCount(nickname) > MOST_NICKNAME_CHARACTERS ? undefined : nickname;
}

/** Two nicknames are one when this is the same; `undefined` for what is no nickname. RFC 8266 §2.4 */
export function comparedNickname(text: string): string | undefined {
  return enforce(text, (one) => lower(mapSpaces(one)).normalize("NFKC"));
}

function mapSpaces(text: string): string {
  return text.replace(SPACES, " ").replace(/^ | $/g, "");
}

/** toLowerCase of Unicode, character by character: no word ends in another sigma. RFC 8266 §3 */
function lower(text: string): string {
  let small = "";
  for (const character of text) small += character.toLowerCase();
  return small;
}

/** Half a jamo becomes a whole one: the characters are looked at before and after. */
function enforce(text: string, apply: (text: string) => string): string | undefined {
  if (text.length > MOST_UNITS || DISALLOWED.test(text)) return undefined;
  let before = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const after = apply(before);
    if (after === before) return DISALLOWED.test(after) ? undefined : after;
    before = after;
  }
  return undefined;
}

function characterCount(text: string): number {
  return Array.from(text).length;
}

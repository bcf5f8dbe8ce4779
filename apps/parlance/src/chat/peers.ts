/** Whom the user means. Pure. */
import { fullAddress } from "../address.ts";

/** Names and addresses, with commas between them. */
export function readPeers(typed: string, self: string): readonly string[] {
  return [...new Set(readNames(typed).map((each) => fullAddress(each, self)))];
}

/** As typed, with commas between them; quotes hold together what has blanks or commas. */
export function readNames(typed: string): readonly string[] {
  const names = [...typed.matchAll(NAME)].map(
    ({ groups }) => groups?.["quoted"] ?? groups?.["bare"] ?? "",
  );
  return names.map((each) => each.trim()).filter((each) => each !== "");
}

/** The names at the beginning, and the text behind them. */
export function splitNames(typed: string): {
  readonly names: readonly string[];
  readonly text: string;
} {
  const { names = "", text = "" } = NAMES_AND_TEXT.exec(typed)?.groups ?? {};
  return { names: readNames(names), text: text.trim() };
}

const NAME = /"(?<quoted>[^"]*)"|(?<bare>[^",]+)/g;
const NAMES_AND_TEXT =
  /^\s*(?<names>(?:"[^"]*"|[^\s",]+)(?:\s*,\s*(?:"[^"]*"|[^\s",]+))*)(?<text>[^]*)$/;

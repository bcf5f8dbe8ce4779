/** The list of conversations: the newest first, and those that match what is searched for. */
import { shortAddress } from "./addresses.ts";
import { cleanLine } from "./clean-text.ts";
import type { ConversationRow, Item } from "./views.ts";

export function sortRows(rows: readonly ConversationRow[]): readonly ConversationRow[] {
  return rows.toSorted((a, b) => b.at - a.at || (a.address < b.address ? -1 : 1));
}

/** The row with that address is changed, or made of `fresh`. */
export function changeRow(
  rows: readonly ConversationRow[],
  fresh: ConversationRow,
  change: (row: ConversationRow) => ConversationRow,
): readonly ConversationRow[] {
  const at = rows.findIndex(({ address }) => address === fresh.address);
  const row = rows[at];
  const next = change(row ?? fresh);
  if (row === next) return rows;
  return sortRows(row === undefined ? [...rows, next] : rows.with(at, next));
}

export function newRow(address: string, more: Partial<ConversationRow> = {}): ConversationRow {
  return {
    address,
    group: false,
    name: undefined,
    newest: undefined,
    unread: 0,
    at: 0,
    roomState: undefined,
    over: false,
    ...more,
  };
}

/** Whoever writes in it is not whom it is with: what is answered there goes to more than one. */
export function isOfGroup(address: string, { own, from, reach }: Item): boolean {
  return !own && (reach === "all" || (reach === "direct" && from !== address));
}

/** More is known of what was said there: a person is called as he has called himself last, a group is not. `kept`: the server says that it is one. */
export function withSaid(
  row: ConversationRow,
  said: readonly Item[],
  kept = false,
): ConversationRow {
  const group = row.group || kept || said.some((item) => isOfGroup(row.address, item));
  if (group) return row.group ? row : { ...row, group, name: undefined };
  const last = said.findLast((one) => !one.own && one.reach === "direct" && one.fromName);
  return last?.fromName === undefined ? row : { ...row, name: last.fromName };
}

/** A group that one is in tells its name itself; of any other the server does. */
export function withGroupName(row: ConversationRow, name: string | undefined): ConversationRow {
  const known = row.roomState !== undefined && row.name !== undefined;
  return name === undefined || known || name === row.name ? row : { ...row, name };
}

/** A group in whose session the user is not, and of which nobody has told what it is called. */
export function needsName({ group, name, roomState }: ConversationRow): boolean {
  return group && name === undefined && roomState === undefined;
}

/** In names, addresses and the newest words. */
export function filterRows(
  rows: readonly ConversationRow[],
  search: string,
): readonly ConversationRow[] {
  const words = folded(search)
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return rows;
  return rows.filter(({ name = "", address, newest }) => {
    const text = folded(`${name} ${address} ${newest === undefined ? "" : wordsOf(newest)}`);
    return words.every((word) => text.includes(word));
  });
}

export function titleOf(row: Pick<ConversationRow, "address" | "name">, domain: string): string {
  const name = row.name === undefined ? "" : cleanLine(row.name, 64);
  return name === "" ? shortAddress(row.address, domain) : name;
}

/** What an entry says, in one line; empty for what has no words of its own. */
export function wordsOf({ body }: Item): string {
  switch (body.kind) {
    case "text":
      return cleanLine(body.text, 160);
    case "file":
      return cleanLine(body.name, 100);
    default:
      return "";
  }
}

export function totalUnread(rows: readonly ConversationRow[]): number {
  return rows.reduce((sum, { unread }) => sum + unread, 0);
}

/** Without case and without marks over letters. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLocaleLowerCase();
}

/** Messages for the contract of kept conversations. */
import { foldText, queryWords } from "../fold-text.ts";
import type { HistoryEntry, HistoryMessage, HistoryStore, NewHistoryMessage } from "../history.ts";
import { bytesOf } from "./contract.ts";

export const ALICE = "alice";
export const BOB = "bob";
export const CAROL = "carol";
export const TEAM = "sip:team@parlance.test";
export const AT = 1_900_000_000_000;
export const EXPIRY = AT + 1_000_000;
export const AMPLE = { messages: 100_000, bytes: 100_000_000 };
export const NEWEST = { conversation: undefined, before: undefined, limit: 100 };

export function message(number: number, parts: Partial<NewHistoryMessage> = {}): NewHistoryMessage {
  return {
    id: `${number}`,
    owner: ALICE,
    conversation: BOB,
    direction: "received",
    mode: "pager",
    from: "sip:bob@parlance.test",
    authId: undefined,
    to: "sip:alice@parlance.test",
    group: undefined,
    subject: undefined,
    type: "text/plain",
    messageId: undefined,
    at: AT + number,
    expiresAt: EXPIRY,
    sizeBytes: 90,
    content: undefined,
    bytes: bytesOf(100, number % 256),
    searchText: "",
    ...parts,
  };
}

export function saying(
  number: number,
  text: string,
  parts: Partial<NewHistoryMessage> = {},
): NewHistoryMessage {
  return message(number, { searchText: foldText(text), ...parts });
}

export function pairOf(number: number): { readonly conversation: string } {
  return { conversation: number % 2 === 0 ? BOB : TEAM };
}

export function kept(added: NewHistoryMessage, sequence: number): HistoryMessage {
  const { searchText: _, ...rest } = added;
  return { ...rest, sequence };
}

export async function ids(page: Promise<readonly HistoryEntry[]>): Promise<readonly string[]> {
  return (await page).map(({ id }) => id);
}

export async function found(history: HistoryStore, query: string, owner = ALICE) {
  const hits = await history.search(owner, queryWords(query), NEWEST);
  return hits.entries.map(({ id }) => id);
}

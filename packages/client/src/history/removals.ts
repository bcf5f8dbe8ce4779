/** What the user removes, here or on another device, goes from the store of this one. */
import { equalBytes } from "@parlance/wire";
import type { HistoryEntry } from "../conversation/history.ts";
import type { ClientStore, StoredRecord } from "../store/client-store.ts";
import { type FileRecord, isUnderWay } from "../store/file-record.ts";
import type { KeptMessage } from "./kept-message.ts";
import { ALIKE_MS, recordOf, TRANSFER_MS } from "./kept-record.ts";
import type { Removal, ServerHistory } from "./server-history.ts";

export interface HistoryRemoved {
  readonly conversation: string;
  /** Of messages and files; undefined: all that was in it. */
  readonly ids: readonly string[] | undefined;
  /** Those among it, whose octets the application may have. */
  readonly files: readonly FileRecord[];
}

export interface RemovalPorts {
  /** Undefined: no server is known, and there is nothing but this device. */
  readonly server: ServerHistory | undefined;
  readonly store: ClientStore;
  /** The user's address. */
  readonly own: string;
  readonly removed: (removed: HistoryRemoved) => Promise<void>;
}

const PAGE = 200;

/** At the server first: what cannot be removed there stays here, too. */
export async function removeEntry(
  conversation: string,
  entry: HistoryEntry,
  ports: RemovalPorts,
): Promise<void> {
  const [id, ...more] = idsOf(entry);
  const { server } = ports;
  if (server !== undefined && (await server.removeMessage(conversation, id)) === 0) {
    // Neither what came without a Message-ID nor a file that went straight is known by that there.
    const { messages } = await server.messages({ with: conversation, limit: PAGE });
    const same = messages.find((message) => isSame(message, entry, ports.own));
    if (same !== undefined) await server.remove(`messages/${encodeURIComponent(same.id)}`);
  }
  await takeOut(conversation, [id, ...more], ports);
}

/** What is being sent or fetched stays. */
export async function removeAll(conversation: string, ports: RemovalPorts): Promise<void> {
  await ports.server?.remove(`conversations/${encodeURIComponent(conversation)}`);
  await takeAllOut(conversation, () => true, ports);
}

/** What another device has done. */
export async function learnRemoval(
  { conversation, messageId, at }: Removal,
  ports: RemovalPorts,
): Promise<void> {
  if (messageId !== undefined) return takeOut(conversation, [messageId], ports);
  const left = await ports.server?.messages({ with: conversation, limit: PAGE });
  const kept = new Set(left?.messages.map((one) => one.messageId ?? one.id));
  const latest = at.getTime() + ALIKE_MS;
  await takeAllOut(conversation, (one) => one.at <= latest && !kept.has(one.id), ports);
}

async function takeOut(
  conversation: string,
  ids: readonly string[],
  { store, removed }: RemovalPorts,
): Promise<void> {
  const named = new Set<string | undefined>(ids);
  const isMeant = (one: StoredRecord): boolean =>
    named.has(one.id) || (isFile(one) && named.has(one.messageId));
  const gone: StoredRecord[] = [];
  for (let before = Number.MAX_SAFE_INTEGER, found = false; ; ) {
    const page = await store.page(conversation, before, PAGE);
    const meant = page.filter(isMeant);
    gone.push(...meant);
    before = page.at(-1)?.order ?? 0;
    if (page.length < PAGE || found) break;
    found = meant.length > 0; // a file and the message that points to it are neighbours
  }
  await store.remove(gone);
  await removed({ conversation, ids, files: gone.filter(isFile) });
}

async function takeAllOut(
  conversation: string,
  isMeant: (record: StoredRecord) => boolean,
  { store, removed }: RemovalPorts,
): Promise<void> {
  const files: FileRecord[] = [];
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await store.page(conversation, before, PAGE);
    const meant = page.filter((one) => isMeant(one) && !isInHand(one));
    await store.remove(meant);
    files.push(...meant.filter(isFile));
    before = page.at(-1)?.order ?? 0;
    if (page.length < PAGE) break;
  }
  await removed({ conversation, ids: undefined, files });
}

function isFile(record: StoredRecord): record is FileRecord {
  return record.direction === "sent file" || record.direction === "received file";
}

function isInHand(record: StoredRecord): boolean {
  if (record.direction === "received") return false;
  return record.direction === "sent" ? record.state === "queued" : isUnderWay(record);
}

/** The first of them is the one that others know it by. */
function idsOf(entry: HistoryEntry): readonly [string, ...string[]] {
  if (entry.direction === "sent" || entry.direction === "received") return [entry.message.id];
  const { id, messageId } = entry.file;
  return messageId === undefined || messageId === id ? [id] : [messageId, id];
}

function isSame(message: KeptMessage, entry: HistoryEntry, own: string): boolean {
  const apartMs = (at: number): number => Math.abs(message.at.getTime() - at);
  if (entry.direction === "sent file" || entry.direction === "received file") {
    const { file, direction } = entry;
    const way = direction === "sent file" ? "out" : "in";
    const alike = file.sizeBytes === message.sizeBytes && file.type === message.contentType;
    return message.direction === way && alike && apartMs(file.at) < TRANSFER_MS;
  }
  if (entry.direction === "sent" || message.messageId !== undefined) return false;
  const { from, content, at } = entry.message;
  const kept = recordOf(message, own);
  return (
    kept.from === from && apartMs(at.getTime()) < ALIKE_MS && equalBytes(kept.content, content)
  );
}

/** An archive for programs: one array, or a line a message; the oldest message first. */
import { base64 } from "@parlance/wire";
import type { HistoryMessage } from "../../../store/index.ts";
import { type MessageContent, wholeContentOf } from "../message-content.ts";
import { viewOf } from "../message-view.ts";
import { ARCHIVED_TEXT_BYTES, type Archive, gathered, messagesOf } from "./messages-of.ts";

export function jsonArchive(archive: Archive): AsyncGenerator<Uint8Array, void> {
  return gathered(array(archive));
}

export function jsonLines(archive: Archive): AsyncGenerator<Uint8Array, void> {
  return gathered(lines(archive));
}

async function* array(archive: Archive): AsyncGenerator<string, void> {
  let before = "[\n";
  for await (const line of linesOf(archive)) {
    yield before + line;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

async function* lines(archive: Archive): AsyncGenerator<string, void> {
  for await (const line of linesOf(archive)) yield `${line}\n`;
}

async function* linesOf(archive: Archive): AsyncGenerator<string, void> {
  for await (const message of messagesOf(archive, archive.conversation))
    yield lineOf(message, await wholeContentOf(message, archive.work.content, ARCHIVED_TEXT_BYTES));
}

/** What is no text comes as it is, in base64; what lies outside of the store stays there. */
function lineOf(message: HistoryMessage, content: MessageContent): string {
  const { text, octets } = content;
  const other = text === undefined && octets !== undefined;
  return JSON.stringify({
    ...viewOf(message, content),
    content: other ? base64(octets) : undefined,
  });
}

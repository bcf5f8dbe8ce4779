/** An archive for spreadsheets, in which no message is a formula. RFC 4180 */
import { wholeContentOf } from "../message-content.ts";
import { viewOf } from "../message-view.ts";
import { ARCHIVED_TEXT_BYTES, type Archive, gathered, messagesOf } from "./messages-of.ts";

const COLUMNS = [
  "time",
  "direction",
  "conversation",
  "from",
  "to",
  "subject",
  "type",
  "file", // what it is called; where it can be fetched, its URL is the text
  "text",
];

export function csvArchive(archive: Archive): AsyncGenerator<Uint8Array, void> {
  return gathered(rows(archive));
}

async function* rows(archive: Archive): AsyncGenerator<string, void> {
  yield row(COLUMNS);
  for await (const message of messagesOf(archive, archive.conversation)) {
    const content = await wholeContentOf(message, archive.work.content, ARCHIVED_TEXT_BYTES);
    const view = viewOf(message, content);
    const { time, direction, conversation, from, to, subject, contentType, ...rest } = view;
    const text = rest.text ?? rest.file?.url ?? "";
    const file = rest.file?.name ?? rest.fileName ?? "";
    yield row([time, direction, conversation, from, to, subject ?? "", contentType, file, text]);
  }
}

function row(cells: readonly string[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** What begins as a formula is text, in whatever program reads it; so is what does behind a space. */
function cell(text: string): string {
  const shown = /^\s*[=+\-@|%＝＋－＠]|^[\t\r]/u.test(text) ? `'${text}` : text;
  return `"${shown.replaceAll("\0", "\ufffd").replaceAll('"', '""')}"`;
}

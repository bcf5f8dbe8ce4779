/** What was kept, in a line for a person. */
import type { KeptMessage, SearchHit } from "@parlance/client";
import { shortName } from "../chat/model.ts";

/** `2030-05-04 10:07 bob: hello`, in the time of where it is read. */
export function keptText(message: KeptMessage, self: string): string {
  return `${head(message, self)}: ${wordsOf(message)}`;
}

/** With the conversation before it, for a hit may be of any. */
export function hitText(hit: SearchHit, self: string): string {
  const { excerpt, cutBefore, cutAfter, conversation, from } = hit;
  const where =
    hit.direction === "in" && conversation === from ? "" : `${shortName(conversation, self)}, `;
  return `${where}${head(hit, self)}: ${cutBefore ? "… " : ""}${excerpt}${cutAfter ? " …" : ""}`;
}

type Head = Pick<KeptMessage, "at" | "direction" | "from" | "fromName" | "group">;

function head({ at, direction, from, fromName, group }: Head, self: string): string {
  const theirs = group === undefined ? shortName(from, self) : (fromName ?? shortName(from, self));
  return `${timeText(at)} ${direction === "out" ? "you" : theirs}`;
}

function wordsOf({ text, file, fileName, contentType, sizeBytes }: KeptMessage): string {
  if (text !== undefined) return text;
  if (file !== undefined) return `file ${file.name}: ${file.url}`;
  return fileName === undefined
    ? `(${contentType}, ${sizeBytes} bytes)`
    : `file ${fileName}, ${sizeBytes} bytes`;
}

function timeText(at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

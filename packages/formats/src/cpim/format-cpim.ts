/** Writes a message/cpim in the layout of RFC 3862: an empty line before the content's headers. */
import { concatBytes, utf8Bytes } from "@parlance/wire";
import { hasControl } from "../characters.ts";
import { writeMimeHeader } from "../mime/mime-head.ts";
import type { Cpim, Extension } from "./cpim.ts";
import { escapeHeader } from "./escapes.ts";
import { parametersEnd } from "./head.ts";
import { formatNamedUri } from "./named-uri.ts";
import { CPIM_HEADERS } from "./names.ts";
import { Prefixes } from "./prefixes.ts";

const CORE: ReadonlySet<string> = new Set([
  "From",
  "To",
  "cc",
  "DateTime",
  "Subject",
  "NS",
  "Require",
]);

export function formatCpim(message: Cpim): Uint8Array<ArrayBuffer> {
  const head = [...writeMessageHeaders(message), "\r\n", ...writeContentHeaders(message), "\r\n"];
  return concatBytes(utf8Bytes(head.join("")), message.content);
}

/** The order of RFC 3862 §5.1: NS before the first use of what it declares. */
function* writeMessageHeaders(message: Cpim): Iterable<string> {
  const prefixes = new Prefixes([...message.require, ...message.extensions]);
  if (message.from !== undefined) yield writeHeader("From", formatNamedUri(message.from));
  for (const to of message.to) yield writeHeader("To", formatNamedUri(to));
  for (const cc of message.cc) yield writeHeader("cc", formatNamedUri(cc));
  if (message.dateTime !== undefined) yield writeHeader("DateTime", message.dateTime);
  for (const { language, text } of message.subjects) {
    yield writeHeader(
      "Subject",
      escapeHeader(text),
      language === undefined ? "" : `;lang=${language}`,
    );
  }
  for (const [prefix, namespace] of prefixes.declarations()) {
    yield writeHeader("NS", `${prefix} <${namespace}>`);
  }
  if (message.require.length > 0) {
    yield writeHeader("Require", message.require.map((one) => prefixes.write(one)).join(","));
  }
  for (const one of message.extensions) {
    yield writeHeader(extensionName(one, prefixes), one.value, one.parameters);
  }
}

function* writeContentHeaders({ contentHeaders }: Cpim): Iterable<string> {
  for (const [name, value] of contentHeaders) yield writeMimeHeader(name, value);
}

/** A value with a line break would let its author add headers of their own. */
export function writeHeader(name: string, value: string, parameters = ""): string {
  if (hasControl(value)) throw new RangeError(`control character in ${name}`);
  if (parameters !== "" && !isParameters(parameters)) {
    throw new RangeError(`parameters of ${name} are malformed`);
  }
  return `${name}:${parameters} ${value}\r\n`;
}

/** Whether a reader would find their end where they end. */
function isParameters(text: string): boolean {
  const complete = parametersEnd(`${text} `, 0) === text.length;
  return text.startsWith(";") && complete && !hasControl(text);
}

function extensionName(one: Extension, prefixes: Prefixes): string {
  if (one.namespace === CPIM_HEADERS && CORE.has(one.name)) {
    throw new RangeError(`${one.name} has its own place in the message`);
  }
  return prefixes.write(one);
}

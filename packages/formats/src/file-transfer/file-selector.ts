/** Which file is meant: name, type, size and hashes of a=file-selector. RFC 5547 §6 */
import { FormatError } from "@parlance/wire";
import type { MediaType } from "../mime/index.ts";
import { ANY_FILE, type FileHash, type FileSelector } from "./file-meant.ts";
import { percentDecoded, percentEncoded } from "./percent.ts";

const FORMAT = "file-selector";
const MAX_HASHES = 8;
const SIZE = /^\d{1,10}$/;
const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;
const HASH = /^([!#$%&'*+\-.^_`{|}~0-9A-Za-z]+):([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){0,127})$/;
// What would end the text, or lead a careless reader to another folder.
const UNSAFE = '"%/\\';

/** Selectors that are not known are passed over. Throws `FormatError`. */
export function readFileSelector(value: string): FileSelector {
  let { name, type, sizeBytes } = ANY_FILE;
  const hashes: FileHash[] = [];
  const seen = new Set<string>();
  for (const { key, text, at } of selectors(value)) {
    if (key !== "hash" && seen.has(key)) throw new FormatError(FORMAT, at, `${key} is repeated`);
    seen.add(key);
    if (key === "name") name = percentDecoded(unquoted(text, at));
    if (key === "type") type = readType(text, at);
    if (key === "size") sizeBytes = readSize(text, at);
    if (key === "hash") hashes.push(readHash(text, at));
    if (hashes.length > MAX_HASHES) throw new FormatError(FORMAT, at, "too many hashes");
  }
  return { name: name === "" ? undefined : name, type, sizeBytes, hashes };
}

export function writeFileSelector({ name, type, sizeBytes, hashes }: FileSelector): string {
  const words: string[] = [];
  if (name !== undefined && name !== "") words.push(`name:${quoted(name)}`);
  if (type !== undefined) words.push(`type:${writeType(type)}`);
  if (sizeBytes !== undefined) words.push(`size:${writeSize(sizeBytes)}`);
  for (const hash of hashes) words.push(`hash:${writeHash(hash)}`);
  return words.join(" ");
}

interface Selector {
  readonly key: string;
  readonly text: string;
  readonly at: number;
}

/** Splits at blanks that stand in no quotes; a quote cannot be escaped inside. */
function* selectors(value: string): Iterable<Selector> {
  for (let at = 0; at < value.length; ) {
    const end = wordEnd(value, at);
    if (end > at) {
      const colon = value.indexOf(":", at);
      if (colon === -1 || colon >= end) throw new FormatError(FORMAT, at, "expected name:value");
      yield { key: value.slice(at, colon), text: value.slice(colon + 1, end), at };
    }
    at = end + 1;
  }
}

function wordEnd(value: string, from: number): number {
  let inQuotes = false;
  let at = from;
  for (; at < value.length && (inQuotes || value[at] !== " "); at += 1) {
    if (value[at] === '"') inQuotes = !inQuotes;
  }
  if (inQuotes) throw new FormatError(FORMAT, from, "quoted value has no end");
  return at;
}

function unquoted(text: string, at: number): string {
  if (text.length < 2 || !text.startsWith('"') || text.indexOf('"', 1) !== text.length - 1) {
    throw new FormatError(FORMAT, at, "expected a quoted value");
  }
  return text.slice(1, -1);
}

function quoted(text: string): string {
  return `"${percentEncoded(text, UNSAFE)}"`;
}

/** `image/png;name="x"`: what is quoted is percent-encoded, not escaped. */
function readType(text: string, at: number): MediaType {
  const [essence = "", ...rest] = splitAtSemicolons(text);
  const [type = "", subtype = "", ...more] = essence.toLowerCase().split("/");
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || more.length > 0) {
    throw new FormatError(FORMAT, at, "expected type/subtype");
  }
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    const key = parameter.slice(0, Math.max(equals, 0)).toLowerCase();
    if (!TOKEN.test(key) || parameters.has(key)) {
      throw new FormatError(FORMAT, at, "parameter of the type is malformed");
    }
    const value = parameter.slice(equals + 1);
    // Some leave the quotes out.
    const plain = value.includes('"') ? unquoted(value, at) : value;
    parameters.set(key, percentDecoded(plain));
  }
  return { essence: `${type}/${subtype}`, parameters };
}

function* splitAtSemicolons(text: string): Iterable<string> {
  let start = 0;
  let inQuotes = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') inQuotes = !inQuotes;
    if (text[at] !== ";" || inQuotes) continue;
    yield text.slice(start, at);
    start = at + 1;
  }
  yield text.slice(start);
}

function writeType({ essence, parameters }: MediaType): string {
  const [type = "", subtype = "", ...more] = essence.split("/");
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || more.length > 0) {
    throw new RangeError(`not a media type: ${essence}`);
  }
  let text = essence;
  for (const [name, value] of parameters) {
    if (!TOKEN.test(name)) throw new RangeError(`not a parameter name: ${name}`);
    text += `;${name}=${quoted(value)}`;
  }
  return text;
}

function readSize(text: string, at: number): number {
  if (!SIZE.test(text)) throw new FormatError(FORMAT, at, "size is malformed");
  return Number(text);
}

function writeSize(sizeBytes: number): number {
  if (!Number.isInteger(sizeBytes) || !SIZE.test(String(sizeBytes))) {
    throw new RangeError("not a file size");
  }
  return sizeBytes;
}

function readHash(text: string, at: number): FileHash {
  const [, algorithm, value] = HASH.exec(text) ?? [];
  if (algorithm === undefined || value === undefined) {
    throw new FormatError(FORMAT, at, "hash is malformed");
  }
  return { algorithm: algorithm.toLowerCase(), value: value.replaceAll(":", "").toLowerCase() };
}

function writeHash({ algorithm, value }: FileHash): string {
  const pairs = value.toUpperCase().match(/../g)?.join(":") ?? "";
  const text = `${algorithm}:${pairs}`;
  if (value.length % 2 !== 0 || !HASH.test(text)) throw new RangeError("not a hash");
  return text;
}

/** What the attributes of one m= line say about the file that it carries. RFC 5547 §6 */
import { FormatError } from "@parlance/wire";
import { formatMailDate, parseMailDate } from "../mail-date.ts";
import { ANY_FILE, type FileSelector } from "./file-meant.ts";
import { readFileSelector, writeFileSelector } from "./file-selector.ts";
import { percentDecoded, percentEncoded } from "./percent.ts";

export interface FileOffer {
  readonly selector: FileSelector;
  /** The same id again means the same transfer. RFC 5547 §8.1 */
  readonly transferId: string | undefined;
  /** `attachment`, `render` …; nothing means `render`. RFC 5547 §7 */
  readonly disposition: string | undefined;
  readonly dates: FileDates;
  /** Content-ID of the body part with a small picture of the file, without brackets. */
  readonly iconId: string | undefined;
  readonly range: FileRange | undefined;
}

/** Milliseconds since 1970 UTC. */
export interface FileDates {
  readonly creation: number | undefined;
  readonly modification: number | undefined;
  readonly read: number | undefined;
}

/** Octets of the file, counted from 1, both included. */
export interface FileRange {
  readonly first: number;
  /** Undefined: to the end. */
  readonly last: number | undefined;
}

export const NO_DATES: FileDates = {
  creation: undefined,
  modification: undefined,
  read: undefined,
};

const FORMAT = "file attributes";
const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]{1,255}$/;
const RANGE = /^([1-9]\d{0,9})-([1-9]\d{0,9}|\*)$/;
const DATE = /(creation|modification|read):"([^"]*)"/g;
/** As it may stand between the brackets of Content-ID. */
const ICON_ID = /^[^\s\p{Cc}<>]{1,255}$/u;
const NOT_IN_ADDRESS = ' "%<>\\^`{|}';

/** The names of the attributes that `readFileOffer` understands. */
export const FILE_ATTRIBUTES: ReadonlySet<string> = new Set([
  "file-selector",
  "file-transfer-id",
  "file-disposition",
  "file-date",
  "file-icon",
  "file-range",
]);

/**
 * `attributes` holds one value a name, undefined for an attribute without value. Undefined when no
 * file is meant. What only decorates is left out when it is malformed; throws `FormatError` for the
 * rest.
 */
export function readFileOffer(
  attributes: ReadonlyMap<string, string | undefined>,
): FileOffer | undefined {
  const selector = attributes.get("file-selector");
  const transferId = attributes.get("file-transfer-id");
  if (!attributes.has("file-selector") && transferId === undefined) return undefined;
  if (transferId !== undefined && !TOKEN.test(transferId)) {
    throw new FormatError(FORMAT, 0, "file-transfer-id is malformed");
  }
  const disposition = attributes.get("file-disposition")?.toLowerCase() ?? "";
  const range = attributes.get("file-range");
  return {
    selector: selector === undefined ? ANY_FILE : readFileSelector(selector),
    transferId,
    disposition: TOKEN.test(disposition) ? disposition : undefined,
    dates: readDates(attributes.get("file-date") ?? ""),
    iconId: readIcon(attributes.get("file-icon") ?? ""),
    range: range === undefined ? undefined : readRange(range),
  };
}

/** Names and values of the attributes, in the order of RFC 5547. */
export function* writeFileOffer(
  file: FileOffer,
): Iterable<readonly [name: string, value: string | undefined]> {
  const selector = writeFileSelector(file.selector);
  yield ["file-selector", selector === "" ? undefined : selector];
  if (file.transferId !== undefined) yield ["file-transfer-id", token(file.transferId)];
  if (file.disposition !== undefined) yield ["file-disposition", token(file.disposition)];
  const dates = writeDates(file.dates);
  if (dates !== "") yield ["file-date", dates];
  if (file.iconId !== undefined) yield ["file-icon", `cid:${writeIcon(file.iconId)}`];
  if (file.range !== undefined) yield ["file-range", writeRange(file.range)];
}

function readDates(value: string): FileDates {
  const found = new Map<string, number | undefined>();
  for (const [, kind = "", text = ""] of value.matchAll(DATE)) found.set(kind, parseMailDate(text));
  return {
    creation: found.get("creation"),
    modification: found.get("modification"),
    read: found.get("read"),
  };
}

/** Numeric zones are asked for. RFC 5547 §6 */
function writeDates(dates: FileDates): string {
  return (["creation", "modification", "read"] as const)
    .flatMap((kind) => {
      const at = dates[kind];
      return at === undefined ? [] : [`${kind}:"${formatMailDate(at).replace("GMT", "+0000")}"`];
    })
    .join(" ");
}

function readIcon(value: string): string | undefined {
  const id = /^cid:/i.test(value) ? percentDecoded(value.slice("cid:".length)) : "";
  return ICON_ID.test(id) ? id : undefined;
}

function writeIcon(id: string): string {
  if (!ICON_ID.test(id)) throw new RangeError("not a Content-ID");
  return percentEncoded(id, NOT_IN_ADDRESS);
}

function readRange(value: string): FileRange {
  const [, from, to] = RANGE.exec(value) ?? [];
  const first = Number(from);
  const last = to === "*" ? undefined : Number(to);
  if (from === undefined || (last !== undefined && last < first)) {
    throw new FormatError(FORMAT, 0, "file-range is malformed");
  }
  return { first, last };
}

function writeRange({ first, last }: FileRange): string {
  const text = `${first}-${last ?? "*"}`;
  if (!RANGE.test(text) || (last ?? first) < first) throw new RangeError("not a file range");
  return text;
}

function token(text: string): string {
  if (!TOKEN.test(text)) throw new RangeError(`not a token: ${text}`);
  return text;
}

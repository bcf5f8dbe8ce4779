/** Whoever has the URL gets the file: as an attachment, whole or from where he was cut. RFC 9110 §14, RFC 6266 */
import { attachment, formatDisposition } from "@parlance/formats";
import { base64, parseHex } from "@parlance/wire";
import type { ContentFacts, StoredFile } from "../store/index.ts";
import {
  field,
  methodNotAllowed,
  notFound,
  refusal,
  type WebAnswer,
  type WebHeader,
  type WebRequest,
} from "../web/index.ts";
import { type ByteRange, readRange } from "./byte-range.ts";
import { DownloadBody } from "./download-body.ts";
import { hashOfLink, isLink } from "./link.ts";
import { servedType } from "./served-type.ts";
import type { FileWork } from "./work.ts";

/** A finished file whose time is not over. */
interface Downloadable extends StoredFile {
  readonly facts: ContentFacts;
}

const CACHED_SECONDS = 3_600;
/** Opened by itself, it would be a page without an origin that may load and run nothing. */
const SANDBOX: WebHeader = [
  "content-security-policy",
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; sandbox",
];

/** GET and HEAD. Throws `FormatError`: 400. */
export async function download(
  request: WebRequest,
  link: string,
  on: FileWork,
): Promise<WebAnswer> {
  if (request.method !== "GET" && request.method !== "HEAD") return methodNotAllowed("GET, HEAD");
  const file = await findByLink(link, on);
  if (file === undefined) return missed(on);
  const { facts } = file;
  const tag = tagOf(facts);
  const headers: WebHeader[] = [
    ["etag", tag],
    ["accept-ranges", "bytes"],
    ["repr-digest", `sha-256=:${base64(parseHex(facts.sha256))}:`], // RFC 9530 §3
    ...fieldsOf(file, on),
  ];
  if (isKnown(field(request, "if-none-match"), tag)) {
    on.counters.downloaded("not modified");
    return { status: 304, headers, body: undefined };
  }
  const typed: WebHeader[] = [...headers, ["content-type", servedType(file.type)]];
  const range = rangeIn(request, tag, facts.sizeBytes);
  if (range === "unsatisfiable") {
    on.counters.downloaded("refused");
    return refusal(416, "no such range", [["content-range", `bytes */${facts.sizeBytes}`]]);
  }
  if (request.method === "HEAD") {
    const length: WebHeader = ["content-length", String(facts.sizeBytes)];
    return { status: 200, headers: [...typed, length], body: undefined };
  }
  return send(request, file, { headers: typed, range }, on);
}

/** GET and HEAD of the image beside the file. */
export async function downloadThumbnail(
  request: WebRequest,
  link: string,
  on: FileWork,
): Promise<WebAnswer> {
  if (request.method !== "GET" && request.method !== "HEAD") return methodNotAllowed("GET, HEAD");
  const file = await findByLink(link, on);
  const thumbnail = file && (await on.store.thumbnail(file.id));
  if (file === undefined || thumbnail === undefined) return missed(on);
  on.counters.sent(thumbnail.bytes.length);
  const headers: WebHeader[] = [...fieldsOf(file, on), ["content-type", thumbnail.type]];
  return { status: 200, headers, body: thumbnail.bytes };
}

async function send(
  { source }: WebRequest,
  file: Downloadable,
  {
    headers,
    range,
  }: { readonly headers: readonly WebHeader[]; readonly range?: ByteRange | undefined },
  on: FileWork,
): Promise<WebAnswer> {
  const over = on.downloads.begin(source.host);
  if (over === undefined) return refusal(503, "too many downloads", [["retry-after", "10"]]);
  const { sizeBytes } = file.facts;
  const { from, to } = range ?? { from: 0, to: sizeBytes };
  const body = await DownloadBody.open(file.content, { from, to }, { over, ...on });
  if (body === undefined) {
    on.log.error("content of a file is gone", { file: file.id });
    return missed(on);
  }
  on.counters.downloaded(range === undefined ? "whole" : "part");
  const length: WebHeader = ["content-length", String(to - from)];
  if (range === undefined) return { status: 200, headers: [...headers, length], body };
  const place: WebHeader = ["content-range", `bytes ${from}-${to - 1}/${sizeBytes}`];
  return { status: 206, headers: [...headers, length, place], body };
}

/** Wrong, unfinished, expired and deleted look alike. */
async function findByLink(link: string, on: FileWork): Promise<Downloadable | undefined> {
  if (!isLink(link)) return undefined;
  const file = await on.store.findByLink(hashOfLink(on.hashing, link));
  if (file?.facts === undefined || file.expiresAt <= on.clock.now()) return undefined;
  return { ...file, facts: file.facts };
}

function missed(on: FileWork): WebAnswer {
  on.counters.downloaded("not found");
  return notFound();
}

function fieldsOf(file: StoredFile, { clock }: FileWork): readonly WebHeader[] {
  const leftSeconds = Math.floor((file.expiresAt - clock.now()) / 1_000);
  return [
    ["content-disposition", formatDisposition(attachment(file.name))],
    ["cache-control", `private, max-age=${Math.min(CACHED_SECONDS, leftSeconds)}`],
    SANDBOX,
  ];
}

/** The content never changes under its URL, so its hash is its name. */
function tagOf({ sha256 }: ContentFacts): string {
  return `"${sha256.slice(0, 32)}"`;
}

/** RFC 9110 §13.1.2 */
function isKnown(given: string | undefined, tag: string): boolean {
  if (given === undefined) return false;
  return (
    given === "*" || given.split(",", 16).some((one) => one.trim().replace(/^W\//, "") === tag)
  );
}

function rangeIn(
  request: WebRequest,
  tag: string,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  if (request.method !== "GET") return undefined; // RFC 9110 §14.2
  const condition = field(request, "if-range");
  if (condition !== undefined && condition !== tag) return undefined; // RFC 9110 §13.1.5
  return readRange(field(request, "range"), sizeBytes);
}

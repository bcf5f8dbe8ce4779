/** Frames to octets: requests, responses, and frames of which only the paths change. RFC 4975 §7.1, §7.2 */
import { octetBytes, utf8Length } from "@parlance/wire";
import type { Flag } from "./end-line.ts";
import type { MsrpFrame } from "./frame.ts";
import {
  endLine,
  headerLines,
  type PathLines,
  type RequestParts,
  type ResponseParts,
  requestLine,
  responseLine,
  usualComment,
} from "./parts.ts";
import { statusPhrase } from "./status-codes.ts";
import { writeText } from "./text-lines.ts";

const START = octetBytes("MSRP ");
const HYPHENS = octetBytes("-------");
const DOLLAR_LINE_END = octetBytes("$\r\n");

const SLAB_BYTES = 16_384;
/** What is larger gets memory of its own. */
const LARGEST_IN_SLAB = 4096;

/**
 * Writes frames into memory that it takes in large pieces: many small ones would cost more than all that is
 * written. One of them does for all connections. What it returned it never writes again.
 */
export class MsrpWriter {
  readonly #statusTexts = new Map<number, Uint8Array>();
  #slab: Uint8Array = new Uint8Array(0);
  #used = 0;

  request(parts: RequestParts): Uint8Array {
    const { transactionId, paths, body, flag = "$" } = parts;
    const start = requestLine(transactionId, parts.method);
    const headers = headerLines(parts.headers) + (body === undefined ? "" : "\r\n");
    const end = (body === undefined ? "" : "\r\n") + endLine(transactionId, flag);
    const out = this.#take(
      start.length + paths.bytes.length + utf8Length(headers) + (body?.length ?? 0) + end.length,
    );
    let at = writePieces(out, start, paths, headers);
    if (body !== undefined) {
      out.set(body, at);
      at += body.length;
    }
    writeText(out, at, end);
    return out;
  }

  /** A request up to its body, which follows in pieces, and then `endOfBody`. */
  headOfRequest(parts: RequestParts): Uint8Array {
    const start = requestLine(parts.transactionId, parts.method);
    const headers = `${headerLines(parts.headers)}\r\n`;
    const out = this.#take(start.length + parts.paths.bytes.length + utf8Length(headers));
    writePieces(out, start, parts.paths, headers);
    return out;
  }

  /** The CRLF behind a body and the end-line. */
  endOfBody(transactionId: string, flag: Flag): Uint8Array {
    const text = `\r\n${endLine(transactionId, flag)}`;
    const out = this.#take(text.length);
    writeText(out, 0, text);
    return out;
  }

  /** A response without a header of its own, the one that is sent all the time. */
  plainResponse(transactionId: string, status: number, paths: PathLines): Uint8Array {
    const what = this.#statusText(status);
    const pathBytes = paths.bytes;
    const idBytes = transactionId.length;
    const length = START.length + what.length + pathBytes.length + HYPHENS.length + 2 * idBytes;
    const out = this.#take(length + DOLLAR_LINE_END.length);
    out.set(START);
    let at = writeText(out, START.length, transactionId);
    out.set(what, at);
    at += what.length;
    out.set(pathBytes, at);
    at += pathBytes.length;
    out.set(HYPHENS, at);
    at = writeText(out, at + HYPHENS.length, transactionId);
    out.set(DOLLAR_LINE_END, at);
    return out;
  }

  response(parts: ResponseParts): Uint8Array {
    const start = responseLine(parts.transactionId, parts.status, usualComment(parts));
    const rest = headerLines(parts.headers ?? []) + endLine(parts.transactionId, "$");
    const out = this.#take(utf8Length(start) + parts.paths.bytes.length + utf8Length(rest));
    writePieces(out, start, parts.paths, rest);
    return out;
  }

  /**
   * The frame (or its head, when it is streamed) with other paths. Transaction id, all other lines and the
   * body leave octet for octet as they came.
   */
  readdress({ bytes, head }: MsrpFrame, paths: PathLines): Uint8Array {
    const { linesAt, toPath, fromPath } = head;
    if (toPath === undefined || fromPath === undefined) throw new TypeError("a frame has paths");
    if (toPath.at !== linesAt || fromPath.at !== toPath.end + 2) {
      return this.#readdressApart(bytes, linesAt, { toPath, fromPath }, paths);
    }
    const restAt = fromPath.end + 2;
    const out = this.#take(linesAt + paths.bytes.length + bytes.length - restAt);
    out.set(bytes.subarray(0, linesAt));
    out.set(paths.bytes, linesAt);
    out.set(bytes.subarray(restAt), linesAt + paths.bytes.length);
    return out;
  }

  /** Where the paths are not the first two lines, as they should be: there they are put. RFC 4975 §9 */
  #readdressApart(
    bytes: Uint8Array,
    linesAt: number,
    lines: Readonly<Record<"toPath" | "fromPath", { readonly at: number; readonly end: number }>>,
    paths: PathLines,
  ): Uint8Array {
    const [first, second] = [lines.toPath, lines.fromPath].toSorted((a, b) => a.at - b.at);
    if (first === undefined || second === undefined) throw new TypeError("two lines");
    const kept = [
      bytes.subarray(0, linesAt),
      paths.bytes,
      bytes.subarray(linesAt, first.at),
      bytes.subarray(first.end + 2, second.at),
      bytes.subarray(second.end + 2),
    ];
    const out = this.#take(kept.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of kept) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }

  #statusText(status: number): Uint8Array {
    const known = this.#statusTexts.get(status);
    if (known !== undefined) return known;
    const line = responseLine("0000", status, statusPhrase(status));
    const text = octetBytes(line.slice(line.indexOf(` ${status}`)));
    this.#statusTexts.set(status, text);
    return text;
  }

  #take(length: number): Uint8Array {
    if (length > LARGEST_IN_SLAB) return new Uint8Array(length);
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const piece = this.#slab.subarray(this.#used, this.#used + length);
    this.#used += length;
    return piece;
  }
}

function writePieces(out: Uint8Array, start: string, paths: PathLines, rest: string): number {
  let at = writeText(out, 0, start);
  out.set(paths.bytes, at);
  at += paths.bytes.length;
  return writeText(out, at, rest);
}

/** `GET /history/export`: all that a user has kept, as one file that is made as it goes out. */
import type { LimitWatch, User } from "../../../ports/index.ts";
import { refusal, type WebAnswer, type WebRequest } from "../../../web/index.ts";
import { allow, conversationIn, Refused } from "../asked.ts";
import type { HistoryWork } from "../work.ts";
import { csvArchive } from "./csv-archive.ts";
import { htmlArchive } from "./html-archive.ts";
import { jsonArchive, jsonLines } from "./json-archive.ts";
import type { Archive } from "./messages-of.ts";

interface Format {
  readonly type: string;
  readonly extension: string;
  readonly write: (archive: Archive) => AsyncGenerator<Uint8Array, void>;
}

const FORMATS = new Map<string, Format>([
  ["json", { type: "application/json", extension: "json", write: jsonArchive }],
  ["jsonl", { type: "application/jsonl", extension: "jsonl", write: jsonLines }],
  ["csv", { type: "text/csv; charset=utf-8", extension: "csv", write: csvArchive }],
  ["html", { type: "text/html; charset=utf-8", extension: "html", write: htmlArchive }],
]);

export class Exports {
  readonly #work: HistoryWork;
  readonly #most: number;
  readonly #hits: LimitWatch;
  /** Users whose archives are being read: one at a time each. */
  readonly #users = new Set<string>();

  constructor(
    work: HistoryWork,
    { exports, hits }: { readonly exports: number; readonly hits: LimitWatch },
  ) {
    this.#work = work;
    this.#most = exports;
    this.#hits = hits;
  }

  get count(): number {
    return this.#users.size;
  }

  async begin(request: WebRequest, user: User): Promise<WebAnswer> {
    allow(request, "format", "with");
    const format = FORMATS.get(request.query.get("format") ?? "json");
    if (format === undefined) throw new Refused(400, "unknown format");
    const conversation = conversationIn(request, this.#work);
    if (this.#users.has(user.name) || this.#users.size >= this.#most) {
      this.#hits.hit("historyExports", request.source.host);
      return refusal(429, "too many exports", [["retry-after", "10"]]);
    }
    const made = new Date(this.#work.clock.now());
    const pieces = format.write({ user, conversation, made, work: this.#work });
    this.#users.add(user.name);
    const over = (): void => void this.#users.delete(user.name);
    return {
      status: 200,
      headers: [
        ["cache-control", "no-store"],
        ["content-type", format.type],
        [
          "content-disposition",
          `attachment; filename="history-${made.toISOString().slice(0, 10)}.${format.extension}"`,
        ],
        ["content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"],
      ],
      body: new ArchiveBody(pieces, over),
    };
  }
}

/** Lets go however it ends, also when nobody has read a piece of it. */
class ArchiveBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #pieces: AsyncGenerator<Uint8Array, void>;
  readonly #over: () => void;

  constructor(pieces: AsyncGenerator<Uint8Array, void>, over: () => void) {
    this.#pieces = pieces;
    this.#over = over;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      const next = await this.#pieces.next();
      if (next.done === true) return await this.return();
      return next;
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#over();
    await this.#pieces.return();
    return { done: true, value: undefined };
  }
}

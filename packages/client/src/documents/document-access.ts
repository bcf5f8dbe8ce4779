/** Requests to the XCAP server of the account: proved by digest, each with a deadline. RFC 4825 §8, RFC 7616 */
import { Authorization, DigestClient } from "@parlance/sip";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { FetchAnswer } from "../files/fetch.ts";
import { challengesIn, type FilePorts, fetchWithin, type WebAccount } from "../files/web-access.ts";
import { readWebUrl } from "../files/web-url.ts";

export interface DocumentAsk {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Below the root. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: Signal | undefined;
}

export interface DocumentAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly etag: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly body: Uint8Array;
}

const PEER = "document server";
const MOST_TRIES = 3; // a stale nonce on top of a first challenge
/** Above what any server lets a document be: more is none. */
const MOST_BYTES = 16_777_216;

export class DocumentAccess {
  readonly #ports: Pick<FilePorts, "fetch" | "clock">;
  readonly #root: string;
  /** What a request names in its credentials: the path as a server sees it. */
  readonly #rootPath: string;
  /** Requests overtake one another, and servers count how often a nonce is used: each is for one request at a time. RFC 7616 §3.4 */
  readonly #idle: DigestClient[] = [];
  readonly #newDigest: () => DigestClient;

  /** `root`: `https://im.example.com/xcap`. Throws TypeError for no web URL. */
  constructor(ports: Omit<FilePorts, "startHash">, account: WebAccount, root: string) {
    const url = readWebUrl(root);
    if (url === undefined)
      throw new TypeError(`documents: expected https://HOST/xcap, not ${root}`);
    this.#ports = ports;
    this.#root = root.replace(/\/$/, "");
    this.#rootPath = url.path.replace(/\/$/, "");
    this.#newDigest = () => new DigestClient({ ...account, realm: undefined, peer: PEER }, ports);
  }

  /** What documents of this server are written with as their root. */
  get root(): string {
    return `${this.#root}/`;
  }

  /** Any answer but 401. Rejects with ImError: "not authenticated", "offline", "timeout", "aborted". */
  async ask(ask: DocumentAsk): Promise<DocumentAnswer> {
    const digest = this.#idle.pop() ?? this.#newDigest();
    try {
      return await this.#ask(ask, digest);
    } finally {
      this.#idle.push(digest);
    }
  }

  async #ask(ask: DocumentAsk, digest: DigestClient): Promise<DocumentAnswer> {
    const { method, path, headers = {}, body, signal } = ask;
    const uri = `${this.#rootPath}/${path}`;
    const over = { method, uri, body: body ?? new Uint8Array(0) };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const shown = digest.authorize(over, PEER);
      const proof =
        shown === undefined ? {} : { authorization: Authorization.write([shown])[0] ?? "" };
      const request = { method, headers: { ...headers, ...proof }, body };
      const answer = await fetchWithin(this.#ports, `${this.#root}/${path}`, request, signal);
      const read = await readAnswer(answer); // to its end: a browser takes back what nobody reads
      if (read.status !== 401) return read;
      const challenges = challengesIn(answer.headers.get("www-authenticate") ?? "");
      if (digest.challenged(challenges, PEER, shown) !== "retry") break;
    }
    throw new ImError("not authenticated", { status: 401 });
  }
}

async function readAnswer(answer: FetchAnswer): Promise<DocumentAnswer> {
  const { status, headers } = answer;
  const seconds = headers.get("retry-after") ?? "";
  return {
    status,
    type: headers.get("content-type")?.split(";")[0]?.trim().toLowerCase(),
    etag: headers.get("etag") ?? undefined,
    retryAfterMs: /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined,
    body: await bodyOf(answer),
  };
}

/** As a whole: of a small answer that is read as a stream Chromium may say that it was aborted, with all of it there. */
async function bodyOf(answer: FetchAnswer): Promise<Uint8Array> {
  const { status, headers, body } = answer;
  if (Number(headers.get("content-length")) > MOST_BYTES) {
    await body?.getReader().cancel();
    throw new ImError("too large", { status });
  }
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > MOST_BYTES) throw new ImError("too large", { status });
  return bytes;
}

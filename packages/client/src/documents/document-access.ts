/** Requests to the XCAP server of the account: proved by digest, each with a deadline. RFC 4825 §8, RFC 7616 */
import { Authorization, DigestClient } from "@parlance/sip";
import { concatBytes } from "@parlance/wire";
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
  readonly #digest: DigestClient;

  /** `root`: `https://im.example.com/xcap`. Throws TypeError for no web URL. */
  constructor(ports: FilePorts, account: WebAccount, root: string) {
    const url = readWebUrl(root);
    if (url === undefined)
      throw new TypeError(`documents: expected https://HOST/xcap, not ${root}`);
    this.#ports = ports;
    this.#root = root.replace(/\/$/, "");
    this.#rootPath = url.path.replace(/\/$/, "");
    this.#digest = new DigestClient({ ...account, realm: undefined, peer: PEER }, ports);
  }

  /** What documents of this server are written with as their root. */
  get root(): string {
    return `${this.#root}/`;
  }

  /** Any answer but 401. Rejects with ImError: "not authenticated", "offline", "timeout", "aborted". */
  async ask(ask: DocumentAsk): Promise<DocumentAnswer> {
    const { method, path, headers = {}, body, signal } = ask;
    const uri = `${this.#rootPath}/${path}`;
    const over = { method, uri, body: body ?? new Uint8Array(0) };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const shown = this.#digest.authorize(over, PEER);
      const proof =
        shown === undefined ? {} : { authorization: Authorization.write([shown])[0] ?? "" };
      const request = { method, headers: { ...headers, ...proof }, body };
      const answer = await fetchWithin(this.#ports, `${this.#root}/${path}`, request, signal);
      if (answer.status !== 401) return readAnswer(answer);
      const challenges = challengesIn(answer.headers.get("www-authenticate") ?? "");
      if (this.#digest.challenged(challenges, PEER, shown) !== "retry") break;
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

async function bodyOf({ status, body }: FetchAnswer): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const reader = body?.getReader();
  let bytes = 0;
  try {
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      bytes += next.value.length;
      if (bytes > MOST_BYTES) {
        await reader?.cancel();
        throw new ImError("too large", { status });
      }
      pieces.push(next.value);
    }
  } catch (cause) {
    throw cause instanceof ImError ? cause : new ImError("offline", { cause });
  }
  return concatBytes(...pieces);
}

/** The file store over stores in memory: requests as values, and a clock that goes when a test lets it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { concatBytes, type StartHash, utf8Bytes, utf8Text } from "@parlance/wire";
import { hashing } from "../core/machine-ports.test.ts";
import { type Bounds, limitsWith } from "../limits.ts";
import type { User } from "../ports/index.ts";
import {
  type Disk,
  type MemoryContent,
  type MemoryStores,
  memoryContent,
  memoryStores,
} from "../store/index.ts";
import { HandClock } from "../testing/clock.ts";
import { CountedMetrics, NotedHits } from "../testing/ports.ts";
import { refusal, type WebAnswer, type WebRequest } from "../web/index.ts";
import { Files } from "./index.ts";

export const BASE = "https://im.example.com";

export interface Ask {
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly host?: string;
}

/** What came back, read to its end. */
export interface Told {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Of an answer in JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export class FileWorld {
  readonly clock = new HandClock();
  readonly metrics = new CountedMetrics();
  readonly hits = new NotedHits();
  readonly logged: string[] = [];
  readonly stores: MemoryStores;
  readonly content: MemoryContent;
  readonly files: Files;
  readonly #disk: Disk | undefined;
  readonly #limits: Partial<Bounds>;

  constructor(limits: Partial<Bounds> = {}, disk?: Disk, before?: FileWorld) {
    this.#limits = limits;
    this.#disk = disk;
    const onDisk = disk === undefined ? {} : { disk };
    this.stores = memoryStores({
      ...onDisk,
      ...(before && { image: before.stores.image() }),
    });
    this.content = memoryContent({
      random: RANDOM,
      startHash,
      now: () => this.clock.now(),
      ...onDisk,
      ...(before && { image: before.content.image() }),
    });
    const log = (event: string, fields = {}) =>
      void this.logged.push(`${event} ${JSON.stringify(fields)}`);
    this.files = new Files(
      {
        store: this.stores.files,
        content: this.content,
        login: async (request) => loginOf(request),
        clock: this.clock,
        random: RANDOM,
        hashing,
        log: { info: log, warn: log, error: log },
        metrics: this.metrics,
        hits: this.hits,
      },
      { limits: limitsWith(limits), publicUrl: () => BASE },
    );
  }

  /** As kill -9: what was durable is there, and nobody has heard of the rest. */
  crash(): FileWorld {
    return new FileWorld(this.#limits, this.#disk, this);
  }

  async ask(method: string, url: string, ask: Ask = {}): Promise<Told> {
    return told(await this.answer(method, url, ask));
  }

  answer(method: string, url: string, ask: Ask = {}): Promise<WebAnswer> {
    const target = url.replace(BASE, "");
    const [path = "", query = ""] = target.split("?", 2);
    const headers = new Map(
      Object.entries(ask.headers ?? {}).map(([name, value]) => [name, [value]]),
    );
    if (ask.user !== undefined) headers.set("x-user", [ask.user]);
    return this.files.handle({
      method,
      target,
      path: path.split("/").filter((segment) => segment !== ""),
      query: new Map(new URLSearchParams(query)),
      headers,
      source: { host: ask.host ?? "192.0.2.1", secure: true },
      body: bodyOf(ask.body ?? new Uint8Array(0)),
    });
  }

  /** A whole file in one request; its URLs. */
  async upload(content: string | Uint8Array, ask: Ask = {}): Promise<Uploaded> {
    const { json, status, text } = await this.ask("POST", "/files", {
      user: "alice",
      ...ask,
      body: content,
    });
    assert.equal(status, 201, text);
    return { url: String(json["url"]), upload: String(json["upload"]), id: String(json["id"]) };
  }

  /** An upload of which nothing has come. */
  async begin(headers: Readonly<Record<string, string>> = {}): Promise<Uploaded> {
    return this.upload("", { headers: { "upload-complete": "?0", ...headers } });
  }

  patch(url: string, offset: number, body: Ask["body"], complete = false): Promise<Told> {
    return this.ask("PATCH", url, {
      user: "alice",
      headers: {
        ...PARTIAL,
        "upload-offset": String(offset),
        "upload-complete": complete ? "?1" : "?0",
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Everything that could be read in a place where no name and no URL may stand. */
  get traces(): string {
    return [...this.logged, ...this.metrics.labelled.keys()].join("\n");
  }
}

export interface Uploaded {
  readonly url: string;
  readonly upload: string;
  readonly id: string;
}

export const PARTIAL = { "content-type": "application/partial-upload" };

/** A body of which pieces come when the test gives them. */
export class SlowBody implements AsyncIterable<Uint8Array> {
  readonly #pieces: (Uint8Array | Error | undefined)[] = [];
  #wake: (() => void) | undefined;

  give(piece: string | Error): void {
    this.#pieces.push(typeof piece === "string" ? utf8Bytes(piece) : piece);
    this.#wake?.();
  }

  end(): void {
    this.#pieces.push(undefined);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#pieces.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  }
}

export async function told({ status, headers, body }: WebAnswer): Promise<Told> {
  const bytes = await bytesOf(body);
  const names = new Map(headers);
  const text = new TextDecoder().decode(bytes);
  const isJson = names.get("content-type") === "application/json";
  return { status, headers: names, bytes, text, json: isJson ? JSON.parse(utf8Text(bytes)) : {} };
}

async function bytesOf(body: WebAnswer["body"]): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array(0);
  if (typeof body === "string") return utf8Bytes(body);
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return concatBytes(...pieces);
}

function bodyOf(body: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return body;
  const bytes = typeof body === "string" ? utf8Bytes(body) : body;
  return (async function* pieces() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.slice(at, at + 65_536);
  })();
}

function loginOf({ headers }: WebRequest) {
  const [name] = headers.get("x-user") ?? [];
  if (name === undefined) return { do: "refuse", answer: refusal(401, "unauthorized") } as const;
  return { do: "accept", user: userNamed(name) } as const;
}

function userNamed(name: string): User {
  const address = `sip:${name}@im.example.com`;
  return { name, address, identities: [address], displayName: undefined, disabled: false };
}

const RANDOM = {
  bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  token: (bits: number) =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(Math.ceil(bits / 8)))).toString("base64url"),
};

const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm === "sha-1" ? "sha1" : "sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
};

test("a file that was uploaded in one request can be downloaded by its URL alone", async () => {
  const world = new FileWorld();
  const { url } = await world.upload("hello", { headers: { "content-type": "text/plain" } });
  const { status, text } = await world.ask("GET", url);
  assert.equal(status, 200);
  assert.equal(text, "hello");
});

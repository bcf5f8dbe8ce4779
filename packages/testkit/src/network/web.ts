/** HTTP between clients and the server of a world: requests and answers as values, piece by piece over the same links. */
import type { Fetch, FetchAnswer, FetchRequest } from "@parlance/client";
import { BodyEnded, type WebAnswer, type WebHandler, type WebRequest } from "@parlance/server";
import { type Clock, concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import type { Life } from "../machine/life.ts";
import type { Host } from "./host.ts";
import type { Carried } from "./link.ts";

const PIECE_BYTES = 65_536;
/** A server gives up a peer from whom nothing comes. */
const SLOW_MS = 10_000;

export class Web {
  readonly #clock: Clock;
  readonly #origin: string;
  readonly #exchanges = new Set<Exchange>();
  #handler: WebHandler | undefined;

  constructor(clock: Clock, origin: string) {
    this.#clock = clock;
    this.#origin = origin;
  }

  /** The server has come; undefined: it has gone, and everybody who asked it hears so. */
  serve(handler: WebHandler | undefined): void {
    this.#handler = handler;
    for (const exchange of this.#exchanges) exchange.break("the server has gone");
  }

  /** For a program on that host. */
  fetchFrom(host: Host, life: Life): Fetch {
    return async (url, request) => {
      if (!url.startsWith(`${this.#origin}/`)) throw new Error(`no such host: ${url}`);
      const exchange = new Exchange(host, life.clock);
      this.#exchanges.add(exchange);
      host.link.add(exchange);
      request.signal.addEventListener("abort", () => exchange.break("given up"), { once: true });
      if (request.signal.aborted) exchange.break("given up");
      const over = (): void => {
        this.#exchanges.delete(exchange);
        host.link.delete(exchange);
      };
      try {
        await exchange.pass();
        if (this.#handler === undefined) throw new Error("connection refused");
        const asked = this.#request(url.slice(this.#origin.length), request, exchange);
        const answer = await exchange.orBroken(this.#handler(asked));
        await exchange.pass();
        return received(answer, exchange, over);
      } catch (error) {
        over();
        throw error;
      }
    };
  }

  #request(
    target: string,
    { method, headers, body }: FetchRequest,
    exchange: Exchange,
  ): WebRequest {
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const octets = typeof body === "string" ? utf8Bytes(body) : (body ?? new Uint8Array(0));
    return {
      method,
      target,
      path: path.slice(1).split("/").map(decodeURIComponent),
      query: queryOf(mark < 0 ? "" : target.slice(mark + 1)),
      headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
      source: { host: exchange.host.address, secure: true },
      body: sent(octets, exchange, this.#clock),
    };
  }
}

function queryOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split("&").filter((pair) => pair !== "");
  return new Map(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [decodeURIComponent(name), decodeURIComponent(value.join("="))] as const;
    }),
  );
}

/** One request and its answer: breaks with the link, and forgets its way when that falls silent. */
class Exchange implements Carried {
  stale = false;
  readonly host: Host;
  readonly #clock: Clock;
  readonly #broken = Promise.withResolvers<never>();
  #isBroken = false;

  constructor(host: Host, clock: Clock) {
    this.host = host;
    this.#clock = clock;
    this.#broken.promise.catch(() => {}); // told to whoever waits
    this.stale = host.link.silent;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  break(reason: string): void {
    this.#isBroken = true;
    this.#broken.reject(new Error(reason));
  }

  orBroken<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#broken.promise]);
  }

  /** One packet over the link; never resolves on a way that has been forgotten. */
  pass(): Promise<void> {
    const passed = new Promise<void>((resolve) => {
      this.#clock.schedule(this.host.link.streamDelay(), () => {
        if (!this.stale) resolve();
      });
    });
    return this.orBroken(passed);
  }
}

/** The body as it comes to the server. */
async function* sent(
  octets: Uint8Array,
  exchange: Exchange,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += PIECE_BYTES) {
    const slow = new Promise<"slow">((resolve) => {
      clock.schedule(SLOW_MS, () => resolve("slow"));
    });
    const passed = exchange.pass().then(
      () => "passed" as const,
      () => "gone" as const,
    );
    const fate = await Promise.race([passed, slow]);
    if (fate !== "passed") throw new BodyEnded(fate);
    yield octets.slice(at, at + PIECE_BYTES);
  }
}

function received(answer: WebAnswer, exchange: Exchange, over: () => void): FetchAnswer {
  const pieces = piecesOf(answer.body)[Symbol.asyncIterator]();
  const end = async (): Promise<void> => {
    over();
    await pieces.return(undefined);
  };
  const read = async () => {
    try {
      const next = await exchange.orBroken(pieces.next());
      if (next.done === true) {
        over();
        return { done: true };
      }
      await exchange.pass();
      return { done: false, value: next.value };
    } catch (error) {
      await end();
      throw error;
    }
  };
  const whole = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const all: Uint8Array[] = [];
    for (let next = await read(); next.value !== undefined; next = await read()) {
      all.push(next.value);
    }
    return concatBytes(...all);
  };
  return {
    status: answer.status,
    headers: { get: (name) => fieldIn(answer, name.toLowerCase()) },
    body: { getReader: () => ({ read, cancel: end }) },
    text: async () => utf8Text(await whole()),
    arrayBuffer: async () => (await whole()).buffer,
  };
}

async function* piecesOf(body: WebAnswer["body"]): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === "string") yield utf8Bytes(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

function fieldIn({ headers }: WebAnswer, wanted: string): string | null {
  const values = headers.filter(([name]) => name === wanted).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

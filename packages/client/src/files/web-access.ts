/** Requests to one web server: with a deadline, with a token where it is the user's own, and with errors that tell what helps. */
import { Authorization, DigestClient, WwwAuthenticate } from "@parlance/sip";
import type { Clock, DigestSecret, PlainHashing, Random, StartHash } from "@parlance/wire";
import { ImError, type ImErrorCode } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Fetch, FetchAnswer } from "./fetch.ts";
import { Stop } from "./stop.ts";
import { readWebUrl } from "./web-url.ts";

export interface FilePorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PlainHashing;
  readonly startHash: StartHash;
}

export interface WebAccount {
  readonly username: string;
  readonly password: string | DigestSecret;
}

export interface Ask {
  readonly method: string;
  /** Below the server's URL: `/files`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal: Signal | undefined;
}

const DEADLINE_MS = 60_000; // the smallest piece of an upload needs a kilobyte a second
/** What a token is for. */
export type Audience = "files" | "history" | "account";

const PEER = "file server";
/** A token that ends while a request is on its way would be refused. */
const TOKEN_SLACK_MS = 30_000;

interface Token {
  readonly text: string;
  readonly until: number;
}

export class WebAccess {
  readonly #ports: FilePorts;
  readonly #base: string;
  readonly #path: string;
  readonly #audience: Audience;
  readonly #digest: DigestClient;
  #token: Token | undefined;
  /** One for all who ask meanwhile. */
  #coming: Promise<Token> | undefined;

  /** `base`: the server's URL, without a slash at its end. Throws TypeError for anything else. */
  constructor(ports: FilePorts, account: WebAccount, base: string, audience: Audience = "files") {
    const url = readWebUrl(base);
    if (url === undefined) throw new TypeError(`fileServer: expected https://HOST, not ${base}`);
    this.#ports = ports;
    this.#audience = audience;
    this.#base = base.replace(/\/$/, "");
    this.#path = url.path.replace(/\/$/, "");
    this.#digest = new DigestClient({ ...account, realm: undefined, peer: PEER }, ports);
  }

  /** An answer below 400; anything else is an ImError. A token that has become void is replaced once. */
  async ask(ask: Ask): Promise<FetchAnswer> {
    const token = await this.#currentToken(ask.signal);
    const answer = await this.#askWith(token, ask);
    if (answer.status !== 401) return accepted(answer);
    await readOut(answer);
    if (this.#token === token) this.#token = undefined; // else another request has a new one already
    return accepted(await this.#askWith(await this.#currentToken(ask.signal), ask));
  }

  #askWith({ text }: Token, { headers, ...ask }: Ask): Promise<FetchAnswer> {
    return this.#fetch({ ...ask, headers: { ...headers, authorization: `Bearer ${text}` } });
  }

  /** Whoever gives up takes it from nobody else. */
  async #currentToken(signal: Signal | undefined): Promise<Token> {
    const { clock } = this.#ports;
    if (this.#token !== undefined && this.#token.until > clock.now()) return this.#token;
    this.#coming ??= this.#newToken(clock.now()).finally(() => {
      this.#coming = undefined;
    });
    const stop = new Stop(clock, signal);
    try {
      this.#token = await stop.inTime(this.#coming, DEADLINE_MS);
      return this.#token;
    } catch (cause) {
      throw failureOf(cause, stop, signal);
    } finally {
      stop.done();
    }
  }

  /** RFC 7616 earns RFC 6750. */
  async #newToken(now: number): Promise<Token> {
    const over = { method: "POST", uri: `${this.#path}/token`, body: new Uint8Array(0) };
    let answer: FetchAnswer | undefined;
    for (;;) {
      const shown = this.#digest.authorize(over, PEER);
      answer = await this.#fetch({
        method: "POST",
        path: "/token",
        headers: {
          "content-type": "application/json",
          ...(shown === undefined ? {} : { authorization: Authorization.write([shown])[0] ?? "" }),
        },
        body: JSON.stringify({ audience: this.#audience }),
        signal: undefined,
      });
      if (answer.status !== 401) break;
      await readOut(answer);
      const challenges = challengesIn(answer.headers.get("www-authenticate") ?? "");
      if (this.#digest.challenged(challenges, PEER, shown) !== "retry") {
        throw new ImError("not authenticated", { status: 401 });
      }
    }
    const told = await jsonIn(await accepted(answer));
    const { access_token: text, expires_in: seconds } = told;
    if (typeof text !== "string" || typeof seconds !== "number") {
      throw new ImError("server trouble", { warning: "no token in the answer" });
    }
    return { text, until: now + seconds * 1_000 - TOKEN_SLACK_MS };
  }

  #fetch({ path, method, headers = {}, body, signal }: Ask): Promise<FetchAnswer> {
    return fetchWithin(this.#ports, `${this.#base}${path}`, { method, headers, body }, signal);
  }
}

/** Rejects with ImError: "aborted" by the caller, "timeout", or "offline" when no answer came; so does what reads the answer. */
export async function fetchWithin(
  { fetch, clock }: Pick<FilePorts, "fetch" | "clock">,
  url: string,
  request: Pick<Parameters<Fetch>[1], "method" | "headers" | "body">,
  signal: Signal | undefined,
): Promise<FetchAnswer> {
  const stop = new Stop(clock, signal);
  stop.within(DEADLINE_MS);
  try {
    return readInTime(await fetch(url, { ...request, signal: stop }), stop, { clock, signal });
  } catch (cause) {
    throw failureOf(cause, stop, signal);
  } finally {
    stop.done();
  }
}

/** A line that falls silent behind the head of an answer may never say so. `whole`: ends the request. */
function readInTime(
  answer: FetchAnswer,
  whole: Stop,
  { clock, signal }: Pick<FilePorts, "clock"> & Pick<Ask, "signal">,
): FetchAnswer {
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    const stop = new Stop(clock, signal);
    try {
      return await stop.inTime(work, DEADLINE_MS);
    } catch (cause) {
      if (stop.aborted) whole.stop();
      throw failureOf(cause, stop, signal);
    } finally {
      stop.done();
    }
  };
  const { status, headers, body } = answer;
  return {
    status,
    headers,
    body: body && {
      getReader: () => {
        const reader = body.getReader();
        return {
          read: () => inTime(reader.read()),
          cancel: (reason) => reader.cancel(reason),
        };
      },
    },
    text: () => inTime(answer.text()),
    arrayBuffer: () => inTime(answer.arrayBuffer()),
  };
}

export function failureOf(cause: unknown, stop: Stop, signal: Signal | undefined): ImError {
  if (cause instanceof ImError) return cause;
  if (signal?.aborted === true) return new ImError("aborted", { cause });
  return new ImError(stop.aborted ? "timeout" : "offline", { cause });
}

export async function jsonIn(answer: FetchAnswer): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await answer.text());
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    if (error instanceof ImError) throw error;
    // told below: another server answered
  }
  throw new ImError("server trouble", { status: answer.status, temporary: true });
}

/** Rejects with what an error status means to an application. */
export async function accepted(answer: FetchAnswer): Promise<FetchAnswer> {
  const { status } = answer;
  if (status < 400) return answer;
  const retryAfterMs = secondsIn(answer.headers.get("retry-after"));
  const warning = await wordsIn(answer);
  const [code, temporary] = meaningOf(status);
  throw new ImError(code, {
    status,
    temporary,
    ...(warning === undefined ? {} : { warning }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaningOf(status: number): readonly [ImErrorCode, boolean] {
  switch (status) {
    case 401:
    case 403:
      return ["not authenticated", false];
    case 404:
    case 410:
      return ["expired", false];
    case 408:
      return ["timeout", true];
    case 409:
      return ["busy", true]; // where to go on has to be asked
    case 413:
      return ["too large", false];
    case 429:
    case 503:
      return ["busy", true];
    default:
      return status >= 500 && status !== 507 ? ["server trouble", true] : ["refused", false];
  }
}

async function wordsIn(answer: FetchAnswer): Promise<string | undefined> {
  if (answer.headers.get("content-type") !== "application/json") {
    await readOut(answer);
    return undefined;
  }
  try {
    const { error } = await jsonIn(answer);
    return typeof error === "string" ? error.slice(0, 200) : undefined;
  } catch {
    return undefined; // the status says enough
  }
}

/** An answer of which something is left unread is taken back by a browser, as a request that has failed. */
async function readOut(answer: FetchAnswer): Promise<void> {
  await answer.text().catch(() => {}); // the status says enough
}

function secondsIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}

/** `fetch` puts several lines of a field behind each other. */
export function challengesIn(text: string) {
  return text
    .split(/, *(?=Digest )/i)
    .filter((one) => /^Digest /i.test(one))
    .flatMap((one) => WwwAuthenticate.read(one.replace(/, *Bearer .*$/i, "")));
}

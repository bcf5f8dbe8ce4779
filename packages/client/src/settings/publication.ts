/** Keeps what this device has set published, over cuts and restarts. OMA IM 5.2.4, RFC 3903 §4 */
import {
  Expires,
  headers,
  MinExpires,
  type PublisherInput,
  type PublisherStep,
  type Publishing,
  publisherDeadline,
  SipETag,
  type SipResponse,
  startPublishing,
  stepPublisher,
} from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Requests } from "../connection/requests.ts";
import type { Sender } from "../sending/pager-message.ts";
import { refusalError } from "../session/media/call-error.ts";
import type { ClientStore } from "../store/client-store.ts";
import { publishRequest } from "./publish-request.ts";
import {
  formatWords,
  type Ids,
  NO_WORDS,
  SETTINGS,
  type ServiceSettings,
  type Words,
} from "./service-settings.ts";

export interface PublicationPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly sender: Sender;
  readonly store: ClientStore;
  readonly ids: Ids;
  readonly report: (error: unknown) => void;
}

/** Somebody who waits until the server has his words. */
interface Waiting {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: ImError) => void;
}

/** What the next run goes on with. */
interface Kept {
  readonly words: Words;
  readonly etag: string | undefined;
  readonly expiresAt: number | undefined;
}

/** What 3GPP recommends for registrations: longer than a holiday's first week is asked of nobody. TS 24.229 §5.1.1.2 */
const SECONDS = 600_000;
const KEY = "settings";

export class Publication {
  readonly #ports: PublicationPorts;
  #publishing: Publishing | undefined;
  #words = NO_WORDS;
  /** Those that the server has. */
  #accepted = NO_WORDS;
  /** Counts the changes of the words. */
  #version = 0;
  /** That of the words which are on their way, or were. */
  #sent = 0;
  #said = NO_WORDS;
  #waiting: Waiting[] = [];
  #wake: Cancel = () => {};
  #ended = false;

  constructor(ports: PublicationPorts) {
    this.#ports = ports;
  }

  get words(): Words {
    return this.#words;
  }

  /** Some of them are still to be said: the server does not know them yet. */
  get pending(): boolean {
    return this.#waiting.length > 0;
  }

  /** Goes on with what an earlier run has published. IM-5.2.4-P1 */
  async restore(): Promise<void> {
    const kept = readKept(await this.#ports.store.value(KEY));
    if (kept === undefined || this.#publishing !== undefined) return;
    const { etag, expiresAt } = kept;
    this.#words = kept.words;
    this.#accepted = kept.words;
    const now = this.#ports.clock.now();
    const forgotten = etag === undefined || expiresAt === undefined;
    const { publishing } = startPublishing(SECONDS);
    const idle = { ...publishing, underWay: undefined, owed: forgotten };
    this.#publishing = { ...idle, etag, expiresAt, refreshAt: now };
    this.#input(forgotten ? { kind: "content changed" } : { kind: "time" });
  }

  /** Resolves when the server has them; it is tried until it does. Rejects with ImError when it refuses. */
  say(words: Words): Promise<void> {
    if (this.#ended) return Promise.reject(new ImError("closed"));
    this.#words = words;
    this.#version += 1;
    const version = this.#version;
    const said = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ version, resolve, reject });
    });
    if (this.#publishing === undefined)
      this.#take(startPublishing(SECONDS)); // IM-5.2.4-01
    else this.#input({ kind: "content changed" });
    return said;
  }

  /** For the next time that they are said; while some are still to be said, it is they that count. */
  correct(words: Words): void {
    if (this.pending) return;
    this.#words = words;
    this.#accepted = words;
  }

  /** What was given up for want of a line goes at once. */
  lineIsBack(): void {
    const of = this.#publishing;
    if (of?.againAt === undefined) return;
    this.#publishing = { ...of, againAt: this.#ports.clock.now() };
    this.#input({ kind: "time" });
  }

  /** The server keeps it: what a user has set holds when his program has ended. */
  end(): void {
    this.#ended = true;
    this.#wake();
    for (const { reject } of this.#waiting.splice(0)) reject(new ImError("closed"));
  }

  #input(input: PublisherInput): void {
    if (this.#publishing === undefined || this.#ended) return;
    this.#take(stepPublisher(this.#publishing, input, this.#ports.clock.now()));
  }

  #take({ publishing, publish }: PublisherStep): void {
    const { clock, requests, random, sender, ids } = this.#ports;
    this.#publishing = publishing;
    this.#wake();
    const deadline = publisherDeadline(publishing);
    if (deadline !== undefined) {
      const wait = Math.max(0, deadline - clock.now());
      this.#wake = clock.schedule(wait, () => this.#input({ kind: "time" }));
    }
    if (publish === undefined) return;
    if (publish.withContent) {
      this.#sent = this.#version;
      this.#said = this.#words;
    }
    const document = (): Uint8Array => formatWords(this.#words, ids);
    const request = publishRequest(publish, document, { sender, random });
    requests.send(request).then(
      (response) => this.#answered(response),
      (error: unknown) => this.#lost(error),
    );
  }

  #answered(response: SipResponse): void {
    const { status } = response;
    const settled = this.#sent;
    const said = this.#said;
    const { underWay } = this.#publishing ?? {};
    const step = stepOf(this.#publishing, response, this.#ports.clock.now());
    if (step === undefined || this.#ended) return;
    this.#take(step);
    if (step.failed !== undefined) return this.#refused(refusalError(response), settled);
    if (status >= 300) return;
    if (underWay === "content") {
      this.#accepted = said;
      this.#settle(settled, ({ resolve }) => resolve()); // IM-5.2.4-K1
    }
    this.#keep().catch(this.#ports.report);
  }

  #lost(error: unknown): void {
    if (this.#ended) return;
    const hopeless = error instanceof ImError && error.code === "not authenticated";
    if (!hopeless) return this.#input({ kind: "lost" });
    this.#input({ kind: "answered", status: 403 });
    this.#refused(error, this.#sent);
  }

  #refused(error: ImError, version: number): void {
    if (this.#version === version) this.#words = this.#accepted;
    const heard = this.#settle(version, ({ reject }) => reject(error));
    if (!heard) this.#ports.report(error);
  }

  /** Everybody whose words were among those; false when nobody waits. */
  #settle(version: number, settle: (waiting: Waiting) => void): boolean {
    const settled = this.#waiting.filter((one) => one.version <= version);
    this.#waiting = this.#waiting.filter((one) => one.version > version);
    for (const one of settled) settle(one);
    return settled.length > 0;
  }

  async #keep(): Promise<void> {
    const { etag, expiresAt } = this.#publishing ?? {};
    const kept: Kept = { words: this.#accepted, etag, expiresAt };
    await this.#ports.store.setValue(KEY, JSON.stringify(kept));
  }
}

function stepOf(
  publishing: Publishing | undefined,
  response: SipResponse,
  now: number,
): PublisherStep | undefined {
  if (publishing === undefined) return undefined;
  const { status } = response;
  const input: PublisherInput = {
    kind: "answered",
    status,
    etag: response.get(SipETag),
    expiresS: response.get(Expires),
    minExpiresS: response.get(MinExpires),
    retryAfterS: response.get(headers.RetryAfter)?.seconds,
  };
  return stepPublisher(publishing, input, now);
}

/** Of another version, or of nobody: then nothing was said. */
function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  const kept = fieldsOf(jsonIn(text));
  const words = fieldsOf(kept["words"]);
  const { etag, expiresAt } = kept;
  return {
    words: { here: flagsIn(words["here"]), everywhere: flagsIn(words["everywhere"]) },
    etag: typeof etag === "string" ? etag : undefined,
    expiresAt: typeof expiresAt === "number" ? expiresAt : undefined,
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // written by something else
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function flagsIn(value: unknown): Partial<ServiceSettings> {
  const fields = fieldsOf(value);
  const said = SETTINGS.filter((name) => typeof fields[name] === "boolean");
  return Object.fromEntries(said.map((name) => [name, fields[name]]));
}

/** Wakes devices by asking a service of the operator's: one signed POST for each. https://www.standardwebhooks.com */
import { createHmac } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { PushService, Wake, WakeOutcome } from "@parlance/server";
import type { Secret } from "../secrets/index.ts";

export interface PushWebhookOptions {
  /** The one place that is asked: no answer leads to another. */
  readonly url: string;
  readonly providers: readonly string[];
  /** `whsec_` and base64 of at least 24 octets. */
  readonly secret: Secret<string>;
  readonly limits?: Partial<PushWebhookLimits>;
  /** Told of what did not work, in words of ours. */
  readonly failed?: (why: string) => void;
}

export interface PushWebhookLimits {
  /** For one answer. */
  readonly answerMs: number;
  /** Before the second try, the third … */
  readonly pausesMs: readonly number[];
  /** So many are asked at once; so many more may wait for their turn. */
  readonly atOnce: number;
  readonly waiting: number;
}

const LIMITS: PushWebhookLimits = {
  answerMs: 3_000,
  pausesMs: [500, 2_000], // all three tries are over before a message has waited in vain
  atOnce: 32,
  waiting: 2_000,
};

const LEAST_KEY_BYTES = 24;
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);
const GONE: ReadonlySet<number> = new Set([404, 410]);

export class PushWebhook implements PushService {
  readonly providers: readonly string[];
  readonly #options: PushWebhookOptions;
  readonly #limits: PushWebhookLimits;
  readonly #key: Buffer;
  readonly #closed = new AbortController();
  readonly #turns: (() => void)[] = [];
  #asking = 0;

  /** Throws `RangeError` for a secret that is none. */
  constructor(options: PushWebhookOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.providers = options.providers;
    const [, key = ""] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(options.secret.reveal().trim()) ?? [];
    this.#key = Buffer.from(key, "base64");
    if (this.#key.length < LEAST_KEY_BYTES) {
      throw new RangeError("push: the secret is whsec_ and base64 of at least 24 octets");
    }
  }

  async wake(wake: Wake): Promise<WakeOutcome> {
    const { atOnce, waiting } = this.#limits;
    if (this.#turns.length >= waiting) return this.#fail("too many devices are to be woken");
    if (this.#asking >= atOnce) await new Promise<void>((run) => this.#turns.push(run));
    this.#asking += 1;
    try {
      return await this.#ask(wake);
    } finally {
      this.#asking -= 1;
      this.#turns.shift()?.();
    }
  }

  /** What is under way has failed. */
  close(): void {
    this.#closed.abort();
  }

  async #ask(wake: Wake): Promise<WakeOutcome> {
    let why = "";
    for (const pauseMs of [0, ...this.#limits.pausesMs]) {
      const status = await this.#try(wake, pauseMs).catch((error: Error) => error.name);
      if (this.#closed.signal.aborted) return "failed";
      if (typeof status === "number") {
        if (status < 300) return "sent";
        if (GONE.has(status)) return "gone";
        if (status < 500 && !LATER.has(status)) return this.#fail(`the webhook said ${status}`);
      }
      why = typeof status === "number" ? `the webhook said ${status}` : `no answer: ${status}`;
    }
    return this.#fail(why);
  }

  /** Resolves with the status of the answer. */
  async #try(wake: Wake, pauseMs: number): Promise<number> {
    const { signal } = this.#closed;
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal });
    const { id, ...said } = wake;
    const body = JSON.stringify({ type: "wake", ...said });
    const response = await fetch(this.#options.url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", ...this.#signature(id, body) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(this.#limits.answerMs)]),
    });
    await response.body?.cancel();
    return response.status;
  }

  #signature(id: string, body: string): Record<string, string> {
    const at = Math.floor(Date.now() / 1_000);
    const made = createHmac("sha256", this.#key).update(`${id}.${at}.${body}`).digest("base64");
    return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${made}` };
  }

  #fail(why: string): WakeOutcome {
    this.#options.failed?.(why);
    return "failed";
  }
}

/** Composing, both ways: what we tell others, and what they tell us. RFC 3994 */
import {
  type Composer,
  type Composition,
  composerDeadline,
  compositionAfter,
  compositionAt,
  formatIsComposing,
  IDLE_COMPOSER,
  NO_COMPOSITION,
  parseIsComposing,
  stepComposer,
} from "@parlance/formats";
import type { Cancel, Clock } from "@parlance/wire";

export interface ComposingChange {
  readonly from: string;
  /** Where it is seen: with that user, or in a group. */
  readonly conversation: string;
  readonly active: boolean;
}

/** Who writes, and where. */
export type Composing = Pick<ComposingChange, "from" | "conversation">;

const REFRESH_SECONDS = 90;
/** Peers whose state is remembered at once. */
const MAX_PEERS = 200;

/** Tells one peer that the user writes; repeats and ends by itself. */
export class OwnComposing {
  readonly #clock: Clock;
  readonly #send: (document: Uint8Array) => void;
  #composer: Composer = IDLE_COMPOSER;
  #wake: Cancel = () => {};

  constructor(clock: Clock, send: (document: Uint8Array) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  keystroke(): void {
    this.#step("keystroke");
  }

  messageSent(): void {
    this.#step("message sent");
  }

  stop(): void {
    this.#wake();
  }

  #step(event: "keystroke" | "message sent" | "time"): void {
    this.#wake();
    const now = this.#clock.now();
    const { next, send } = stepComposer(this.#composer, event, now);
    this.#composer = next;
    if (send !== undefined) {
      const refreshSeconds = send === "active" ? REFRESH_SECONDS : undefined;
      this.#send(
        formatIsComposing({
          state: send,
          contentType: "text/plain",
          refreshSeconds,
          lastActive: undefined,
        }),
      );
    }
    const deadline = composerDeadline(next);
    if (deadline === undefined) return;
    this.#wake = this.#clock.schedule(Math.max(0, deadline - now), () => this.#step("time"));
  }
}

/** What the others are seen doing; tells each change once. */
export class OthersComposing {
  readonly #clock: Clock;
  readonly #changed: (change: ComposingChange) => void;
  readonly #peers = new Map<string, { composition: Composition; over: Cancel }>();

  constructor(clock: Clock, changed: (change: ComposingChange) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** A malformed status says nothing. */
  status(by: Composing, document: Uint8Array): void {
    const read = parseIsComposing(document);
    if (read.ok) this.#set(by, compositionAfter(read.value, this.#clock.now()));
  }

  /** A message ends the composition that led to it. RFC 3994 §3.3 */
  message(by: Composing): void {
    this.#set(by, NO_COMPOSITION);
  }

  stop(): void {
    for (const { over } of this.#peers.values()) over();
    this.#peers.clear();
  }

  #set({ from, conversation }: Composing, composition: Composition): void {
    const key = `${conversation} ${from}`;
    const before = this.#peers.get(key);
    before?.over();
    this.#peers.delete(key);
    if (composition.state === "active") {
      if (this.#peers.size >= MAX_PEERS) return;
      const waitMs = composition.until - this.#clock.now();
      const over = this.#clock.schedule(Math.max(0, waitMs), () => {
        this.#set({ from, conversation }, compositionAt(composition, this.#clock.now()));
      });
      this.#peers.set(key, { composition, over });
    }
    const active = composition.state === "active";
    if (active !== (before !== undefined)) this.#changed({ from, conversation, active });
  }
}

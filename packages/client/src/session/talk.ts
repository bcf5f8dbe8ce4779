/** What goes on with one other user: which session carries it, when one is opened, and when it is better left. */
import type { Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { settledWithin } from "../base/settled-within.ts";
import { onAbort, type Signal } from "../base/signal.ts";
import type { SentRecord } from "../store/client-store.ts";
import { MOST_MESSAGE_BYTES } from "./bounds.ts";
import type { ChatSession, SessionState } from "./chat-session.ts";
import type { MediaEnd } from "./media/media-session.ts";

/**
 * When a conversation opens a session by itself: `auto`, when the user writes to somebody who is known to be there,
 * or answers at once; `always`, with the first message; `never`.
 */
export type SessionMode = "auto" | "always" | "never";

export interface OpenOptions {
  readonly subject?: string;
  /** Hides who calls, for the whole session. IM-7.1.1.1-05 */
  readonly anonymous?: boolean;
  /** Takes the call back while nobody has answered it. */
  readonly signal?: Signal;
}

/** What may be changed of a session while it runs. */
export interface SessionChanges {
  /** Media types that we take, as a whole or in an envelope. */
  readonly acceptTypes?: readonly string[];
  /** The largest message that we take. */
  readonly maxBytes?: number;
}

export interface TalkPorts {
  readonly clock: Clock;
  /** Undefined once calls can be made. Rejects with ImError where what they need cannot be loaded. */
  readonly loading: () => Promise<unknown> | undefined;
  /** Calls the other side. Throws ImError when that is not possible now. */
  readonly call: (peer: string, how: Omit<OpenOptions, "signal">) => ChatSession;
  readonly changed: (talk: Talk, error: ImError | undefined) => void;
}

/** Who answers within this time talks, and does not write letters. */
const AT_ONCE_MS = 120_000;
/** How long a message waits for a session before it goes by pager mode. */
const WAIT_MS = 5_000;
/** After a failure no session is tried for so long, and twice as long after each further one. */
const AVOID_MS = 60_000;
const MOST_AVOID_MS = 30 * 60_000;
/** The other side knows nothing of sessions. */
const AVOID_UNKNOWN_MS = 60 * 60_000;

export class Talk {
  readonly peer: string;
  mode: SessionMode = "auto";
  /** The application has a conversation with this user: what is known of it is kept. */
  wanted = false;
  readonly #ports: TalkPorts;
  /** Those that live, in the order in which they came. */
  readonly #sessions = new Set<ChatSession>();
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Somebody was there, and it was one: no group that would call all its members. */
  #met = false;
  #avoidUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(peer: string, ports: TalkPorts) {
    this.peer = peer;
    this.#ports = ports;
  }

  get state(): SessionState {
    const states = new Set([...this.#sessions].map(({ state }) => state));
    for (const state of ["open", "reconnecting", "connecting", "inviting"] as const) {
      if (states.has(state)) return state;
    }
    return "over";
  }

  /** One that carries messages, if there is one: an open one before one that is cut. */
  get current(): ChatSession | undefined {
    // The newest: whoever opens another one may have lost those before.
    const usable = [...this.#sessions].filter((session) => session.usable);
    return usable.findLast(({ state }) => state === "open") ?? usable.at(-1);
  }

  /** That of ours that nobody has answered yet. */
  get calling(): ChatSession | undefined {
    return [...this.#sessions].find(({ ours, state }) => ours && state === "inviting");
  }

  /** The user writes. */
  keystroke(): void {
    this.current?.touched();
    if (this.mode === "always" || (this.mode === "auto" && this.#met)) this.#wish();
  }

  /** The other side has written, whichever way. */
  heard(): void {
    this.#heardAt = this.#ports.clock.now();
    this.#met = true;
  }

  /** A device has answered for itself. */
  met(): void {
    this.#met = true;
  }

  /** Undefined: by pager mode. */
  async carrierOf(record: SentRecord): Promise<ChatSession | undefined> {
    const now = this.#usableFor(record);
    if (now !== undefined || this.mode === "never" || record.anonymous) return now;
    const answers = this.#ports.clock.now() - this.#heardAt < AT_ONCE_MS;
    if (this.mode === "always") await this.#ports.loading()?.catch(() => {}); // by pager mode then
    if (this.mode === "always" || answers) this.#wish();
    const pending = [...this.#sessions].find(({ usable }) => !usable);
    if (pending === undefined) return undefined;
    if (this.mode === "auto" && pending.state === "inviting") return undefined; // it may ring for long
    await settledWithin(this.#ports.clock, WAIT_MS, pending.opened);
    return this.#usableFor(record);
  }

  /** Rejects with ImError. */
  async record(on: boolean, name?: string): Promise<void> {
    const { current } = this;
    if (current === undefined) throw new ImError("closed");
    await current.record(on, name);
  }

  /** Resolves when messages can be exchanged. Rejects with ImError. */
  async open({ signal, ...how }: OpenOptions): Promise<void> {
    if (this.current !== undefined) return;
    if (signal?.aborted) throw new ImError("aborted");
    const loading = this.#ports.loading();
    if (loading !== undefined) await loading;
    const pending = [...this.#sessions].at(-1) ?? this.#call(how);
    let aborted = false;
    const letGo = onAbort(signal, () => {
      aborted = true;
      pending.end(); // IM-7.1.1.13: CANCEL, or ACK and BYE
    });
    try {
      await pending.opened;
    } catch (error) {
      throw aborted ? new ImError("aborted") : error;
    } finally {
      letGo();
    }
  }

  async modify({ acceptTypes, maxBytes }: SessionChanges): Promise<void> {
    const session = this.current;
    if (session === undefined) throw new ImError("not reachable");
    const { terms } = session.media;
    await session.media.modify({
      ...terms,
      ...(acceptTypes === undefined ? {} : { acceptTypes }),
      ...(maxBytes === undefined ? {} : { maxSize: Math.min(maxBytes, MOST_MESSAGE_BYTES) }),
    });
  }

  end(): void {
    for (const session of this.#sessions) session.end();
  }

  /** The other side has called, and we have answered. */
  add(session: ChatSession): void {
    this.#sessions.add(session);
    this.#met = true;
    this.#failures = 0;
    this.#avoidUntil = Number.NEGATIVE_INFINITY;
  }

  /** What becomes of one of ours; `end` when it is over. */
  changed(session: ChatSession, end: MediaEnd | undefined): void {
    if (end !== undefined) this.#gone(session, end);
    if (session.state === "open") {
      this.#met = true;
      this.#failures = 0;
      this.#avoidUntil = Number.NEGATIVE_INFINITY;
    }
    this.#ports.changed(this, end?.by === "failure" ? end.error : undefined);
  }

  /** Silently: whether it works out or not, messages have another way. */
  #wish(): void {
    const wanted = this.#sessions.size === 0 && this.#ports.clock.now() >= this.#avoidUntil;
    if (!wanted) return;
    const loading = this.#ports.loading();
    if (loading !== undefined) {
      loading.then(
        () => this.#wish(),
        () => {}, // the next message is another occasion
      );
      return;
    }
    try {
      this.#call({});
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
    }
  }

  #call(how: Omit<OpenOptions, "signal">): ChatSession {
    const session = this.#ports.call(this.peer, how);
    if (session.state !== "over") {
      this.#sessions.add(session);
      this.#ports.changed(this, undefined);
    }
    return session;
  }

  #usableFor(record: SentRecord): ChatSession | undefined {
    const session = this.current;
    return session?.takes(record) ? session : undefined;
  }

  #gone(session: ChatSession, end: MediaEnd): void {
    this.#sessions.delete(session);
    if (end.by !== "failure" || !session.ours) return;
    const { code } = end.error;
    if (code === "offline") return; // when the line is back it may be tried again
    const waitMs =
      code === "not supported"
        ? AVOID_UNKNOWN_MS
        : Math.min(MOST_AVOID_MS, AVOID_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#avoidUntil = this.#ports.clock.now() + waitMs;
  }
}

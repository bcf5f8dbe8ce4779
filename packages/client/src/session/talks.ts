/** What goes on with each other user, whether a session carries it or not. */
import type { Clock } from "@parlance/wire";
import type { ImError } from "../base/errors.ts";
import type { SessionState } from "./chat-session.ts";
import { type SessionMode, Talk, type TalkPorts } from "./talk.ts";

export interface SessionChange {
  /** Address of the other side. */
  readonly peer: string;
  /** `none`: messages go by pager mode. */
  readonly state: Exclude<SessionState, "over"> | "none";
  /** Why a session has ended, where it did not end in order. */
  readonly error: ImError | undefined;
}

export interface TalksPorts extends Pick<TalkPorts, "loading" | "call"> {
  readonly clock: Clock;
  readonly mode: SessionMode;
  readonly changed: (change: SessionChange) => void;
}

const MOST_TALKS = 1_000;

export class Talks {
  readonly #ports: TalksPorts;
  readonly #talks = new Map<string, Talk>();

  constructor(ports: TalksPorts) {
    this.#ports = ports;
  }

  with(peer: string): Talk {
    const known = this.#talks.get(peer);
    if (known !== undefined) return known;
    this.#makeRoom();
    const made = new Talk(peer, {
      ...this.#ports,
      changed: (talk, error) => this.#changed(talk, error),
    });
    made.mode = this.#ports.mode;
    this.#talks.set(peer, made);
    return made;
  }

  /** Without making one. */
  find(peer: string): Talk | undefined {
    return this.#talks.get(peer);
  }

  #changed({ peer, state }: Talk, error: ImError | undefined): void {
    this.#ports.changed({ peer, state: state === "over" ? "none" : state, error });
  }

  /** Of those that only others have begun. */
  #makeRoom(): void {
    if (this.#talks.size < MOST_TALKS) return;
    for (const [peer, { state, wanted }] of this.#talks) {
      if (state !== "over" || wanted) continue;
      this.#talks.delete(peer);
      return;
    }
  }
}

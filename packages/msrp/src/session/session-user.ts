/** Who owns a session, and how it is to be run. */
import type {
  IncomingControl,
  IncomingHead,
  IncomingSink,
  ReceiveLimits,
  SendLimits,
} from "../chunk/index.ts";
import type { SessionWaits } from "./session-states.ts";

/** The owner of a session. */
export interface SessionUser {
  /** A message begins: where it goes, or the status that refuses it. */
  incoming(head: IncomingHead, control: IncomingControl): IncomingSink | number;
  /** The session has a connection; `again` when it had lost one. */
  bound?(again: boolean): void;
  /** Its connection is gone. Messages wait for another one. */
  lost?(): void;
  /** A new exchange of descriptions is needed, whose outcome `agree` takes. `attempt` counts from one. */
  renew?(attempt: number): void;
  /** A nickname is asked for; without this, or where none are given, 501. RFC 7701 §7.1 */
  nickname?(name: string, answer: (status: number) => void): void;
  /** Once, last. Everything that was not through has failed before. */
  ended?(end: SessionEnd): void;
}

export interface SessionEnd {
  readonly why:
    | "closed" // by `close`
    | "unreachable" // there never was a connection
    | "refused" // the peer does not know the session, or has it on another connection
    | "lost"; // the connection did not come back
  /** 481, 506 or what the peer said, where it was "refused". */
  readonly status: number | undefined;
}

export interface SessionOptions {
  readonly waits?: SessionWaits;
  readonly send?: SendLimits;
  readonly receive?: ReceiveLimits;
  /** What the peer does with half a message when its connection is lost: keeps it, or not. RFC 4975 §5.4 */
  readonly resend?: "confirmed" | "start";
  /** The peer cannot put chunks together: every message goes in one. */
  readonly whole?: boolean;
}

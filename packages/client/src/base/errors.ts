/** What can go wrong, as an application may act on it: a stable code, never a string to be matched. */

export type ImErrorCode =
  /** No connection now, and the call cannot wait for one. */
  | "offline"
  /** The password or the account is wrong. */
  | "not authenticated"
  /** The user has signed this device out from another one: somebody has to sign in on it. */
  | "signed out"
  /** The server or the other side refuses; `warning` may say why. */
  | "refused"
  | "no such user or group"
  /** Nobody there, and nothing was kept. */
  | "not reachable"
  /** The other side does not know this kind of content. */
  | "not supported"
  | "busy"
  /** There is no such document. */
  | "not found"
  /** A document cannot be as it was to be written; `DocumentConflict` says why. */
  | "conflict"
  /** Somebody else has changed the document since it was read. */
  | "changed meanwhile"
  /** Somebody in the group goes by this name, or nobody may. */
  | "name taken"
  /** No nickname can be written like this. */
  | "name not valid"
  | "declined"
  | "too large"
  | "server trouble"
  | "timeout"
  /** A signal of the caller ended it. */
  | "aborted"
  /** The client was closed. */
  | "closed"
  /** The client's own store would not take it. */
  | "not kept"
  /** The message's time was over before it could be delivered. */
  | "expired";

export interface ImErrorDetails {
  /** The final SIP status, when one came. */
  readonly status?: number;
  /** The server's own words, for a person to read. */
  readonly warning?: string;
  readonly retryAfterMs?: number;
  /** Whether the same call may succeed later. */
  readonly temporary?: boolean;
  /** What was thrown, where it was no error of this kind. */
  readonly cause?: unknown;
}

export class ImError extends Error {
  override readonly name = "ImError";
  readonly code: ImErrorCode;
  readonly status: number | undefined;
  readonly warning: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly temporary: boolean;

  constructor(code: ImErrorCode, details: ImErrorDetails = {}) {
    const { status, warning, retryAfterMs, temporary } = details;
    const parts = [code, status === undefined ? "" : ` (${status})`, warning ? `: ${warning}` : ""];
    super(parts.join(""), "cause" in details ? { cause: details.cause } : {});
    this.code = code;
    this.status = status;
    this.warning = warning;
    this.retryAfterMs = retryAfterMs;
    this.temporary = temporary ?? TEMPORARY.has(code);
  }
}

const TEMPORARY: ReadonlySet<ImErrorCode> = new Set([
  "offline",
  "not reachable",
  "busy",
  "server trouble",
  "timeout",
]);

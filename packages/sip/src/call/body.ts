/** What messages of a call carry: the session description, and what our side says of itself. RFC 3261 §13.2.1, §20.11 */
import {
  Allow,
  Contact,
  ContentDisposition,
  formatNameAddr,
  type HeaderRef,
  type MessageEdit,
  type NameAddr,
  type SipMessage,
  Supported,
} from "../message/index.ts";

const SESSION = /^session *(?:;|$)/i;

export interface Body {
  /** As in Content-Type, with its parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Adds to a message of ours what only its owner knows. */
export type CallEdit = (edit: MessageEdit) => void;

/** How our side shows itself in a call; many calls may share one. */
export interface Face {
  /** Where requests of the peer are to go, with feature parameters as they are: isfocus, +g.oma.sip-im. */
  readonly contact: NameAddr;
  readonly allow: readonly string[];
  /** `timer` is added where session timers are on; list `100rel` to have provisional answers acknowledged. */
  readonly supported: readonly string[];
  /** For each message that the call makes itself: User-Agent or Server, identities. */
  readonly edit?: CallEdit;
}

/** The session description of a message, or whatever else stands in its place; `undefined` without one. */
export function sessionOf(message: SipMessage): Body | undefined {
  if (message.body.length === 0) return undefined;
  const disposition = message.text(ContentDisposition);
  if (disposition !== undefined && !SESSION.test(disposition)) return undefined; // RFC 3261 §20.11
  return { type: message.text("Content-Type") ?? "", bytes: message.body };
}

export function putBody(edit: MessageEdit, body: Body | undefined): void {
  if (body !== undefined) edit.body(body.bytes, body.type);
}

/** Headers as they stand in messages; `undefined` for those that are left out. */
export interface FaceTexts {
  readonly contact: string;
  readonly allow: string | undefined;
  readonly supported: string | undefined;
}

export function writeFace(
  { contact, allow, supported }: Face,
  extensions: readonly string[],
): FaceTexts {
  const tags = withExtensions(supported, extensions);
  return {
    contact: formatNameAddr(contact),
    allow: allow.length === 0 ? undefined : Allow.write(allow).join(", "),
    supported: tags.length === 0 ? undefined : Supported.write(tags).join(", "),
  };
}

/** What each message that may move the remote target carries. RFC 3261 §13.2.1, §13.3.1.4 */
export function putFace(
  edit: MessageEdit,
  { contact, allow, supported }: FaceTexts,
  wanted: (header: HeaderRef) => boolean = always,
): void {
  if (wanted(Contact)) edit.setText(Contact.name, contact);
  if (allow !== undefined && wanted(Allow)) edit.setText(Allow.name, allow);
  if (supported !== undefined && wanted(Supported)) edit.setText(Supported.name, supported);
}

export function withExtensions(
  supported: readonly string[],
  extensions: readonly string[],
): readonly string[] {
  const missing = extensions.filter((tag) => !supported.includes(tag));
  return missing.length === 0 ? supported : [...supported, ...missing];
}

function always(): true {
  return true;
}

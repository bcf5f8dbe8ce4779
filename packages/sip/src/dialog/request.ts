/** Requests inside a dialog. RFC 3261 §12.2.1.1, §13.2.2.4 */
import {
  Authorization,
  CallId,
  CSeq,
  From,
  type HeaderType,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  ProxyAuthorization,
  type RequestEdit,
  Route,
  type SipRequest,
  To,
  type Uri,
} from "../message/index.ts";
import type { Dialog } from "./dialog.ts";

export interface DialogRequest {
  /** With the sequence number used up. */
  readonly dialog: Dialog;
  readonly request: SipRequest;
  /** What is to be located. RFC 3261 §8.1.2 */
  readonly nextHop: Uri;
}

const FIRST_SEQUENCE = 1; // RFC 3261 §8.1.1.5 leaves it open; small numbers are easy to read.

/** The next request of our side; not for ACK and CANCEL, whose numbers are those of their INVITE. */
export function nextRequest(
  dialog: Dialog,
  method: string,
  build?: (edit: RequestEdit<SipRequest>) => void,
): DialogRequest {
  const { localSequence } = dialog;
  const number = localSequence === undefined ? FIRST_SEQUENCE : localSequence + 1;
  const after: Dialog = { ...dialog, localSequence: number };
  return { dialog: after, ...inDialog(after, { number, method }, build) };
}

/** The ACK of a 2xx: the number of its INVITE, and its credentials. RFC 3261 §13.2.2.4 */
export function ackOf(
  dialog: Dialog,
  invite: SipRequest,
  build?: (edit: RequestEdit<SipRequest>) => void,
): Omit<DialogRequest, "dialog"> {
  return inDialog(dialog, { number: invite.cseq.number, method: "ACK" }, (edit) => {
    copy(invite, Authorization, edit);
    copy(invite, ProxyAuthorization, edit); // RFC 3261 §22.1
    build?.(edit);
  });
}

function inDialog(
  dialog: Dialog,
  cseq: { readonly number: number; readonly method: string },
  build: ((edit: RequestEdit<SipRequest>) => void) | undefined,
): Omit<DialogRequest, "dialog"> {
  const { uri, routes, nextHop } = wayOf(dialog);
  const request = makeRequest(cseq.method, uri, (edit) => {
    edit.set(MaxForwards, 70); // RFC 3261 §8.1.1.6
    if (routes.length > 0) edit.set(Route, routes);
    edit.set(From, dialog.local).set(To, dialog.remote);
    edit.set(CallId, dialog.id.callId).set(CSeq, cseq);
    build?.(edit);
  });
  return { request, nextHop };
}

/** RFC 3261 §12.2.1.1: past a strict router the remote target goes last. */
function wayOf({ routes, remoteTarget }: Dialog) {
  const [first, ...rest] = routes;
  if (first === undefined) return { uri: remoteTarget, routes, nextHop: remoteTarget };
  const { uri } = first;
  const loose = uri.kind === "sip" && uri.params.has("lr");
  if (loose) return { uri: remoteTarget, routes, nextHop: uri };
  const target: NameAddr = { name: undefined, uri: remoteTarget, params: Params.none };
  const router = uri.kind === "sip" ? { ...uri, headers: [] } : uri;
  return { uri: router, routes: [...rest, target], nextHop: uri };
}

function copy<T>(from: SipRequest, type: HeaderType<T>, edit: RequestEdit<SipRequest>): void {
  const texts = from.texts(type);
  if (texts.length > 0) edit.setText(type.name, ...texts);
}

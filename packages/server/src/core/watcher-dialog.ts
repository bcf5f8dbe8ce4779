/** The dialog of a subscription as its notifier sees it, and the NOTIFYs in it. RFC 6665 §4.2, RFC 3261 §12.1.1 */
import {
  type Body,
  CallId,
  Contact,
  CSeq,
  Event,
  type Flow,
  From,
  hostText,
  isReliable,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  parseUri,
  RecordRoute,
  Route,
  type SipRequest,
  SubscriptionState,
  type SubscriptionStatus,
  sipUri,
  type Tagged,
  To,
  type Uri,
  writeSubscriptionStatus,
} from "@parlance/sip";
import { FormatError } from "@parlance/wire";

/** What every NOTIFY of a subscription has in common. RFC 3261 §12.1.1 */
export interface WatcherDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly target: Uri;
  readonly routes: readonly NameAddr[];
  readonly event: Tagged;
}

/** `event` where the request that makes the subscription is no SUBSCRIBE, and names none. */
export function watcherDialog(
  request: SipRequest,
  localTag: string,
  event: Tagged | undefined = request.get(Event),
): WatcherDialog {
  const remoteTag = request.from.params.get("tag");
  if (remoteTag === undefined) throw new FormatError("From", 0, "no tag");
  if (event === undefined) throw new FormatError("Event", 0, "is missing");
  return {
    callId: request.callId,
    localTag,
    remoteTag,
    local: tagged(request.to, localTag),
    remote: request.from,
    target: targetOf(request),
    routes: request.get(RecordRoute) ?? [],
    event,
  };
}

export function watcherKey({ callId, localTag, remoteTag }: WatcherDialog): string {
  return keyOf(callId, localTag, remoteTag);
}

/** Of a SUBSCRIBE inside the dialog. */
export function watcherKeyIn({ callId, to, from }: SipRequest): string {
  return keyOf(callId, to.params.get("tag") ?? "", from.params.get("tag") ?? "");
}

export function makeNotify(
  dialog: WatcherDialog,
  of: {
    readonly cseq: number;
    readonly contact: NameAddr;
    readonly status: SubscriptionStatus;
    readonly body: Body | undefined;
  },
): SipRequest {
  return makeRequest("NOTIFY", dialog.target, (edit) => {
    edit.set(MaxForwards, 70);
    if (dialog.routes.length > 0) edit.set(Route, dialog.routes);
    edit.set(From, dialog.local).set(To, dialog.remote);
    edit.set(CallId, dialog.callId).set(CSeq, { number: of.cseq, method: "NOTIFY" });
    edit.set(Contact, [of.contact]);
    edit.set(Event, dialog.event);
    edit.set(SubscriptionState, writeSubscriptionStatus(of.status));
    if (of.body !== undefined) edit.body(of.body.bytes, of.body.type);
  });
}

/** Where later requests of the subscriber find the server: at the listener that he uses. */
export function serverContact({ local, transport }: Flow): NameAddr {
  const params = isReliable(transport)
    ? Params.of(["transport", transport.toLowerCase()])
    : Params.none;
  const uri = sipUri(undefined, hostText(local.host), { port: local.port, params });
  return { name: undefined, uri, params: Params.none };
}

/** A subscription is found by all three. RFC 3261 §12 */
function keyOf(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`;
}

function targetOf(request: SipRequest): Uri {
  const contacts = request.get(Contact);
  const [contact] = contacts === undefined || "star" in contacts ? [] : contacts;
  // RFC 6665 §4.1.2.1 wants a contact; some phones give none, and From is as good as any.
  return contact?.uri ?? parseUri(request.text(From) === undefined ? "" : uriOf(request.from));
}

function uriOf({ uri }: NameAddr): string {
  return uri.kind === "sip"
    ? `sip:${uri.user ?? ""}@${uri.host}`
    : "sip:anonymous@anonymous.invalid";
}

function tagged(address: NameAddr, tag: string): NameAddr {
  return { ...address, params: address.params.with("tag", tag) };
}

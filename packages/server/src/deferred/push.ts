/** Sends one stored message to the contacts of its user. OMA IM 12, push */
import { mimeHeader } from "@parlance/formats";
import { isFileLink, plainTextOf } from "@parlance/im";
import { parseUri, type SipRequest } from "@parlance/sip";
import { dislikesEnvelope, judgePush, type PushResult } from "../bringing/index.ts";
import type { Binding, Edit, Outcome, User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import { START_BYTES } from "./large/content-sink.ts";
import type { OnRequest } from "./on-request.ts";
import type { DeferredOptions } from "./options.ts";
import type { DeferredPorts } from "./ports.ts";
import { pushed, pushedAgain, readWaiting, type Waiting, waited } from "./waiting-request.ts";

const OF_FILES = ["file-transfer", "files"] as const;
const OF_MESSAGES = ["pager-mode-message", "messages"] as const;

type BringingPorts = Pick<DeferredPorts, "way" | "recording" | "readContent" | "large" | "files">;

/** Unasked: as its user's rules and settings have it by now. */
export async function push(
  message: DeferredMessage,
  user: User,
  ports: BringingPorts & Pick<DeferredPorts, "rules" | "settings">,
  options: Pick<DeferredOptions, "datagramBytes">,
): Promise<PushResult> {
  const waiting = readWaiting(message);
  if (waiting === undefined) return "unreadable";
  const objection = objectionTo(message, waiting, user, ports);
  return objection ?? bringWaiting(message, user, ports, options);
}

/** Would he get it, if he were there? */
export function isWelcome(
  message: DeferredMessage,
  user: User,
  ports: Pick<DeferredPorts, "rules" | "settings" | "readContent">,
): boolean {
  return objectionTo(message, readWaiting(message), user, ports) === undefined;
}

/** Is there a device of his that a session for it would go to? */
export function canBeAsked(message: DeferredMessage, user: User, { way }: BringingPorts): boolean {
  const waiting = readWaiting(message);
  return waiting !== undefined && way.bindings(waiting.request, user).some(isClient);
}

/** Rules and settings may have changed since it was stored. */
export function objectionTo(
  { mode, kind }: DeferredMessage,
  waiting: Waiting | undefined,
  user: User,
  { rules, settings, readContent }: Pick<DeferredPorts, "rules" | "settings" | "readContent">,
): "unwelcome" | "refused" | "away" | undefined {
  const [media, barrable] = mode === "file" ? OF_FILES : OF_MESSAGES;
  if (rules.access(waiting?.author, user, media).invite === "refuse") return "unwelcome";
  if (kind === "message" && settings.bars(user, barrable)) return "refused";
  const noFiles = kind === "message" && settings.bars(user, "files");
  if (noFiles && waiting !== undefined && bringsFile(waiting, readContent)) return "refused";
  return settings.visible(user) ? undefined : "away";
}

function bringsFile({ request }: Waiting, readContent: DeferredPorts["readContent"]): boolean {
  const { cpim, mediaType = "" } = readContent(request);
  const inner =
    cpim?.ok === true ? mimeHeader(cpim.value.contentHeaders, "Content-Type") : mediaType;
  return isFileLink(inner ?? "");
}

/** Whatever is set: as it was when it came. */
export async function bringWaiting(
  message: DeferredMessage,
  user: User,
  ports: BringingPorts,
  options: Pick<DeferredOptions, "datagramBytes">,
  asked?: OnRequest,
): Promise<PushResult> {
  const waiting = readWaiting(message);
  if (waiting === undefined) return "unreadable";
  if (message.mode === "large")
    return bringLarge(message, waiting, user, { ...ports, options, asked });
  if (message.mode === "file") return ports.files?.bring(message, user, asked) ?? "unfit";
  const plain = pushed(waiting, message.attempts);
  const request = asked === undefined ? plain : edited(plain, asked.edit);
  const result = await byAnyWay(request, message, user, ports, options, asked);
  if (result === "delivered") {
    ports.recording.received(waited(waiting, message, ports.readContent), user);
  }
  return result;
}

/** In a session; where nobody says that he holds any, what is short enough goes as the message that it is. */
async function bringLarge(
  message: DeferredMessage,
  waiting: Waiting,
  user: User,
  on: BringingPorts & {
    readonly options: Pick<DeferredOptions, "datagramBytes">;
    readonly asked: OnRequest | undefined;
  },
): Promise<PushResult> {
  const { large, way, options, asked, recording, readContent } = on;
  const inSession = async () => large?.bring(message, user, asked) ?? "unfit";
  const { request, author } = waiting;
  const whole = message.sizeBytes <= Math.min(START_BYTES, options.datagramBytes);
  const clients = way.bindings(request, user).filter(isClient);
  if (!whole || clients.length === 0 || clients.some(({ tagged }) => tagged)) return inSession();
  const short = { request: request.edit().method("MESSAGE").done(), author };
  const plain = pushed(short, message.attempts);
  const result = await byMessage(asked ? edited(plain, asked.edit) : plain, user, on, options);
  if (result === "delivered") recording.received(waited(short, message, readContent), user);
  return result === "refused" || result === "unfit" ? inSession() : result;
}

async function byAnyWay(
  request: SipRequest,
  message: DeferredMessage,
  user: User,
  ports: TakerPorts,
  options: Pick<DeferredOptions, "datagramBytes">,
  asked: OnRequest | undefined,
): Promise<PushResult> {
  const result = await byMessage(request, user, ports, options);
  const holders = result === "unfit" ? sessionHolders(request, user, ports, options) : [];
  if (holders.length === 0) return result;
  return ports.large?.bringLong(message, user, { contacts: holders, ...ports, asked }) ?? result;
}

async function byMessage(
  request: SipRequest,
  user: User,
  ports: TakerPorts,
  options: Pick<DeferredOptions, "datagramBytes">,
): Promise<PushResult> {
  const { way, readContent } = ports;
  const contacts = takers(request, user, ports, options);
  if (contacts.length === 0) return isThere(request, user, way) ? "unfit" : "away";
  const first = await way.deliver(request, user, contacts);
  const inner = dislikesEnvelope(first.status) ? plainForm(request, readContent) : undefined;
  if (inner === undefined) return meaningOf(first);
  return meaningOf(await way.deliver(inner, user, contacts));
}

/** Our own 413: it is too long for datagrams, and the contact took no stream. RFC 3428 §8 */
function meaningOf({ status, response }: Outcome): PushResult {
  return status === 413 && response === undefined ? "unfit" : judgePush(status);
}

/** Does this one wait for another device, or for a safer or wider way, than those that are there? */
export function isUnfit(
  request: SipRequest,
  user: User,
  ports: TakerPorts,
  options: Pick<DeferredOptions, "datagramBytes">,
): boolean {
  if (takers(request, user, ports, options).length > 0) return false;
  if (sessionHolders(request, user, ports, options).length > 0) return false;
  return isThere(request, user, ports.way);
}

/** Nobody has been asked yet: no request brings it, and a session may. */
export function goesOnlyBySession(...those: Parameters<typeof isUnfit>): boolean {
  return takers(...those).length === 0 && sessionHolders(...those).length > 0;
}

/** IM clients that would take it but for its length: they hold sessions, too. RFC 3428 §8 */
function sessionHolders(
  request: SipRequest,
  user: User,
  { way, large }: TakerPorts,
  { datagramBytes }: Pick<DeferredOptions, "datagramBytes">,
): readonly Binding[] {
  if (large === undefined || request.body.length <= datagramBytes) return [];
  return way.bindings(request, user).filter(({ imClient, tagged }) => imClient && tagged);
}

type TakerPorts = Pick<DeferredPorts, "way" | "readContent" | "large">;

function takers(
  request: SipRequest,
  user: User,
  { way, readContent }: TakerPorts,
  { datagramBytes }: Pick<DeferredOptions, "datagramBytes">,
): readonly Binding[] {
  const able = way.bindings(request, user).filter(({ imClient }) => imClient);
  if (request.body.length <= datagramBytes) return able;
  const { withoutHistory } = readContent(request);
  const short = withoutHistory !== undefined && withoutHistory.content.length <= datagramBytes;
  return able.filter(({ datagramsOnly, tagged }) => !datagramsOnly || (short && !tagged));
}

/** Would any contact take a message that asks for nothing special? RFC 3841, RFC 5630 */
function isThere(request: SipRequest, user: User, way: DeferredPorts["way"]): boolean {
  const edit = request.edit().uri(parseUri(user.address));
  for (const wish of ["Accept-Contact", "Reject-Contact", "Request-Disposition"]) edit.remove(wish);
  return way.bindings(edit.done(), user).some(({ imClient }) => imClient);
}

function isClient({ imClient }: Binding): boolean {
  return imClient;
}

function edited(request: SipRequest, edit: Edit): SipRequest {
  const changed = request.edit();
  edit(changed);
  return changed.done();
}

function plainForm(
  request: SipRequest,
  readContent: DeferredPorts["readContent"],
): SipRequest | undefined {
  const { bytes } = readContent(request);
  const inner = bytes.ok ? plainTextOf(request.text("Content-Type") ?? "", bytes.value) : undefined;
  return inner && pushedAgain(request, inner.bytes, inner.type);
}

/** Sends one stored message to the contacts of its user. OMA IM 12, push */
import { plainTextOf } from "@parlance/im";
import type { SipRequest } from "@parlance/sip";
import type { Binding, User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import { dislikesEnvelope, judgePush } from "./judge-push.ts";
import type { DeferredPorts } from "./ports.ts";
import { pushed, readWaiting } from "./waiting-request.ts";

export type PushResult =
  | "delivered"
  | "refused"
  | "later"
  /** The user has blocked its sender since: it goes, and nobody is told. */
  | "unwelcome"
  /** No contact that could take it: nothing was tried. */
  | "away"
  /** The record is no request any more. */
  | "unreadable";

/** RFC 3428 §8: longer bodies are not sent in datagrams. */
const DATAGRAM_BYTES = 1_300;

export async function push(
  message: DeferredMessage,
  user: User,
  ports: Pick<DeferredPorts, "way" | "rules" | "readContent">,
): Promise<PushResult> {
  const waiting = readWaiting(message);
  if (waiting === undefined) return "unreadable";
  // Rules may have changed since it was stored.
  if (!ports.rules.admits(waiting.author, user)) return "unwelcome";
  if (ports.rules.bars(user)) return "refused";
  if (!ports.rules.visible(user)) return "away";
  const request = pushed(waiting, message.attempts);
  const contacts = ports.way.bindings(request, user).filter((one) => takes(one, request));
  if (contacts.length === 0) return "away";

  const first = await ports.way.deliver(request, user, contacts);
  const inner = dislikesEnvelope(first.status) ? plainForm(request, ports.readContent) : undefined;
  if (inner === undefined) return judgePush(first.status);
  const second = await ports.way.deliver(inner, user, contacts);
  return judgePush(second.status);
}

function takes({ imClient, flow }: Binding, request: SipRequest): boolean {
  return imClient && (flow?.transport !== "UDP" || request.body.length <= DATAGRAM_BYTES);
}

function plainForm(
  request: SipRequest,
  readContent: DeferredPorts["readContent"],
): SipRequest | undefined {
  const { bytes } = readContent(request);
  const inner = bytes.ok ? plainTextOf(request.text("Content-Type") ?? "", bytes.value) : undefined;
  return inner && request.edit().remove("Content-Encoding").body(inner.bytes, inner.type).done();
}

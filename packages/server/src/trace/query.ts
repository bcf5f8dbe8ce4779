/** Which of the records belong to what an operator asks for. */
import { keysOf } from "./interest.ts";
import { type Outline, outlineOf } from "./outline.ts";
import type { TraceProtocol, TraceRing } from "./ring.ts";

export interface TraceQuestion {
  /** Address key; undefined for everybody. */
  readonly user?: string | undefined;
  /** Epoch ms; undefined for as far back as the ring goes. */
  readonly since?: number | undefined;
  /** A Call-ID, a Message-ID or the id of an MSRP session. */
  readonly conversation?: string | undefined;
  readonly protocol?: TraceProtocol | undefined;
}

/**
 * The records in their order: those that name the user, with all others of the same conversations.
 * A conversation is held together by Call-ID, by the MSRP sessions that its descriptions name, and across
 * Call-IDs by the id of the message that is relayed, deferred, copied or reported about.
 */
export function queryTrace(
  ring: TraceRing,
  { user, since = 0, conversation, protocol }: TraceQuestion,
): readonly Outline[] {
  const outlines: Outline[] = [];
  for (const record of ring.records()) if (record.at >= since) outlines.push(outlineOf(record));
  let found: readonly Outline[] = outlines;
  if (user !== undefined || conversation !== undefined) {
    const conversations = conversationsOf(outlines);
    const wanted = new Set<string>();
    for (const outline of outlines) {
      const named = user === undefined || outline.users.has(user);
      if (named && isOf(outline, conversation)) wanted.add(conversations(outline));
    }
    found = outlines.filter((outline) => wanted.has(conversations(outline)));
  }
  return protocol === undefined
    ? found
    : found.filter(({ record }) => record.protocol === protocol);
}

/** By any of the names that it has. */
function isOf(
  { callId, messageIds, sessions }: Outline,
  conversation: string | undefined,
): boolean {
  if (conversation === undefined || callId === conversation) return true;
  return messageIds.includes(conversation) || sessions.includes(conversation);
}

/** Gives each record the name of its conversation. */
export function conversationsOf(outlines: readonly Outline[]): (outline: Outline) => string {
  const parents = new Map<string, string>();
  const root = (key: string): string => {
    let at = key;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    if (at !== key) parents.set(key, at);
    return at;
  };
  for (const outline of outlines) {
    const [first, ...others] = keysOf(outline);
    if (first === undefined) continue;
    for (const other of others) {
      const [one, two] = [root(first), root(other)];
      if (one !== two) parents.set(one, two);
    }
  }
  return (outline) => {
    const [first] = keysOf(outline);
    return first === undefined ? `alone ${outline.record.sequence}` : root(first);
  };
}

/** Which of the recorded messages belong to what an operator asks for. */
import { type Outline, outlineOf } from "./outline.ts";
import type { TraceRing } from "./ring.ts";

export interface TraceQuestion {
  /** Address key; undefined for everybody. */
  readonly user: string | undefined;
  /** Epoch ms; undefined for as far back as the ring goes. */
  readonly since: number | undefined;
}

/**
 * The messages in their order: those that name the user, with all others of the same conversations.
 * A conversation is held together by Call-ID, and across Call-IDs by the imdn.Message-ID of the
 * message that is relayed, deferred, copied or reported about.
 */
export function queryTrace(
  ring: TraceRing,
  { user, since = 0 }: TraceQuestion,
): readonly Outline[] {
  const outlines: Outline[] = [];
  for (const record of ring.records()) if (record.at >= since) outlines.push(outlineOf(record));
  if (user === undefined) return outlines;
  const conversations = conversationsOf(outlines);
  const wanted = new Set<string>();
  for (const outline of outlines) {
    if (outline.users.has(user)) wanted.add(conversations(outline));
  }
  return outlines.filter((outline) => wanted.has(conversations(outline)));
}

/** Gives each message the name of its conversation. */
export function conversationsOf(outlines: readonly Outline[]): (outline: Outline) => string {
  const parents = new Map<string, string>();
  const root = (key: string): string => {
    let at = key;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    if (at !== key) parents.set(key, at);
    return at;
  };
  for (const { callId, messageId } of outlines) {
    if (callId === undefined || messageId === undefined) continue;
    const [one, other] = [root(`call ${callId}`), root(`message ${messageId}`)];
    if (one !== other) parents.set(one, other);
  }
  return ({ callId, record }) =>
    callId === undefined ? `alone ${record.sequence}` : root(`call ${callId}`);
}

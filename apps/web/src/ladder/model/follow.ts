/** What belongs together: one message on all its legs, with its answers and receipts; or one conversation. RFC 5438 §6.3 */
import type { Row } from "./rows.ts";

/** The message of this row wherever it goes, and what was answered and decided about it. */
export function followMessage(start: Row, rows: readonly Row[]): ReadonlySet<Row> {
  const seed = start.request ?? start;
  const ids = new Set(seed.step.messageIds);
  const exchanges = new Set<string>();
  if (seed.step.exchange !== undefined) exchanges.add(seed.step.exchange);
  // A leg may be named by another id than the first: what stands in one frame is one message.
  for (let known = -1; known !== ids.size; ) {
    known = ids.size;
    for (const { step } of rows) {
      if (!step.messageIds.some((id) => ids.has(id))) continue;
      for (const id of step.messageIds) ids.add(id);
      if (step.exchange !== undefined) exchanges.add(step.exchange);
    }
  }
  return new Set(
    rows.filter(
      ({ step }) =>
        step.messageIds.some((id) => ids.has(id)) ||
        (step.exchange !== undefined && exchanges.has(step.exchange)),
    ),
  );
}

/** All that hangs together by Call-ID, by MSRP sessions and by messages. */
export function followConversation(start: Row, rows: readonly Row[]): ReadonlySet<Row> {
  const keys = new Set(keysOf(start.request ?? start));
  const found = new Set<Row>([start]);
  for (let known = -1; known !== found.size; ) {
    known = found.size;
    for (const row of rows) {
      if (found.has(row)) continue;
      const own = keysOf(row);
      const joined = own.some((key) => keys.has(key)) || (row.request && found.has(row.request));
      if (joined !== true) continue;
      found.add(row);
      for (const key of own) keys.add(key);
    }
  }
  return found;
}

function keysOf({ step: { callId, messageIds, sessions } }: Row): readonly string[] {
  return [
    ...(callId === undefined ? [] : [`call ${callId}`]),
    ...messageIds.map((id) => `message ${id}`),
    ...sessions.map((id) => `session ${id}`),
  ];
}

/** What operators did. */
import type { AuditRecord, Stores } from "@parlance/server";
import { z } from "zod";
import { look, type Route } from "./route.ts";
import { auditShape, pageLimit } from "./shapes.ts";

const filter = z.strictObject({
  before: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("Only entries with a lower sequence: `next` of a page."),
  limit: pageLimit,
  action: z.string().max(64).optional().describe("Part of what was done."),
  actor: z.string().max(256).optional().describe("Part of who did it."),
  subject: z.string().max(256).optional().describe("Part of to whom or what."),
  since: z.coerce.number().int().min(0).optional().describe("Milliseconds since 1970."),
});

const READ_AT_ONCE = 1_000;
/** So many entries one call looks at; a filter that finds little goes on with `next`. */
const LOOKED_AT = 10_000;

export const auditRoutes: readonly Route[] = [
  look(
    {
      path: "/audit",
      tag: "audit",
      summary:
        "List what was done, the newest first; a page of a filter may be empty and still have a `next`",
      query: filter,
      answer: z.strictObject({ entries: z.array(auditShape), next: z.number().int().optional() }),
    },
    ({ query }, { stores }) => pageOf(query, stores),
  ),
];

async function pageOf(
  ask: z.output<typeof filter>,
  { audit }: Pick<Stores, "audit">,
): Promise<{ entries: AuditRecord[]; next: number | undefined }> {
  const entries: AuditRecord[] = [];
  let { before } = ask;
  for (let looked = 0; looked < LOOKED_AT; looked += READ_AT_ONCE) {
    const page = await audit.page(before, Math.min(READ_AT_ONCE, wanted(ask)));
    for (const entry of page) {
      before = entry.sequence;
      if (ask.since !== undefined && entry.at < ask.since) return { entries, next: undefined };
      if (fits(entry, ask)) entries.push(entry);
      if (entries.length === ask.limit) return { entries, next: entry.sequence };
    }
    if (page.length < Math.min(READ_AT_ONCE, wanted(ask))) return { entries, next: undefined };
  }
  return { entries, next: before };
}

function wanted({ action, actor, subject, limit }: z.output<typeof filter>): number {
  return (action ?? actor ?? subject) ? READ_AT_ONCE : limit;
}

function fits(entry: AuditRecord, { action, actor, subject }: z.output<typeof filter>): boolean {
  return (
    (action === undefined || entry.action.includes(action)) &&
    (actor === undefined || entry.actor.includes(actor)) &&
    (subject === undefined || entry.subject.includes(subject))
  );
}

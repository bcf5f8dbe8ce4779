/** The trace as it goes on: Server-Sent Events with what was recorded, and how much was missed. */
import { TraceFeed } from "@parlance/server";
import { z } from "zod";
import type { EventStream } from "./event-stream.ts";
import { Events, look, type Route } from "./route.ts";
import { addressIn, chosen, flag, PROTOCOLS, SHOWN_BYTES } from "./trace.ts";

/** A page draws so often. */
const FEED_MS = 100;
/** Read at one time: some milliseconds of the processor. */
const FEED_RECORDS = 500;

export const traceLiveRoute: Route = look(
  {
    path: "/trace/live",
    tag: "trace",
    summary: "What is recorded from now on, as events named `steps`; docs/trace.md",
    query: z.strictObject({
      ...chosen,
      protocols: z
        .string()
        .regex(/^[a-z]+(?:,[a-z]+){0,4}$/)
        .transform((text) => text.split(","))
        .pipe(z.array(z.enum(PROTOCOLS)))
        .optional()
        .describe("Some of sip, msrp, http, timer and decision, with commas between them."),
      words: z.string().max(256).optional(),
      past: flag.default(false).describe("What is in the ring already comes first."),
    }),
    octets: ["text/event-stream"],
    denials: ["too many look on"],
    audit: ({ query: { text, user } }) => ({
      action: text ? "trace watched with text" : "trace watched",
      subject: user ?? "everybody",
    }),
  },
  ({ query }, { server }) => {
    const { user, conversation, protocols, words, text, past } = query;
    const { ring } = server.trace;
    const filter = {
      user: addressIn(server, user),
      conversation,
      protocols: protocols && new Set(protocols),
      words,
    };
    const from = past ? ring.span.oldest : ring.span.next;
    const feed = new TraceFeed(ring, filter, { text, mostBytes: SHOWN_BYTES }, from);
    return new Events((stream) => stream.every(FEED_MS, () => feedTo(stream, feed)));
  },
);

/** Nothing is read while the other side has not taken what it was sent: the ring keeps it, or it is missed. */
function feedTo(stream: EventStream, feed: TraceFeed): void {
  if (stream.full || feed.behind === 0) return;
  const { steps, missed, passed } = feed.read(FEED_RECORDS);
  if (steps.length === 0 && missed === 0) return;
  stream.send("steps", { steps, missed, passed, behind: feed.behind });
}

/** The trace as it goes on: Server-Sent Events with what was recorded, and how much was missed. */
import { type Server, TraceFeed } from "@parlance/server";
import { z } from "zod";
import type { EventStream } from "./event-stream.ts";
import { Events, look, type Route } from "./route.ts";
import { addressIn, chosen, flag, PROTOCOLS, SHOWN_BYTES } from "./trace.ts";

/** A page draws so often. */
const FEED_MS = 100;
/** Read at one time: some tens of milliseconds of the processor, and twenty thousand in a second. */
const FEED_RECORDS = 2_000;

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
      from: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe("The sequence to go on with, after a break: `next` of the last event."),
      ring: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe("What the last event had as `ring`: in another one everything is new."),
    }),
    octets: ["text/event-stream"],
    denials: ["too many look on"],
    audit: ({ query: { text, user } }) => ({
      action: text ? "trace watched with text" : "trace watched",
      subject: user ?? "everybody",
    }),
  },
  ({ query }, { server }) => {
    const { user, conversation, protocols, words, text } = query;
    const { ring, began } = server.trace;
    const filter = {
      user: addressIn(server, user),
      conversation,
      protocols: protocols && new Set(protocols),
      words,
    };
    const feed = new TraceFeed(
      ring,
      filter,
      { text, mostBytes: SHOWN_BYTES },
      begin(query, server.trace),
    );
    return new Events((stream) => {
      tell(stream, feed, began, "at once");
      stream.every(FEED_MS, () => {
        // What the other side has not taken yet stays in the ring, or is missed.
        if (!stream.full && feed.behind > 0) tell(stream, feed, began);
      });
    });
  },
);

interface Beginning {
  readonly past: boolean;
  readonly from?: number | undefined;
  readonly ring?: number | undefined;
}

/** After a restart sequences begin anew: then all of it is new. */
function begin(
  { past, from, ring }: Beginning,
  { began, ring: { span } }: Pick<Server["trace"], "began" | "ring">,
): number {
  const { oldest, next } = span;
  if (from !== undefined) return from > next || (ring ?? began) !== began ? oldest : from;
  return past ? oldest : next;
}

/** `at once`: also where there is nothing, so that whoever looks on knows which ring it is. */
function tell(stream: EventStream, feed: TraceFeed, ring: number, when?: "at once"): void {
  const answer = feed.read(FEED_RECORDS);
  if (when !== "at once" && answer.steps.length === 0 && answer.missed === 0) return;
  stream.send("steps", { ...answer, behind: feed.behind, ring });
}

/** Who is traced, and what was recorded. Each look is in the audit log. */
import {
  formatHep,
  formatPcap,
  fullText,
  ladderLine,
  type Outline,
  queryTrace,
  type Server,
  stepOf,
} from "@parlance/server";
import { z } from "zod";
import { deny } from "./denials.ts";
import { change, look, Octets, type Route } from "./route.ts";
import { time } from "./shapes.ts";

export const PROTOCOLS = ["sip", "msrp", "http", "timer", "decision"] as const;

/** `true` and `1` and an empty value say yes. */
export const flag = z
  .enum(["", "1", "true", "0", "false"])
  .transform((text) => !/^(?:0|false)$/.test(text));

/** What every look at the trace may ask for. */
export const chosen = {
  user: z
    .string()
    .max(256)
    .optional()
    .describe("Only conversations of this user: a name or an address."),
  conversation: z
    .string()
    .max(256)
    .optional()
    .describe("A Call-ID, a Message-ID, or the id of an MSRP session."),
  text: flag.default(false).describe("With what people wrote: noted in the audit log as that."),
};

const form = z.enum(["ladder", "full", "json", "pcap", "hep"]).default("ladder");

/** Of each record: more nobody reads on a page. A capture has all of it. */
export const SHOWN_BYTES = 16_384;

export const traceRoutes: readonly Route[] = [
  look(
    {
      path: "/trace",
      tag: "trace",
      summary: "What was recorded, the oldest first; docs/trace.md",
      query: z.strictObject({
        ...chosen,
        since: z.coerce.number().int().min(0).optional().describe("Milliseconds since 1970."),
        protocol: z.enum(PROTOCOLS).optional(),
        form,
      }),
      octets: [
        "text/plain",
        "application/json",
        "application/vnd.tcpdump.pcap",
        "application/octet-stream",
      ],
      audit: ({ query: { text, user } }) => ({
        action: text ? "trace read with text" : "trace read",
        subject: user ?? "everybody",
      }),
    },
    ({ query: { form: as, text, user, ...question } }, { server }) => {
      const asked = { ...question, user: addressIn(server, user) };
      return written(queryTrace(server.trace.ring, asked), as, text);
    },
  ),
  look(
    {
      path: "/trace/users",
      tag: "trace",
      summary: "Who is traced, and until when",
      answer: z.strictObject({
        everybody: z.boolean(),
        users: z.array(z.strictObject({ user: z.string(), until: time })),
      }),
    },
    (_, { server: { trace } }) => ({ everybody: trace.everybody, users: [...trace.watched] }),
  ),
  change(
    {
      method: "POST",
      path: "/trace/users",
      tag: "trace",
      summary: "Trace a user from now on, for some minutes",
      body: z.strictObject({
        user: z.string().min(1).max(256).describe("A name or an address."),
        minutes: z.number().min(0.1).max(1_440).default(15),
      }),
      status: 201,
      answer: z.strictObject({ user: z.string(), until: time }),
      denials: ["trace is off", "too many traces"],
      audit: ({ body }, { server }) => ({
        action: "trace started",
        subject: addressIn(server, body.user) ?? "",
        detail: `for ${body.minutes} minutes`,
      }),
    },
    ({ body }, { server, now }) => {
      const user = addressIn(server, body.user) ?? "";
      const watched = server.trace.watch(user, body.minutes * 60_000);
      if (watched === "off") return deny("trace is off");
      if (watched === "too many") return deny("too many traces");
      return { user, until: now() + body.minutes * 60_000 };
    },
  ),
  change(
    {
      method: "DELETE",
      path: "/trace/users/{user}",
      tag: "trace",
      summary: "Trace a user no longer",
      params: z.object({ user: z.string().max(256).describe("A name or an address.") }),
      denials: ["not traced"],
      audit: ({ params }, { server }) => ({
        action: "trace ended",
        subject: addressIn(server, params.user) ?? "",
      }),
    },
    ({ params }, { server }) =>
      server.trace.unwatch(addressIn(server, params.user) ?? "") ? undefined : deny("not traced"),
  ),
];

function written(found: readonly Outline[], as: z.output<typeof form>, text: boolean): Octets {
  switch (as) {
    case "pcap": {
      const records = found.map(({ record }) => record);
      return new Octets("application/vnd.tcpdump.pcap", formatPcap(records, { text }));
    }
    case "hep":
      return new Octets("application/octet-stream", formatHep(found, { text, agent: 1 }));
    case "json": {
      const steps = found.map((outline) => stepOf(outline, { text, mostBytes: SHOWN_BYTES }));
      return octets("application/json; charset=utf-8", JSON.stringify({ steps }));
    }
    default: {
      const lines = found.map((one) => (as === "full" ? fullText(one, { text }) : ladderLine(one)));
      return octets("text/plain; charset=utf-8", `${lines.join("\n")}\n`);
    }
  }
}

function octets(type: string, text: string): Octets {
  return new Octets(type, new TextEncoder().encode(text));
}

/** `alice` is somebody of the domain, and `alice@parlance.test` will do. */
export function addressIn({ domain }: Server, user: string | undefined): string | undefined {
  if (user === undefined || user === "") return undefined;
  if (user.includes(":")) return user;
  return user.includes("@") ? `sip:${user}` : `sip:${user}@${domain}`;
}

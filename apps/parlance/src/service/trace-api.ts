/** Routes under /api/trace: who is traced, what was recorded, and what is recorded now. Each look is in the audit log. */
import {
  formatHep,
  formatPcap,
  fullText,
  ladderLine,
  type Outline,
  queryTrace,
  type Server,
  type Stores,
  stepOf,
  TraceFeed,
} from "@parlance/server";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { EventStream } from "./event-stream.ts";

const PROTOCOLS = ["sip", "msrp", "http", "timer", "decision"] as const;

/** `true` and `1` and an empty value say yes. */
const flag = z
  .enum(["", "1", "true", "0", "false"])
  .transform((text) => !/^(?:0|false)$/.test(text));
const chosen = {
  user: z.string().max(256).optional(),
  /** A Call-ID, a Message-ID, or the id of an MSRP session. */
  conversation: z.string().max(256).optional(),
  /** With what people wrote: noted in the audit log as that. */
  text: flag.default(false),
};
const traceAsk = z.strictObject({
  ...chosen,
  since: z.coerce.number().int().min(0).optional(),
  protocol: z.enum(PROTOCOLS).optional(),
  form: z.enum(["ladder", "full", "json", "pcap", "hep"]).default("ladder"),
});
const liveAsk = z.strictObject({
  ...chosen,
  /** Some of the protocols, with commas between them. */
  protocols: z
    .string()
    .regex(/^[a-z]+(?:,[a-z]+){0,4}$/)
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(PROTOCOLS)))
    .optional(),
  words: z.string().max(256).optional(),
  /** What is in the ring already comes first. */
  past: flag.default(false),
});
const watchAsk = z.strictObject({
  user: z.string().min(1).max(256),
  minutes: z.number().min(0.1).max(1_440).default(15),
});

/** Of each record: more nobody reads on a page. A capture has all of it. */
const SHOWN_BYTES = 16_384;
/** A page draws so often. */
const FEED_MS = 100;
/** Read at one time: some milliseconds of the processor. */
const FEED_RECORDS = 500;
/** How many may look on at one time. */
const FEEDS = 16;

export function traceRoutes(app: FastifyInstance, server: Server, stores: Stores): void {
  watchRoutes(app, server, stores);
  liveRoute(app, server, stores);
  app.get("/trace", async (request, reply) => {
    const ask = traceAsk.safeParse(request.query);
    if (!ask.success) return refuse(reply, 400, faultsOf(ask.error));
    const { form, text, user, ...question } = ask.data;
    await note(stores, text ? "trace read with text" : "trace read", user ?? "everybody");
    const found = queryTrace(server.trace.ring, { ...question, user: addressIn(server, user) });
    return send(reply, found, form, text);
  });
}

function send(
  reply: FastifyReply,
  found: readonly Outline[],
  form: z.infer<typeof traceAsk>["form"],
  text: boolean,
): FastifyReply {
  switch (form) {
    case "pcap": {
      const bytes = formatPcap(
        found.map(({ record }) => record),
        { text },
      );
      return reply.type("application/vnd.tcpdump.pcap").send(Buffer.from(bytes));
    }
    case "hep":
      return reply
        .type("application/octet-stream")
        .send(Buffer.from(formatHep(found, { text, agent: 1 })));
    case "json":
      return reply.send({
        steps: found.map((outline) => stepOf(outline, { text, mostBytes: SHOWN_BYTES })),
      });
    default: {
      const lines = found.map((each) =>
        form === "full" ? fullText(each, { text }) : ladderLine(each),
      );
      return reply.type("text/plain; charset=utf-8").send(`${lines.join("\n")}\n`);
    }
  }
}

/** Tracing of a user begins and ends by an operator's word, and ends by itself. */
function watchRoutes(app: FastifyInstance, server: Server, stores: Stores): void {
  const { trace } = server;
  app.get("/trace/users", async () => ({ everybody: trace.everybody, users: trace.watched }));
  app.post("/trace/users", async (request, reply) => {
    const ask = watchAsk.safeParse(request.body);
    if (!ask.success) return refuse(reply, 400, faultsOf(ask.error));
    const { minutes } = ask.data;
    const user = addressIn(server, ask.data.user) ?? "";
    const watched = trace.watch(user, minutes * 60_000);
    if (watched === "off") return refuse(reply, 409, "trace.bytes is 0: nobody can be traced");
    if (watched === "too many") return refuse(reply, 409, "too many users are traced already");
    await note(stores, "trace started", user, `for ${minutes} minutes`);
    return reply.code(201).send({ user, until: Date.now() + minutes * 60_000 });
  });
  app.delete<{ Params: { user: string } }>("/trace/users/:user", async (request, reply) => {
    const user = addressIn(server, request.params.user) ?? "";
    if (!trace.unwatch(user)) return refuse(reply, 404, "not traced");
    await note(stores, "trace ended", user);
    return reply.code(204).send();
  });
}

/** Server-Sent Events: `steps` with what was recorded and how much was missed. */
function liveRoute(app: FastifyInstance, server: Server, stores: Stores): void {
  const { ring } = server.trace;
  const streams = new Set<EventStream>();
  app.addHook("onClose", async () => {
    for (const stream of streams) stream.end();
  });
  app.get("/trace/live", async (request, reply) => {
    const ask = liveAsk.safeParse(request.query);
    if (!ask.success) return refuse(reply, 400, faultsOf(ask.error));
    if (streams.size >= FEEDS) return refuse(reply, 503, "too many look on already");
    const { user, conversation, protocols, words, text, past } = ask.data;
    await note(stores, text ? "trace watched with text" : "trace watched", user ?? "everybody");
    const filter = {
      user: addressIn(server, user),
      conversation,
      protocols: protocols && new Set(protocols),
      words,
    };
    const from = past ? ring.span.oldest : ring.span.next;
    const feed = new TraceFeed(ring, filter, { text, mostBytes: SHOWN_BYTES }, from);
    reply.hijack();
    const stream = new EventStream(reply.raw, () => streams.delete(stream));
    streams.add(stream);
    stream.every(FEED_MS, () => feedTo(stream, feed));
    return reply;
  });
}

/** Nothing is read while the other side has not taken what it was sent: the ring keeps it, or it is missed. */
function feedTo(stream: EventStream, feed: TraceFeed): void {
  if (stream.full || feed.behind === 0) return;
  const { steps, missed, passed } = feed.read(FEED_RECORDS);
  if (steps.length === 0 && missed === 0) return;
  stream.send("steps", { steps, missed, passed, behind: feed.behind });
}

/** `alice` is somebody of the domain. */
function addressIn({ domain }: Server, user: string | undefined): string | undefined {
  if (user === undefined || user === "") return undefined;
  return user.includes(":") ? user : `sip:${user}@${domain}`;
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}

function faultsOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join(".") || "request"}: ${message}`)
    .join("; ");
}

async function note(
  { audit }: Stores,
  action: string,
  subject: string,
  detail = "",
): Promise<void> {
  await audit.append({ at: Date.now(), actor: "operator", action, subject, detail });
}

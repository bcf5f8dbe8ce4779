/** The service itself: is it well, how is it set up, how much of what it may use does it use. */
import type { ServerStats } from "@parlance/server";
import { z } from "zod";
import { VERSION } from "../version.ts";
import { explainedConfiguration } from "./config-view.ts";
import { deny } from "./denials.ts";
import { limitRows } from "./limit-rows.ts";
import { change, look, type Route } from "./route.ts";
import { count, time } from "./shapes.ts";

const statNames = [
  "sessions",
  "conferences",
  "conferenceParticipants",
  "users",
  "registeredUsers",
  "contacts",
  "subscriptions",
  "serverTransactions",
  "clientTransactions",
  "requestsIn",
  "responsesIn",
  "requestsOut",
  "responsesOut",
  "repeatsIn",
  "repeatsOut",
  "strayResponses",
  "malformed",
  "refusedByLimit",
  "timeouts",
  "failures",
  "handlerErrors",
] as const satisfies readonly (keyof ServerStats)[];

const stats = z.object(
  Object.fromEntries(statNames.map((name) => [name, count])) as {
    readonly [name in (typeof statNames)[number]]: typeof count;
  },
);

export const serviceRoutes: readonly Route[] = [
  look(
    {
      path: "/health",
      tag: "service",
      summary: "Is it well, and since when",
      answer: z.strictObject({
        status: z.enum(["ready", "not ready"]),
        missing: z.string().optional().describe("What it waits for, or that it drains."),
        version: z.string(),
        domain: z.string(),
        startedAt: time,
        uptimeSeconds: count,
        memory: z.strictObject({ residentBytes: count, heapBytes: count }),
        storeBusy: z.boolean().describe("The store's queue is more than half full."),
      }),
    },
    (_, { health, server, stores, now }) => {
      const { notReady, startedAt } = health();
      const { rss, heapUsed } = process.memoryUsage();
      return {
        status: notReady === undefined ? ("ready" as const) : ("not ready" as const),
        missing: notReady,
        version: VERSION,
        domain: server.domain,
        startedAt,
        uptimeSeconds: Math.max(0, Math.floor((now() - startedAt) / 1_000)),
        memory: { residentBytes: rss, heapBytes: heapUsed },
        storeBusy: stores.busy,
      };
    },
  ),
  look(
    {
      path: "/stats",
      tag: "service",
      summary: "The numbers that a first page shows",
      answer: stats.extend({ domain: z.string() }),
    },
    (_, { server }) => ({ domain: server.domain, ...server.stats }),
  ),
  look(
    {
      path: "/metrics",
      tag: "service",
      summary: "What /metrics says, as JSON",
      answer: z.strictObject({
        at: time,
        metrics: z.array(
          z.strictObject({
            name: z.string(),
            help: z.string(),
            type: z.string(),
            values: z.array(
              z.strictObject({
                name: z.string(),
                labels: z.record(z.string(), z.union([z.string(), z.number()])),
                value: z.number(),
              }),
            ),
          }),
        ),
      }),
    },
    async (_, { metrics, now }) => ({
      at: now(),
      metrics: (await metrics.read()).map((family) => ({
        ...family,
        values: family.values.map(({ labels, ...value }) => ({ ...value, labels: { ...labels } })),
      })),
    }),
  ),
  look(
    {
      path: "/limits",
      tag: "service",
      summary:
        "Every bound with what is configured, how much of it is used where that is counted, and how often it was hit",
      answer: z.strictObject({
        limits: z.array(
          z.strictObject({
            name: z.string(),
            value: count,
            usual: count.optional().describe("What it is without configuration."),
            about: z.string().optional(),
            used: count
              .optional()
              .describe(
                "Now: by all together, or for a bound of one user, source or session by the one who uses most. What the store keeps is counted twice a minute at most.",
              ),
            usedIn: z
              .string()
              .optional()
              .describe("The burst of this rate, whose row tells how much of both is used up."),
            hits: count.describe(
              "Since the start. A rate and its burst are counted as one, and so are messages and octets of a quota.",
            ),
          }),
        ),
      }),
    },
    async (_, ports) => ({ limits: await limitRows(ports) }),
  ),
  look(
    {
      path: "/config",
      tag: "service",
      summary: "The configuration that the server runs with, explained; secrets are ***",
      answer: z.strictObject({
        keys: z.array(
          z.strictObject({
            path: z.string(),
            value: z.unknown(),
            byDefault: z.unknown(),
            changed: z.boolean().describe("It is not as by default."),
            type: z.string(),
            variable: z.string().describe("The environment variable that sets it."),
            about: z.string(),
          }),
        ),
      }),
    },
    (_, { config }) => ({ keys: explainedConfiguration(config) }),
  ),
  change(
    {
      method: "POST",
      path: "/drain",
      tag: "service",
      summary:
        "Refuse new work from now on; with `stop`, end the process in order when the rest is done",
      body: z.strictObject({
        patienceSeconds: z.number().min(0).max(3_600).default(10),
        stop: z.boolean().default(true),
      }),
      status: 202,
      answer: z.strictObject({ draining: z.literal(true), stops: z.boolean() }),
      denials: ["draining already"],
      audit: "itself",
    },
    async ({ body: { patienceSeconds, stop } }, { drain, audit, server }) => {
      if (server.draining && !stop) return deny("draining already");
      const detail = `stop ${stop}, patience ${patienceSeconds} s`;
      await audit({ action: "drain", subject: "server", detail }); // before it: the store may be gone afterwards
      drain(patienceSeconds * 1_000, stop);
      return { draining: true as const, stops: stop };
    },
  ),
];

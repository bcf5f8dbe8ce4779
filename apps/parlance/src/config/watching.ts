/** What operators see of a node. */
import { z } from "zod";

export const trace = z
  .strictObject({
    bytes: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32)
      .default(16 * 2 ** 20)
      .describe(
        "Octets of the ring that remembers what went over the wire and what was decided. 0: nobody can be traced.",
      ),
    everybody: z
      .boolean()
      .default(false)
      .describe(
        "Trace all users from the start, as the local service of `npm start` does. Otherwise an operator says whom, and for how long.",
      ),
    hep: z
      .string()
      .regex(
        /^udp:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i,
        "expected udp://IP-ADDRESS:PORT",
      )
      .optional()
      .describe(
        "Collector (HOMER) that gets what is traced, as HEP version 3: udp://IP-ADDRESS:PORT. It is not encrypted.",
      ),
    hepAgent: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe("Which node this is, for the collector."),
  })
  .prefault({})
  .describe("What `parlance trace` and the trace page show. docs/trace.md tells how.");

export const log = z
  .strictObject({
    level: z
      .enum(["error", "warn", "info", "silent"])
      .default("info")
      .describe("Least level written."),
    addresses: z
      .boolean()
      .default(false)
      .describe("Write user addresses in clear, not as keyed hash."),
    pretty: z.boolean().default(false).describe("Lines for a person's eyes instead of JSON."),
  })
  .prefault({})
  .describe("Logs on standard error.");

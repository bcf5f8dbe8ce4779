/** The tracer among the parts of the server: what is shown to it, and only while somebody looks. */
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";
import type { Bounds } from "./limits.ts";
import { Tracer } from "./trace/index.ts";
import type { WebAnswer, WebRequest } from "./web/index.ts";
import { claimedUser } from "./web-authentication/index.ts";

export function makeTracer(
  { trace }: ServerConfig,
  limits: Bounds,
  { clock }: ServerPorts,
  { endpoint, decisions }: Core,
): Tracer {
  const tracer: Tracer = new Tracer(
    {
      bytes: trace?.bytes ?? limits.traceBytes,
      records: limits.traceRecords,
      users: limits.tracedUsers,
      everybody: trace?.everybody ?? false,
    },
    {
      clock,
      turned(on) {
        endpoint.trace = on
          ? (direction, message, flow) => tracer.sip(direction, message, flow)
          : undefined;
        endpoint.timerTrace = on ? (...fired) => tracer.timer(...fired) : undefined;
        decisions.tell = on ? (decision) => tracer.decided(decision) : undefined;
      },
    },
  );
  return tracer;
}

/** Who asks is taken at his word: the request is shown whether he was let in or not. */
export function webTraced(
  tracer: Tracer,
  { directory }: Pick<Core, "directory">,
  request: WebRequest,
): ((answer: WebAnswer) => void) | undefined {
  if (!tracer.on) return undefined;
  const name = claimedUser(request);
  const user = name === undefined ? undefined : directory.named(name)?.user;
  return tracer.web(request, user?.address);
}

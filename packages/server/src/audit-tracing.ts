/** That everybody is traced is the configuration's to say: the audit log tells from when to when. */
import type { Clock } from "@parlance/wire";
import type { AuditStore, SettingsStore } from "./store/index.ts";

export interface TracingAudit {
  readonly settings: Pick<SettingsStore, "get" | "put">;
  readonly audit: Pick<AuditStore, "append">;
  readonly clock: Clock;
}

const KEY = "trace.everybody";

/** At the start: an entry where it is otherwise than it was when the server ran last. */
export async function auditTracing(
  everybody: boolean,
  { settings, audit, clock }: TracingAudit,
): Promise<void> {
  const before = (await settings.get(KEY)) === "true";
  if (before === everybody) return;
  await audit.append({
    at: clock.now(),
    actor: "configuration",
    action: everybody ? "trace started" : "trace ended",
    subject: "everybody",
    detail: "trace.everybody",
  });
  await settings.put(KEY, String(everybody));
}

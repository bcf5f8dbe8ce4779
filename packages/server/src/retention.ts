/** What is kept for a time only, and goes when it is over. */
import { AuditRetention } from "./audit-retention.ts";
import type { ServerConfig, ServerPorts } from "./config.ts";
import { HistoryRetention, ShortenedKeeping } from "./history/index.ts";
import type { Bounds } from "./limits.ts";
import { keepingRules } from "./user-history.ts";

export interface RetentionUser {
  /** Something of what is kept for this account is gone. */
  readonly removed: (account: string) => void;
}

/** From now on until it is stopped. */
export function startRetention(
  config: ServerConfig,
  limits: Bounds,
  { stores, largeMessages, clock, log }: ServerPorts,
  { removed: changed }: RetentionUser,
): { stop(): void } {
  const { audit: store, history, recordings, settings } = stores;
  const audit = new AuditRetention({ store, clock, log }, limits.auditSeconds * 1_000);
  const removeContent = async (id: string): Promise<void> => void (await largeMessages?.delete(id));
  const kept = new HistoryRetention({
    store: history,
    recordings,
    removeContent,
    changed,
    clock,
    log,
  });
  const rules = keepingRules(config, limits);
  const shortened = new ShortenedKeeping(rules, { store: history, settings, clock, log });
  const all = [audit, kept, shortened];
  for (const one of all) one.start();
  return {
    stop() {
      for (const one of all) one.stop();
    },
  };
}

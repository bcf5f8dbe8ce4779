/** What is registered for a user, as he sees it: a device one row, however many flows it has. RFC 5626 §3.1 */
import type { User } from "../ports/index.ts";

/** One registered contact. Times are epoch ms. */
export interface OwnBinding {
  /** Tells devices apart. */
  readonly device: string;
  readonly instance: string | undefined;
  readonly name: string | undefined;
  readonly registeredAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly asleep: boolean;
}

export interface OwnDevices {
  bindings(user: User): readonly OwnBinding[];
  /** Resolves when it would survive a crash. `elsewhere`: the registrar is not ours. */
  signOut(user: User, device: string): Promise<"done" | "unknown" | "elsewhere">;
}

/** One row, as it is written. */
export interface DeviceRow {
  readonly id: string;
  readonly instance: string | undefined;
  /** What it calls itself. */
  readonly name: string | undefined;
  readonly registered: string;
  /** When it last said that it is there. */
  readonly seen: string;
  readonly expires: string;
  /** Its connection is gone: it has to be woken. */
  readonly asleep: boolean;
}

/** The one seen last comes first. */
export function devicesOf(user: User, devices: OwnDevices): readonly DeviceRow[] {
  const all = devices.bindings(user).toSorted((one, other) => other.seenAt - one.seenAt);
  const byDevice = Map.groupBy(all, ({ device }) => device);
  return [...byDevice].map(([id, flows]) => ({
    id,
    instance: flows.find(({ instance }) => instance !== undefined)?.instance,
    name: flows.find(({ name }) => name !== undefined)?.name,
    registered: timeOf(Math.min(...flows.map(({ registeredAt }) => registeredAt))),
    seen: timeOf(Math.max(...flows.map(({ seenAt }) => seenAt))),
    expires: timeOf(Math.max(...flows.map(({ expiresAt }) => expiresAt))),
    asleep: flows.every(({ asleep }) => asleep),
  }));
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

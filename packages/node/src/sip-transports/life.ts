/** The times of one connection, and when they say that its peer wastes it. */
import type { TransportLimits } from "./transport-limits.ts";

/** Monotonic milliseconds, as coarse as the watch that reads them. */
export interface Life {
  readonly incoming: boolean;
  readonly openedAt: number;
  /** Until then it belongs to a user or a trusted peer, who may be silent. */
  boundUntil: number;
  /** A whole message has come in. */
  heard: boolean;
  /** The last whole message came in or, on connections that we opened, went out. */
  activeAt: number;
  /** The last octet came in. */
  readAt: number;
  /** What the message that has begun still lacks, and since when. */
  lacks: "nothing" | "header" | "body";
  lacksSince: number;
  /** Since when octets wait for the peer to take some; undefined while none do. */
  stalledAt: number | undefined;
  /** When we said that we are done; undefined before. */
  endedAt: number | undefined;
}

export function newLife(incoming: boolean, now: number): Life {
  return {
    incoming,
    openedAt: now,
    boundUntil: now,
    heard: false,
    activeAt: now,
    readAt: now,
    lacks: "nothing",
    lacksSince: now,
    stalledAt: undefined,
    endedAt: undefined,
  };
}

/** Why the connection has to end now, or undefined. */
export function overdue(life: Life, now: number, limits: TransportLimits): string | undefined {
  const since = (at: number, limitMs: number): boolean => now - at > limitMs;

  if (life.endedAt !== undefined) {
    return since(life.endedAt, limits.endMs) ? "the peer did not end the connection" : undefined;
  }
  if (life.stalledAt !== undefined && since(life.stalledAt, limits.stalledMs)) {
    return "the peer does not read";
  }
  if (life.lacks === "header" && since(life.lacksSince, limits.headerMs)) {
    return "the header section takes too long";
  }
  if (life.lacks === "body" && since(life.readAt, limits.bodyGapMs)) {
    return "the body takes too long";
  }
  if (now < life.boundUntil) return undefined;
  if (life.incoming && !life.heard && since(life.openedAt, limits.firstMessageMs)) {
    return "no first message";
  }
  const idleMs = life.incoming ? limits.idleUnboundMs : limits.idleOutgoingMs;
  return since(life.activeAt, idleMs) ? "idle" : undefined;
}

/** How often to look, so that no limit is passed by more than a fifth of itself or one second. */
export function lookEveryMs(limits: TransportLimits): number {
  const shortest = Math.min(
    limits.firstMessageMs,
    limits.headerMs,
    limits.bodyGapMs,
    limits.idleUnboundMs,
    limits.idleOutgoingMs,
    limits.stalledMs,
    limits.endMs,
  );
  return Math.min(1_000, Math.max(5, Math.floor(shortest / 5)));
}

/** Ports that need no world behind them. */
import { type DispositionRequest, parseImdnHeaders } from "@parlance/formats";
import type { Random } from "@parlance/wire";
import type { LimitName } from "../limits.ts";
import type { LimitWatch, Log, Metrics, ReportSubject, Reports } from "../ports/index.ts";

/** Every value differs from the others, and is the same in every run. */
export function countingRandom(): Random {
  let next = 1;
  return {
    bytes: (count) => {
      const bytes = new Uint8Array(count);
      new DataView(bytes.buffer).setUint32(Math.max(0, count - 4), next++);
      return bytes;
    },
    token: () => `token${next++}`,
  };
}

export const silentLog: Log = { info: ignore, warn: ignore, error: ignore };

/** Remembers which bounds were hit. */
export class NotedHits implements LimitWatch {
  readonly limits: LimitName[] = [];

  hit(limit: LimitName): void {
    this.limits.push(limit);
  }

  uses(): void {}
}

export class CountedMetrics implements Metrics {
  readonly counts = new Map<string, number>();
  /** Those with a label, by name and label. */
  readonly labelled = new Map<string, number>();
  readonly gauges = new Map<string, () => number>();
  readonly totals = new Map<string, () => number>();

  counter(name: string): ReturnType<Metrics["counter"]> {
    return {
      add: (count = 1, label) => {
        increase(this.counts, name, count);
        if (label !== undefined) increase(this.labelled, `${name} ${label}`, count);
      },
    };
  }

  gauge(name: string, _help: string, read: () => number): void {
    this.gauges.set(name, read);
  }

  total(name: string, _help: string, read: () => number): void {
    this.totals.set(name, read);
  }
}

/** Keeps what was asked for and would have been reported. */
export class NotedReports implements Reports {
  readonly told: (readonly [
    "asked" | "stored" | "failed" | "declined" | "delivered",
    ReportSubject,
  ])[] = [];

  async stored(subject: ReportSubject): Promise<void> {
    if (asked(subject, "processing")) this.told.push(["stored", subject]);
  }

  async asked(subject: ReportSubject): Promise<void> {
    if (asked(subject, "processing")) this.told.push(["asked", subject]);
  }

  async failed(subject: ReportSubject, why: "failed" | "declined" = "failed"): Promise<void> {
    if (asked(subject, "negative-delivery")) this.told.push([why, subject]);
  }

  async delivered(subject: ReportSubject): Promise<void> {
    if (asked(subject, "positive-delivery")) this.told.push(["delivered", subject]);
  }
}

function asked({ cpim }: ReportSubject, request: DispositionRequest): boolean {
  const headers = parseImdnHeaders(cpim);
  return headers.ok && headers.value.requests.has(request);
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function ignore(): void {
  // what is logged is not looked at here
}

/** Keeps one piece of event state published. RFC 3903 §4 */

/** A value: each step makes the next one. */
export interface Publishing {
  readonly wantedS: number;
  /** Names what the server holds; undefined when it holds nothing of ours. */
  readonly etag: string | undefined;
  readonly expiresAt: number | undefined;
  readonly refreshAt: number | undefined;
  /** What the PUBLISH on its way does; one at a time. RFC 3903 §4.4 */
  readonly underWay: "content" | "refresh" | "removal" | undefined;
  /** The content has changed since it was last sent. */
  readonly owed: boolean;
  readonly leaving: boolean;
  readonly againAt: number | undefined;
  readonly failures: number;
}

export type PublisherInput =
  | { readonly kind: "content changed" }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly etag?: string | undefined;
      readonly expiresS?: number | undefined;
      readonly minExpiresS?: number | undefined;
      readonly retryAfterS?: number | undefined;
    }
  /** No answer at all. */
  | { readonly kind: "lost" }
  | { readonly kind: "leave" }
  | { readonly kind: "time" };

/** Send PUBLISH so. */
export interface PublishEffect {
  readonly ifMatch: string | undefined;
  readonly expiresS: number;
  readonly withContent: boolean;
}

export interface PublisherStep {
  readonly publishing: Publishing;
  readonly publish: PublishEffect | undefined;
  /** A status that trying again does not mend; the user should hear of it. */
  readonly failed: number | undefined;
}

const REFRESH_AHEAD_MS = 300_000;
const SHORTEST_REFRESH_MS = 10_000; // whatever a server grants, we do not run in circles
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 1_800_000;
const HOPELESS: ReadonlySet<number> = new Set([400, 403, 404, 405, 415, 420, 489, 501, 603, 604]);

/** Publishes for the first time. */
export function startPublishing(wantedS: number): PublisherStep {
  return next({
    wantedS,
    etag: undefined,
    expiresAt: undefined,
    refreshAt: undefined,
    underWay: undefined,
    owed: true,
    leaving: false,
    againAt: undefined,
    failures: 0,
  });
}

export function stepPublisher(of: Publishing, input: PublisherInput, now: number): PublisherStep {
  switch (input.kind) {
    case "content changed":
      return next({ ...of, owed: true });
    case "leave":
      return next({ ...of, leaving: true, owed: false, refreshAt: undefined, againAt: undefined });
    case "answered":
      return answered(of, input, now);
    case "lost":
      return later(of, 0, now);
    case "time":
      break;
  }
  return tick(of, now);
}

/** The next moment at which `time` has something to do. */
export function publisherDeadline({ refreshAt, againAt }: Publishing): number | undefined {
  if (refreshAt === undefined || againAt === undefined) return refreshAt ?? againAt;
  return Math.min(refreshAt, againAt);
}

function tick(of: Publishing, now: number): PublisherStep {
  if (of.againAt !== undefined && of.againAt <= now) return next({ ...of, againAt: undefined });
  if (of.refreshAt === undefined || of.refreshAt > now || of.underWay !== undefined)
    return stay(of);
  // Waking up late, after the server has forgotten it, means publishing anew. RFC 3903 §4.1
  const forgotten = of.expiresAt !== undefined && of.expiresAt <= now;
  if (forgotten) return next({ ...of, etag: undefined, refreshAt: undefined, owed: true });
  return send({ ...of, refreshAt: undefined }, "refresh");
}

function answered(
  of: Publishing,
  answer: Extract<PublisherInput, { kind: "answered" }>,
  now: number,
): PublisherStep {
  const { status, minExpiresS } = answer;
  if (status < 200 || of.underWay === undefined) return stay(of);
  if (status < 300) return accepted(of, answer, now);
  const idle: Publishing = { ...of, underWay: undefined };
  if (of.underWay === "removal") return stay({ ...idle, etag: undefined }); // it ends by itself
  if (status === 412) return next({ ...idle, etag: undefined, owed: true }); // RFC 3903 §4.3
  if (status === 423 && minExpiresS !== undefined && minExpiresS > of.wantedS) {
    return next({ ...idle, wantedS: minExpiresS, owed: true }); // RFC 3903 §4.6
  }
  if (HOPELESS.has(status)) {
    return { publishing: { ...idle, owed: false }, publish: undefined, failed: status };
  }
  return later(of, answer.retryAfterS ?? 0, now);
}

/** The new entity-tag replaces the old one, always. RFC 3903 §4.1 */
function accepted(
  of: Publishing,
  { etag, expiresS }: Extract<PublisherInput, { kind: "answered" }>,
  now: number,
): PublisherStep {
  const removed = of.underWay === "removal";
  const grantedMs = Math.min(expiresS ?? of.wantedS, of.wantedS) * 1_000;
  const ahead = Math.max(grantedMs / 2, grantedMs - REFRESH_AHEAD_MS, SHORTEST_REFRESH_MS);
  const refreshAt = now + ahead;
  return next({
    ...of,
    underWay: undefined,
    etag: removed ? undefined : etag,
    expiresAt: removed ? undefined : now + grantedMs,
    refreshAt: removed || of.leaving ? undefined : refreshAt,
    failures: 0,
  });
}

/** A failure that may pass: the same again, ever later. */
function later(of: Publishing, retryAfterS: number, now: number): PublisherStep {
  if (of.underWay === undefined) return stay(of);
  if (of.underWay === "removal") return stay({ ...of, underWay: undefined, etag: undefined });
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** of.failures);
  const publishing: Publishing = {
    ...of,
    underWay: undefined,
    owed: true,
    refreshAt: undefined,
    againAt: now + Math.max(backOff, retryAfterS * 1_000),
    failures: of.failures + 1,
  };
  return of.leaving ? next({ ...publishing, owed: false, againAt: undefined }) : stay(publishing);
}

/** Sends what is owed when nothing is on its way. */
function next(of: Publishing): PublisherStep {
  if (of.underWay !== undefined) return stay(of);
  if (of.leaving) return of.etag === undefined ? stay(of) : send(of, "removal");
  if (!of.owed || of.againAt !== undefined) return stay(of);
  return send({ ...of, owed: false, refreshAt: undefined }, "content");
}

function send(of: Publishing, underWay: "content" | "refresh" | "removal"): PublisherStep {
  const expiresS = underWay === "removal" ? 0 : of.wantedS;
  const publish = { ifMatch: of.etag, expiresS, withContent: underWay === "content" };
  return { publishing: { ...of, underWay }, publish, failed: undefined };
}

function stay(publishing: Publishing): PublisherStep {
  return { publishing, publish: undefined, failed: undefined };
}

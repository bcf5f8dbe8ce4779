/** Who writes tells the other side so. A pure machine: time goes in, status messages come out. RFC 3994 §3.2 */

export interface ComposerTiming {
  /** How often `active` is repeated; RFC 3994 §3.2 wants no less than 60 s. */
  readonly refreshMs: number;
  /** How long without a keystroke until `idle`. */
  readonly idleMs: number;
  /** No two status messages come closer than this, however often somebody stops and starts. */
  readonly gapMs: number;
}

export const COMPOSER_TIMING: ComposerTiming = {
  refreshMs: 90_000,
  idleMs: 15_000, // RFC 3994 §3.2
  gapMs: 10_000,
};

export type Composer =
  | { readonly state: "idle"; readonly sentAt: number | undefined }
  | {
      readonly state: "active";
      readonly activeAt: number;
      readonly sentAt: number | undefined;
      /** Whether the other side knows. */
      readonly told: boolean;
    };

/** A keystroke; the message was sent or thrown away; or only time has passed. */
export type ComposerEvent = "keystroke" | "message sent" | "time";

export interface ComposerStep {
  readonly next: Composer;
  readonly send: "active" | "idle" | undefined;
}

export const IDLE_COMPOSER: Composer = { state: "idle", sentAt: undefined };

export function stepComposer(
  composer: Composer,
  event: ComposerEvent,
  now: number,
  timing: ComposerTiming = COMPOSER_TIMING,
): ComposerStep {
  if (event === "message sent") {
    // The message itself says that the writing is over.
    return { next: { state: "idle", sentAt: composer.sentAt }, send: undefined };
  }
  const active = event === "keystroke" ? begin(composer, now) : composer;
  if (active.state === "idle") return { next: active, send: undefined };
  if (now >= active.activeAt + timing.idleMs) {
    const send = active.told ? "idle" : undefined;
    return { next: { state: "idle", sentAt: active.told ? now : active.sentAt }, send };
  }
  if (now < dueAt(active, timing)) return { next: active, send: undefined };
  return { next: { ...active, sentAt: now, told: true }, send: "active" };
}

/** When to call with "time" if nothing else happens before. */
export function composerDeadline(
  composer: Composer,
  timing: ComposerTiming = COMPOSER_TIMING,
): number | undefined {
  if (composer.state === "idle") return undefined;
  return Math.min(composer.activeAt + timing.idleMs, dueAt(composer, timing));
}

function begin(composer: Composer, now: number): Composer & { state: "active" } {
  const told = composer.state === "active" && composer.told;
  return { state: "active", activeAt: now, sentAt: composer.sentAt, told };
}

function dueAt({ sentAt, told }: Composer & { state: "active" }, timing: ComposerTiming): number {
  if (sentAt === undefined) return Number.NEGATIVE_INFINITY;
  return sentAt + (told ? timing.refreshMs : timing.gapMs);
}

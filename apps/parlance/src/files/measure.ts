/** Sizes, rates and times of files in words, and how fast they go. Pure. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `830 bytes`, `12.3 MB` */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `0:07`, `1:02:30` */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  if (hours === 0) return `${minutes}:${rest}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

const BAR_CELLS = 20;

/** `████████░░░░░░░░░░░░  41 %` */
export function formatBar(share: number): string {
  const filled = Math.floor(Math.min(1, share) * BAR_CELLS);
  const percent = String(Math.floor(Math.min(1, share) * 100)).padStart(3);
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${percent} %`;
}

/** How fast something goes, over its last seconds. */
export interface Pace {
  /** The oldest first; the last one is the newest. */
  readonly samples: readonly { readonly atMs: number; readonly doneBytes: number }[];
}

export const NO_PACE: Pace = { samples: [] };
const OVER_MS = 5_000;
/** A shorter time tells nothing. */
const LEAST_MS = 500;

export function paced({ samples }: Pace, atMs: number, doneBytes: number): Pace {
  const recent = samples.filter((sample) => atMs - sample.atMs <= OVER_MS);
  return { samples: [...recent, { atMs, doneBytes }] };
}

/** Undefined as long as nothing can be said. */
export function bytesPerSecond({ samples }: Pace): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const tookMs = last.atMs - first.atMs;
  if (tookMs < LEAST_MS || last.doneBytes <= first.doneBytes) return undefined;
  return ((last.doneBytes - first.doneBytes) * 1_000) / tookMs;
}

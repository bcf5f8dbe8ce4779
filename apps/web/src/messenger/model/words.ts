/** Times and sizes, as the language has them. */

export interface Clockwork {
  readonly time: (at: number) => string;
  /** Whole and exact, for a title. */
  readonly full: (at: number) => string;
  /** In a list: the time of today, the day of the last week, else the date. */
  readonly brief: (at: number, now: number) => string;
  /** Names a day so that two times of it are the same. */
  readonly day: (at: number) => string;
  readonly dayWords: (at: number, now: number) => string;
  readonly size: (bytes: number) => string;
  readonly seconds: (ms: number) => number;
}

const DAY_MS = 86_400_000;

export function clockworkFor(
  language: string,
  words: { readonly today: string; readonly yesterday: string },
): Clockwork {
  const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "short" });
  const longDay = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
  const longDate = new Intl.DateTimeFormat(language, { dateStyle: "long" });
  return {
    time: (at) => time.format(at),
    full: (at) => full.format(at),
    day: dayOf,
    brief: (at, now) => {
      if (dayOf(at) === dayOf(now)) return time.format(at);
      return now - at < 6 * DAY_MS ? weekday.format(at) : date.format(at);
    },
    dayWords: (at, now) => {
      if (dayOf(at) === dayOf(now)) return words.today;
      if (dayOf(at) === dayOf(now - DAY_MS)) return words.yesterday;
      return now - at < 300 * DAY_MS ? longDay.format(at) : longDate.format(at);
    },
    size: (bytes) => sizeIn(language, bytes),
    seconds: (ms) => Math.max(1, Math.ceil(ms / 1_000)),
  };
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

function sizeIn(language: string, bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}

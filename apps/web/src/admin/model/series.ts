/** Metrics over time: gauges as they are, what only grows as what it grows by in a second. */
import type { MetricFamily } from "./shapes.ts";

export interface Point {
  /** Epoch ms. */
  readonly at: number;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  readonly help: string;
  /** It only grows: the points are of its growth. */
  readonly rate: boolean;
  readonly points: readonly Point[];
}

interface Known {
  readonly help: string;
  readonly rate: boolean;
  readonly points: Point[];
  last: Point | undefined;
}

/** So many points are kept of each. */
export const MOST_POINTS = 180;

export class SeriesStore {
  readonly #known = new Map<string, Known>();
  #lastAt = -1;

  /** The labels of a family are added up. */
  add(at: number, families: readonly MetricFamily[]): void {
    if (at <= this.#lastAt) return; // told already
    this.#lastAt = at;
    for (const { name, help, type, values } of families) {
      if (type !== "gauge" && type !== "counter") continue;
      const known = this.#known.get(name) ?? {
        help,
        rate: type === "counter",
        points: [],
        last: undefined,
      };
      this.#known.set(name, known);
      const value = values.reduce((sum, each) => sum + each.value, 0);
      add(known, { at, value });
    }
  }

  get all(): readonly Series[] {
    return Array.from(this.#known, ([name, { help, rate, points }]) => ({
      name,
      help,
      rate,
      points: [...points],
    }));
  }
}

function add(known: Known, now: Point): void {
  const { last, points, rate } = known;
  known.last = now;
  if (!rate) points.push(now);
  // A server that began anew counts from zero again.
  else if (last !== undefined && now.at > last.at && now.value >= last.value) {
    points.push({ at: now.at, value: ((now.value - last.value) * 1_000) / (now.at - last.at) });
  }
  if (points.length > MOST_POINTS) points.shift();
}

/** `M0 10L5 3…` within a field of this size; the largest value is at its top. */
export function pathOf(
  points: readonly Point[],
  { width, height, top }: { readonly width: number; readonly height: number; readonly top: number },
): string {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const span = Math.max(1, last - first);
  return points
    .map(({ at, value }, place) => {
      const x = (((at - first) / span) * width).toFixed(1);
      const y = (height - (top === 0 ? 0 : value / top) * height).toFixed(1);
      return `${place === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
}

/** A round number that is not below: 1, 2 or 5 with zeros. */
export function roundTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

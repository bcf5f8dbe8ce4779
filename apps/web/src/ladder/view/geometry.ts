/** Where lanes stand: the server in the middle of the first two, further ones to the right of it. */
import type { Lane } from "../model/lanes.ts";

export interface Geometry {
  readonly width: number;
  readonly server: number;
  /** Middle of each lane, by its key. */
  readonly lanes: ReadonlyMap<string, number>;
  /** Between two neighbours. */
  readonly gap: number;
}

/** Every row is as high as every other, so that any number of them can be drawn piece by piece. */
export const ROW = 36;
/** Where the arrow is, within its row. */
export const ARROW = 25;
/** Labels need so much between two lanes. */
const LEAST_GAP = 104;

/** Between lanes that are nearer to one another a label stands over further lines as a rule. */
const ENOUGH = 190;

export function crossesLines({ gap }: Geometry): boolean {
  return gap < ENOUGH;
}

export function geometryOf(lanes: readonly Lane[], room: number): Geometry {
  const columns = Math.max(lanes.length, 2) + 1;
  const width = Math.max(room, columns * LEAST_GAP);
  const gap = width / columns;
  const middle = (column: number): number => Math.round(gap * (column + 0.5));
  const places = lanes.map(({ key }, at) => [key, middle(at === 0 ? 0 : at + 1)] as const);
  return { width, server: middle(1), lanes: new Map(places), gap };
}

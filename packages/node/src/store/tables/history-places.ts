/** One number says whose a kept message is, and which of his: rows and index are in its order. */

const SPAN = 2 ** 31; // messages a user; leaves room for four million users below 2^53

export function placeOf(owner: number, sequence: number): number {
  return owner * SPAN + sequence;
}

export function firstPlace(owner: number): number {
  return owner * SPAN;
}

/** The last one before that sequence; `null`: the last one of all. */
export function lastPlace(owner: number, before: number | null): number {
  return owner * SPAN + Math.min(before ?? SPAN, SPAN) - 1;
}

export function ownerOf(place: number): number {
  return Math.floor(place / SPAN);
}

export function sequenceOf(place: number): number {
  return place % SPAN;
}

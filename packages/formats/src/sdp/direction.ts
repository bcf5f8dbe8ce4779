/** Who sends: sendrecv and its kin. RFC 3264 §5.1, §6.1, RFC 4975 §8.9 */

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

const DIRECTIONS: ReadonlyMap<string, Direction> = new Map(
  (["sendrecv", "sendonly", "recvonly", "inactive"] as const).map((one) => [one, one]),
);

/** Undefined for what is no direction. */
export function directionNamed(name: string): Direction | undefined {
  return DIRECTIONS.get(name);
}

export function sends(way: Direction): boolean {
  return way === "sendrecv" || way === "sendonly";
}

export function receives(way: Direction): boolean {
  return way === "sendrecv" || way === "recvonly";
}

/** What may be answered: what is offered, seen from here, and no more than what is wanted. */
export function answerDirection(offered: Direction, wanted: Direction): Direction {
  return direction(receives(offered) && sends(wanted), sends(offered) && receives(wanted));
}

function direction(out: boolean, into: boolean): Direction {
  if (out) return into ? "sendrecv" : "sendonly";
  return into ? "recvonly" : "inactive";
}

/** How entries stand together: a new day, a new speaker. */
import type { Item } from "./views.ts";

export interface Standing {
  /** The first of its day. */
  readonly newDay: boolean;
  /** The first of several of one speaker: his name is above it. */
  readonly head: boolean;
  /** The last of them. */
  readonly tail: boolean;
}

/** Whoever speaks again within this time goes on. */
const PAUSE_MS = 5 * 60_000;

export function standingOf(
  item: Item,
  before: Item | undefined,
  after: Item | undefined,
  dayOf: (at: number) => string,
): Standing {
  const newDay = before === undefined || dayOf(before.at) !== dayOf(item.at);
  return {
    newDay,
    head: newDay || before === undefined || !goOn(before, item),
    tail: after === undefined || dayOf(after.at) !== dayOf(item.at) || !goOn(item, after),
  };
}

function goOn(one: Item, next: Item): boolean {
  return (
    speaks(one) &&
    speaks(next) &&
    one.own === next.own &&
    one.from === next.from &&
    one.fromName === next.fromName &&
    one.reach === next.reach &&
    next.at - one.at < PAUSE_MS
  );
}

/** What the group itself says, and what nobody says, stands alone. */
function speaks({ body, reach }: Item): boolean {
  return body.kind !== "notice" && reach !== "system";
}

import { type ReactNode, useCallback, useSyncExternalStore } from "react";
import type { Texts } from "../texts/en.ts";
import type { TraceFeed } from "./trace-feed.ts";

/** Where the ladder of both clients stands; until it is drawn, how much there would be to draw. */
export function LadderSlot({
  feed,
}: {
  readonly feed: TraceFeed;
  readonly texts: Texts;
}): ReactNode {
  const watch = useCallback((changed: () => void) => feed.watch(changed), [feed]);
  const records = useSyncExternalStore(watch, () => feed.records);
  return <p className="soft small">{records.length}</p>;
}

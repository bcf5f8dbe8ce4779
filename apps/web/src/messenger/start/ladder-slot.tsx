import { lazy, type ReactNode, Suspense } from "react";
import type { TraceFeed } from "./trace-feed.ts";

/** Fetched behind the messengers: nobody waits for it to write the first message. */
const FedLadder = lazy(() => import("./fed-ladder.tsx"));

/** The ladder of both clients. */
export function LadderSlot({
  feed,
  named,
  language,
}: {
  readonly feed: TraceFeed;
  /** What those are called whose clients they are, by address. */
  readonly named: ReadonlyMap<string, string>;
  readonly language: string;
}): ReactNode {
  return (
    <div className="ladder-slot">
      <Suspense fallback={<span className="spinner" />}>
        <FedLadder feed={feed} named={named} language={language} />
      </Suspense>
    </div>
  );
}

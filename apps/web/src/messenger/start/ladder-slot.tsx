import { lazy, type ReactNode, Suspense } from "react";
import type { TraceFeed } from "./trace-feed.ts";

/** Fetched behind the messengers: nobody waits for it to write the first message. */
const FedLadder = lazy(() => import("./fed-ladder.tsx"));

/** The ladder of both clients. */
export function LadderSlot({
  feed,
  language,
}: {
  readonly feed: TraceFeed;
  readonly language: string;
}): ReactNode {
  return (
    <div className="ladder-slot">
      <Suspense fallback={<span className="spinner" />}>
        <FedLadder feed={feed} language={language} />
      </Suspense>
    </div>
  );
}

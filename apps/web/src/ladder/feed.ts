/** The live feed of a trace: comes back by itself where it ended, and says what was missed. */
import { readSteps, type Step } from "./model/step.ts";

export interface FeedEvents {
  steps(steps: readonly Step[], missed: number): void;
  state(state: FeedState): void;
}

export type FeedState = "connecting" | "live" | "lost";

/** `url`: of `/api/trace/live`, or of another that speaks like it. Returns how to end it. */
export function openFeed(url: string, { steps, state }: FeedEvents): () => void {
  const source = new EventSource(url);
  state("connecting");
  source.addEventListener("open", () => state("live"));
  source.addEventListener("error", () => {
    // The browser tries again by itself, unless it was turned away for good.
    state(source.readyState === EventSource.CLOSED ? "lost" : "connecting");
  });
  source.addEventListener("steps", (event) => {
    const told: unknown = JSON.parse(String(event.data));
    const read = readSteps(told);
    if (read !== undefined) steps(read, missedIn(told));
  });
  return () => source.close();
}

function missedIn(told: unknown): number {
  if (typeof told !== "object" || told === null || !("missed" in told)) return 0;
  return typeof told.missed === "number" ? told.missed : 0;
}

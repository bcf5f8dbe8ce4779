/** The live feed of a trace: comes back by itself where it ended, and says what was missed. */
import { FeedReader } from "./model/feed-reader.ts";
import type { Step } from "./model/step.ts";

export interface FeedEvents {
  steps(steps: readonly Step[], missed: number): void;
  state(state: FeedState): void;
}

export type FeedState = "connecting" | "live" | "lost";

/** How soon it is tried again; each time twice as long, up to the last. */
const WAITS_MS = [500, 1_000, 2_000];

/** `url`: of `/api/trace/live`, with at least one question in it, or of another that speaks like it. Returns how to end it. */
export function openFeed(url: string, events: FeedEvents): () => void {
  const reader = new FeedReader();
  let failures = 0;
  let ended = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    if (failures === 0) events.state("connecting");
    const opened = new EventSource(`${url}${reader.question}`);
    source = opened;
    opened.addEventListener("open", () => {
      failures = 0;
      events.state("live");
    });
    opened.addEventListener("error", () => {
      opened.close();
      if (ended) return;
      reader.lost(Date.now());
      events.state("lost");
      timer = setTimeout(open, WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]);
      failures += 1;
    });
    opened.addEventListener("steps", (event) => {
      const told = reader.read(JSON.parse(String(event.data)));
      if (told !== undefined) events.steps(told.steps, told.missed);
    });
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

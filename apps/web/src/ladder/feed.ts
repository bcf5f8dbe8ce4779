/** The live feed of a trace: comes back by itself where it ended, and says what was missed. */
import { readSteps, type Step } from "./model/step.ts";

export interface FeedEvents {
  steps(steps: readonly Step[], missed: number): void;
  state(state: FeedState): void;
}

export type FeedState = "connecting" | "live" | "lost";

/** How soon it is tried again; each time twice as long, up to the last. */
const WAITS_MS = [500, 1_000, 2_000, 5_000];

/** `url`: of `/api/trace/live`, with at least one question in it, or of another that speaks like it. Returns how to end it. */
export function openFeed(url: string, events: FeedEvents): () => void {
  let next: number | undefined;
  let failures = 0;
  let ended = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    events.state("connecting");
    const opened = new EventSource(next === undefined ? url : `${url}&from=${next}`);
    source = opened;
    opened.addEventListener("open", () => {
      failures = 0;
      events.state("live");
    });
    opened.addEventListener("error", () => {
      opened.close();
      if (ended) return;
      events.state("lost");
      timer = setTimeout(open, WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]);
      failures += 1;
    });
    opened.addEventListener("steps", (event) => {
      const told: unknown = JSON.parse(String(event.data));
      const steps = readSteps(told);
      if (steps === undefined) return;
      next = (steps.at(-1)?.sequence ?? (next ?? 0) - 1) + 1;
      events.steps(steps, missedIn(told));
    });
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

function missedIn(told: unknown): number {
  if (typeof told !== "object" || told === null || !("missed" in told)) return 0;
  return typeof told.missed === "number" ? told.missed : 0;
}

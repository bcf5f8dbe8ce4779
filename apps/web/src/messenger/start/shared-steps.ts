/**
 * The steps of the first page's clients, in every tab of it: a client is in one tab, which tells the others what it sees. Who opens a tab
 * later is told what there was. Nothing but pages of this origin can speak on such a channel.
 */
import { stepOfClient } from "../../ladder/model/client-steps.ts";
import type { Step } from "../../ladder/model/step.ts";
import type { TraceFeed } from "./trace-feed.ts";

type Said =
  /** Of a tab that has just been opened. */
  | { readonly say: "hello"; readonly from: string }
  /** To a tab that has just been opened: all that this one's clients have seen. */
  | {
      readonly say: "all";
      readonly from: string;
      readonly to: string;
      readonly steps: readonly Step[];
    }
  | { readonly say: "news"; readonly from: string; readonly steps: readonly Step[] };

const CHANNEL = "parlance first page";

/** `add` gets all of them, numbered as they come. Returns how to end it. */
export function shareSteps(feed: TraceFeed, add: (steps: readonly Step[]) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const self = crypto.randomUUID();
  /** Tabs whose steps are here up to now: what they tell is news. */
  const known = new Set<string>();
  let [told, count] = [0, 0];
  const say = (said: Said): void => channel.postMessage(said);
  const numbered = (steps: readonly Step[]): void => {
    add(steps.map((step, at) => ({ ...step, sequence: count + at })));
    count += steps.length;
  };
  const tell = (): void => {
    const fresh = feed.since(told).map((seen, at) => stepOfClient(seen, told + at));
    if (fresh.length === 0) return;
    told += fresh.length;
    numbered(fresh);
    say({ say: "news", from: self, steps: fresh });
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    switch (data.say) {
      case "hello": {
        known.add(data.from); // it has seen nothing yet
        const steps = feed.since(0).map((seen, at) => stepOfClient(seen, at));
        return say({ say: "all", from: self, to: data.from, steps });
      }
      case "all":
        if (data.to !== self) return;
        known.add(data.from);
        return numbered(data.steps);
      case "news":
        if (known.has(data.from)) numbered(data.steps);
    }
  });
  say({ say: "hello", from: self });
  tell();
  const unwatch = feed.watch(tell);
  return () => {
    unwatch();
    channel.close();
  };
}

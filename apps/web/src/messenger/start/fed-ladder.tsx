import { type ReactNode, use, useEffect, useMemo } from "react";
import { LadderPanel } from "../../ladder/ladder-panel.tsx";
import { LadderStore } from "../../ladder/store.ts";
import { en, type LadderTexts } from "../../ladder/texts/en.ts";
import { shareSteps } from "./shared-steps.ts";
import type { TraceFeed } from "./trace-feed.ts";

/** What a client sees: the rest is the server's. */
const CLIENTS = ["sip", "msrp"] as const;

/** Each language once: a promise that is made anew would be waited for anew. */
const catalogues = new Map<string, Promise<LadderTexts>>([["en", Promise.resolve(en)]]);

function textsFor(language: string): Promise<LadderTexts> {
  const known = catalogues.get(language);
  if (known !== undefined) return known;
  const made =
    language === "de"
      ? import("../../ladder/texts/de.ts").then(({ de }) => de)
      : Promise.resolve(en);
  catalogues.set(language, made);
  return made;
}

/** What both clients have seen, in whichever tab, drawn as the operator's page draws what the server has seen. */
export default function FedLadder({
  feed,
  named,
  language,
}: {
  readonly feed: TraceFeed;
  readonly named: ReadonlyMap<string, string>;
  readonly language: string;
}): ReactNode {
  const texts = use(textsFor(language));
  const store = useMemo(() => new LadderStore(named), [named]);
  useEffect(() => shareSteps(feed, (steps) => store.add(steps)), [feed, store]);
  return <LadderPanel store={store} texts={texts} protocols={CLIENTS} />;
}

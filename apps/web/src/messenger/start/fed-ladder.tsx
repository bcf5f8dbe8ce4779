import { type ReactNode, use, useEffect, useMemo } from "react";
import { LadderPanel } from "../../ladder/ladder-panel.tsx";
import { stepOfClient } from "../../ladder/model/client-steps.ts";
import { LadderStore } from "../../ladder/store.ts";
import { en, type LadderTexts } from "../../ladder/texts/en.ts";
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

/** What both clients have seen, drawn as the operator's page draws what the server has seen. */
export default function FedLadder({
  feed,
  language,
}: {
  readonly feed: TraceFeed;
  readonly language: string;
}): ReactNode {
  const texts = use(textsFor(language));
  const store = useMemo(() => new LadderStore(), []);
  useEffect(() => {
    let told = 0;
    const tell = (): void => {
      const fresh = feed.since(told);
      told += fresh.length;
      store.add(fresh.map((seen, at) => stepOfClient(seen, told - fresh.length + at)));
    };
    tell();
    return feed.watch(tell);
  }, [feed, store]);
  return <LadderPanel store={store} texts={texts} protocols={CLIENTS} />;
}

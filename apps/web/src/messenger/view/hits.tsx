import { type ReactNode, useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { cleanLine } from "../model/clean-text.ts";
import type { HitView } from "../model/views.ts";
import { useDesk, usePersonName } from "./desk-context.tsx";

/** Whoever types is asked to pause so long. */
const PAUSE_MS = 250;
const SHORTEST = 2;

/** What is found in messages, at the server: nothing while it keeps none. */
export function Hits({ search }: { readonly search: string }): ReactNode {
  const { texts, backend, words, go } = useDesk();
  const nameOf = usePersonName();
  const [hits, setHits] = useState<readonly HitView[]>([]);
  const { commands } = backend;
  const text = search.trim();
  useEffect(() => {
    setHits([]);
    if (text.length < SHORTEST) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      commands.search(text).then(
        (found) => current && setHits(found),
        () => {}, // offline, or a server that keeps nothing: the list alone is searched
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, commands]);
  if (hits.length === 0) return null;
  return (
    <section className="hits" aria-label={texts.list.inMessages}>
      <h3 className="label">{texts.list.inMessages}</h3>
      <ul>
        {hits.map(({ id, conversation, own, at, excerpt }) => {
          return (
            <li key={id}>
              <Button
                className="hit"
                onPress={() => go({ view: "talk", address: conversation, at })}
              >
                <span className="hit-head">
                  <bdi>{nameOf(conversation)}</bdi>
                  <time className="soft small">{words.brief(at, Date.now())}</time>
                </span>
                <bdi className="soft small">
                  {own ? texts.list.youSaid(cleanLine(excerpt)) : cleanLine(excerpt)}
                </bdi>
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What waits for the user at the server and is not pushed to him: brought or thrown away, one by one. */
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button } from "../../ui/index.ts";
import { cleanLine } from "../model/clean-text.ts";
import type { WaitingView } from "../model/views.ts";
import { useAct, useDesk, usePersonName } from "./desk-context.tsx";

export function WaitingList(): ReactNode {
  const { texts, backend, words } = useDesk();
  const nameOf = usePersonName();
  const act = useAct();
  const { commands } = backend;
  const [waiting, setWaiting] = useState<readonly WaitingView[]>();
  const look = useCallback(async () => {
    setWaiting(await act(commands.waiting()));
  }, [act, commands]);
  useEffect(() => {
    void look();
  }, [look]);
  if (waiting === undefined || waiting.length === 0) return null;
  const settle = (id: string, bring: boolean): void => {
    void act(commands.settleWaiting(id, bring)).then(look);
  };
  return (
    <section className="card" aria-labelledby="waiting">
      <h3 id="waiting">{texts.account.waiting}</h3>
      <ul className="each">
        {waiting.map(({ id, from, at, sizeBytes, subject }) => (
          <li key={id}>
            <span>
              <bdi>{from === undefined ? texts.anonymous : nameOf(from)}</bdi>
              <span className="soft small">
                {at === undefined ? "" : ` ${words.full(at)}`}
                {sizeBytes === undefined ? "" : ` · ${words.size(sizeBytes)}`}
                {subject === undefined ? "" : ` · ${cleanLine(subject, 80)}`}
              </span>
            </span>
            <span className="row-of-buttons">
              <Button look="quiet" onPress={() => settle(id, false)}>
                {texts.remove}
              </Button>
              <Button onPress={() => settle(id, true)}>{texts.account.bring}</Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

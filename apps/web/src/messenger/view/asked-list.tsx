import type { ReactNode } from "react";
import { Icon } from "../../ui/index.ts";
import { outcomeWords } from "../model/asked.ts";
import type { AskedView } from "../model/views.ts";
import { useDesk, useNameOf } from "./desk-context.tsx";

/** Whom the user has asked into a group, each with what became of it. */
export function AskedList({
  people,
  conversation,
}: {
  readonly people: readonly AskedView[];
  readonly conversation: string;
}): ReactNode {
  const { texts } = useDesk();
  const nameOf = useNameOf(conversation);
  return (
    <div className="notice system asked" role="status">
      <p>{texts.asked.title}</p>
      <ul>
        {people.map(({ address, outcome }) => (
          <li key={address}>
            <Icon
              name={outcome === "waits" ? "clock" : outcome === "came" ? "check" : "warning"}
              small
            />
            <span>
              <bdi>{nameOf(address)}</bdi>: {outcomeWords(outcome, texts)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

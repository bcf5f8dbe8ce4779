/** Groups that are being made: they begin when the first of those who are asked has come. */
import { type ReactNode, useCallback } from "react";
import { Button } from "../../ui/index.ts";
import { cleanLine } from "../model/clean-text.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { Fault } from "../model/views.ts";
import { useAct, useDesk, usePersonName, useSlice } from "./desk-context.tsx";

export function ComingGroups(): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const nameOf = usePersonName();
  const coming = useSlice("coming") ?? [];
  return coming.map(({ id, people, subject }) => (
    <div className="invitation" role="status" key={id}>
      <p>
        <bdi>{texts.join.waitingFor(namesOf(people, nameOf))}</bdi>
        {subject !== undefined && <bdi className="soft small">{cleanLine(subject)}</bdi>}
      </p>
      <div className="invitation-actions">
        <Button look="quiet" onPress={() => void act(backend.commands.callOff(id))}>
          {texts.cancel}
        </Button>
      </div>
    </div>
  ));
}

/** Goes into the group once it is there; says who was asked where nobody came. */
export function useComing(): (people: readonly string[], made: Promise<string>) => void {
  const { texts, go, tell } = useDesk();
  const nameOf = usePersonName();
  return useCallback(
    (people, made) => {
      const names = namesOf(people, nameOf);
      tell(texts.join.waitingFor(names));
      made.then(
        (address) => {
          tell(undefined);
          go({ view: "talk", address });
        },
        (error: unknown) => {
          const fault = error as Fault; // commands reject with nothing else
          if (fault.code !== "aborted") tell(texts.join.nobodyCame(names, wordsFor(fault, texts)));
        },
      );
    },
    [texts, nameOf, go, tell],
  );
}

function namesOf(people: readonly string[], nameOf: (address: string) => string): string {
  return people.map((one) => nameOf(one)).join(", ");
}

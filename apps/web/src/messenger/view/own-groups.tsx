/** The groups that the user keeps at the server: opened, or given up. */
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button } from "../../ui/index.ts";
import { shortAddress } from "../model/addresses.ts";
import { titleOf } from "../model/conversation-list.ts";
import type { OwnGroupView } from "../model/views.ts";
import { useAct, useDesk } from "./desk-context.tsx";

export function OwnGroups(): ReactNode {
  const { texts, backend, domain, go } = useDesk();
  const act = useAct();
  const { commands } = backend;
  const [groups, setGroups] = useState<readonly OwnGroupView[]>();
  const look = useCallback(async () => {
    setGroups(await act(commands.ownGroups()));
  }, [act, commands]);
  useEffect(() => {
    void look();
  }, [look]);
  if (groups === undefined || groups.length === 0) return null;
  return (
    <section className="card" aria-labelledby="own-groups">
      <h3 id="own-groups">{texts.account.groups}</h3>
      <ul className="each">
        {groups.map(({ address, name, members }) => (
          <li key={address}>
            <span>
              <bdi>{titleOf({ address, name }, domain)}</bdi>
              <span className="soft small">
                {` ${shortAddress(address, domain)} · ${texts.members.count(members)}`}
              </span>
            </span>
            <span className="row-of-buttons">
              <Button
                look="quiet"
                onPress={() => void act(commands.deleteGroup(address)).then(look)}
              >
                {texts.remove}
              </Button>
              <Button onPress={() => go({ view: "talk", address })}>{texts.join.open}</Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

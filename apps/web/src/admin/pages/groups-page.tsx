import type { ReactNode } from "react";
import type { ConfigKey, Session } from "../model/shapes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Page, Table } from "../view/parts.tsx";

interface Configured {
  readonly name: string;
  readonly displayName?: string;
  readonly subject?: string;
  readonly members?: readonly string[];
  readonly moderators?: readonly string[];
}

/** Groups and rooms of the configuration, and who is in them now. */
export function GroupsPage(): ReactNode {
  const { texts } = useOperator();
  const config = useAsked<{ readonly keys: readonly ConfigKey[] }>("/config");
  const live = useAsked<{ readonly sessions: readonly Session[] }>("/sessions?limit=1000", 5_000);
  const presentIn = (name: string): number | undefined => {
    const session = live.value?.sessions.find(({ group }) => group?.startsWith(`sip:${name}@`));
    return session?.participants.filter(({ state }) => state === "present").length;
  };
  const open = ({ name }: Configured): ReactNode => {
    const present = presentIn(name);
    return present === undefined ? (
      ""
    ) : (
      <span className="badge good">{`${texts.openNow}: ${present}`}</span>
    );
  };
  return (
    <Page title={texts.page.groups} words={texts.groupsWords}>
      <Answer asked={config}>
        {({ keys }) => (
          <>
            <h2>{texts.page.groups}</h2>
            <Table
              label={texts.page.groups}
              rows={listAt(keys, "groups")}
              keyOf={({ name }) => name}
              columns={[
                { head: texts.name, cell: ({ name }) => <bdi>{name}</bdi> },
                { head: texts.displayName, cell: ({ displayName }) => <bdi>{displayName}</bdi> },
                {
                  head: texts.members,
                  cell: ({ members = [] }) => <bdi>{members.join(", ")}</bdi>,
                },
                { head: "", cell: open },
              ]}
            />
            <h2>{texts.rooms}</h2>
            <Table
              label={texts.rooms}
              rows={listAt(keys, "rooms")}
              keyOf={({ name }) => name}
              columns={[
                { head: texts.name, cell: ({ name }) => <bdi>{name}</bdi> },
                { head: texts.displayName, cell: ({ displayName }) => <bdi>{displayName}</bdi> },
                {
                  head: texts.moderators,
                  cell: ({ moderators = [] }) => <bdi>{moderators.join(", ")}</bdi>,
                },
                { head: "", cell: open },
              ]}
            />
          </>
        )}
      </Answer>
    </Page>
  );
}

function listAt(keys: readonly ConfigKey[], path: string): readonly Configured[] {
  const value = keys.find((key) => key.path === path)?.value;
  return Array.isArray(value) ? (value as Configured[]) : []; // the schema of the configuration says so
}

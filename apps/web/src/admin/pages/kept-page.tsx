import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { query } from "../model/api.ts";
import type { LimitRow, Usage, User } from "../model/shapes.ts";
import { sizeOf } from "../model/sizes.ts";
import { type Asked, useAsked, useOperator } from "../view/operator.ts";
import { Answer, Meter, Page, Table } from "../view/parts.tsx";

interface Waiting {
  readonly users: readonly { readonly user: string; readonly usage: Usage }[];
  readonly next?: string;
}

interface History {
  readonly usage: Usage;
  readonly quota: Usage;
  readonly held: boolean;
}

/** What the service keeps for its users, against what it may keep. */
export function KeptPage(): ReactNode {
  const { texts } = useOperator();
  const [after, setAfter] = useState<string>();
  const waiting = useAsked<Waiting>(query("/deferred", { after, limit: "100" }), 5_000);
  const limits = useAsked<{ readonly limits: readonly LimitRow[] }>("/limits");
  const users = useAsked<{ readonly users: readonly User[] }>("/users?limit=100");
  const bound = (name: string): number =>
    limits.value?.limits.find((row) => row.name === name)?.value ?? 0;
  return (
    <Page title={texts.page.kept} words={texts.keptWords}>
      <h2>{texts.waiting}</h2>
      <Answer asked={waiting}>
        {({ users: found, next }) => (
          <>
            <Table
              label={texts.waiting}
              rows={found}
              keyOf={({ user }) => user}
              columns={[
                { head: texts.name, cell: ({ user }) => <bdi>{user}</bdi> },
                ...usageColumns(texts, (row: Waiting["users"][number]) => ({
                  usage: row.usage,
                  quota: {
                    messages: bound("deferredMessagesPerUser"),
                    bytes: bound("deferredBytesPerUser"),
                  },
                })),
              ]}
            />
            {next !== undefined && <Button onPress={() => setAfter(next)}>{texts.more}</Button>}
          </>
        )}
      </Answer>
      <h2>{texts.history}</h2>
      <Answer asked={users}>
        {({ users: found }) => (
          <ul className="histories">
            {found.map(({ name }) => (
              <OneHistory key={name} name={name} />
            ))}
          </ul>
        )}
      </Answer>
    </Page>
  );
}

function OneHistory({ name }: { readonly name: string }): ReactNode {
  const { texts } = useOperator();
  const asked: Asked<History> = useAsked<History>(`/users/${encodeURIComponent(name)}/history`);
  return (
    <li className="kept-row">
      <bdi>{name}</bdi>
      <Answer asked={asked}>
        {({ usage, quota, held }) => (
          <>
            <Meter used={usage.messages} of={quota.messages} label={`${texts.history}: ${name}`} />
            <span>
              {texts.messages(usage.messages)} · {sizeOf(usage.bytes)}
            </span>
            {held && <span className="badge">{texts.held}</span>}
          </>
        )}
      </Answer>
    </li>
  );
}

function usageColumns<T>(
  texts: ReturnType<typeof useOperator>["texts"],
  of: (row: T) => { readonly usage: Usage; readonly quota: Usage },
) {
  return [
    {
      head: texts.waiting,
      cell: (row: T): ReactNode => {
        const { usage, quota } = of(row);
        return (
          <span className="with-meter">
            <Meter used={usage.messages} of={quota.messages} label={texts.quota} />
            {texts.messages(usage.messages)}
          </span>
        );
      },
    },
    {
      head: texts.size,
      numeric: true,
      cell: (row: T): ReactNode => sizeOf(of(row).usage.bytes),
    },
  ];
}

import { type ReactNode, useState } from "react";
import { nameOf } from "../../ladder/model/lanes.ts";
import { Button } from "../../ui/button.tsx";
import { query } from "../model/api.ts";
import type { Group } from "../model/shapes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Act, Answer, Page, Table } from "../view/parts.tsx";
import { AddGroup } from "./add-group.tsx";

interface GroupPart {
  readonly groups: readonly Group[];
  readonly next?: string;
}

/** Groups and rooms, whoever made them, and how many are in them now. */
export function GroupsPage(): ReactNode {
  const { texts, api } = useOperator();
  const [after, setAfter] = useState<string>();
  const [adding, setAdding] = useState(false);
  const asked = useAsked<GroupPart>(query("/groups", { after, limit: "100" }), 5_000);
  return (
    <Page title={texts.page.groups} words={texts.groupsWords}>
      <div className="page-tools">
        <Button onPress={() => setAdding(true)}>{texts.addGroup}</Button>
      </div>
      <Answer asked={asked}>
        {({ groups, next }) => (
          <>
            <Table
              label={texts.page.groups}
              rows={groups}
              keyOf={({ identity }) => identity}
              columns={[
                {
                  head: texts.name,
                  cell: ({ identity, displayName }) => (
                    <>
                      <bdi>{displayName ?? nameOf(identity)}</bdi>
                      <bdi className="small soft about">{identity}</bdi>
                    </>
                  ),
                },
                {
                  head: texts.kind,
                  cell: ({ kind, source }) => `${texts.groupKinds[kind]}, ${texts.sources[source]}`,
                },
                {
                  head: texts.members,
                  cell: ({ kind, members, moderators }) => (
                    <bdi>{(kind === "room" ? moderators : members).map(nameOf).join(", ")}</bdi>
                  ),
                },
                {
                  head: texts.openNow,
                  numeric: true,
                  cell: ({ present }) => (present > 0 ? <b className="good">{present}</b> : "0"),
                },
                {
                  head: "",
                  cell: ({ identity, source }) =>
                    source !== "configuration" && (
                      <Act
                        label={texts.remove}
                        look="danger"
                        question={texts.removeGroup(nameOf(identity))}
                        act={() => api.change("DELETE", `/groups/${encodeURIComponent(identity)}`)}
                        done={asked.again}
                      />
                    ),
                },
              ]}
            />
            {next !== undefined && <Button onPress={() => setAfter(next)}>{texts.more}</Button>}
          </>
        )}
      </Answer>
      {adding && <AddGroup onClose={() => setAdding(false)} done={asked.again} />}
    </Page>
  );
}

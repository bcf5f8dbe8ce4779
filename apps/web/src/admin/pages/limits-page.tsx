import { type ReactNode, useState } from "react";
import { Choice } from "../../ui/choice.tsx";
import type { LimitRow } from "../model/shapes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Meter, Page, Table } from "../view/parts.tsx";

export function LimitsPage(): ReactNode {
  const { texts, language } = useOperator();
  const asked = useAsked<{ readonly limits: readonly LimitRow[] }>("/limits", 5_000);
  const [onlyHit, setOnlyHit] = useState(false);
  const number = (value: number): string => value.toLocaleString(language);
  return (
    <Page title={texts.page.limits} words={texts.limitsWords}>
      <Choice label={texts.onlyHit} isSelected={onlyHit} onChange={setOnlyHit} />
      <Answer asked={asked}>
        {({ limits }) => (
          <Table
            label={texts.page.limits}
            rows={limits
              .filter(({ hits }) => !onlyHit || hits > 0)
              .toSorted((a, b) => b.hits - a.hits)}
            keyOf={({ name }) => name}
            columns={[
              {
                head: texts.name,
                cell: ({ name, about }) => (
                  <>
                    <code>{name}</code>
                    {about !== undefined && <span className="small soft about">{about}</span>}
                  </>
                ),
              },
              {
                head: texts.value,
                numeric: true,
                cell: ({ value, usual }) => (
                  <>
                    {number(value)}
                    {usual !== undefined && usual !== value && (
                      <span className="small soft about">
                        {texts.usual} {number(usual)}
                      </span>
                    )}
                  </>
                ),
              },
              {
                head: texts.used,
                cell: ({ name, used, usedIn, value }) =>
                  used === undefined ? (
                    usedIn !== undefined && <code className="soft">↳ {usedIn}</code>
                  ) : (
                    <span className="with-meter">
                      <Meter used={used} of={value} label={name} /> {number(used)}
                    </span>
                  ),
              },
              {
                head: texts.hits,
                numeric: true,
                cell: ({ hits }) => (
                  <span className={hits > 0 ? "poor" : "soft"}>{number(hits)}</span>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

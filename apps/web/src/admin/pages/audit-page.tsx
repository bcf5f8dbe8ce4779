import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { query } from "../model/api.ts";
import type { AuditEntry } from "../model/shapes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Page, Table } from "../view/parts.tsx";

interface AuditPart {
  readonly entries: readonly AuditEntry[];
  readonly next?: number;
}

export function AuditPage(): ReactNode {
  const { texts, language } = useOperator();
  const [words, setWords] = useState("");
  const [before, setBefore] = useState<number>();
  const [earlier, setEarlier] = useState<readonly AuditEntry[]>([]);
  const path = query("/audit", { action: words.trim(), before: before?.toString() });
  const asked = useAsked<AuditPart>(path);
  const filter = (wanted: string): void => {
    setWords(wanted);
    setBefore(undefined);
    setEarlier([]);
  };
  return (
    <Page title={texts.page.audit} words={texts.auditWords}>
      <input
        className="input page-filter"
        type="search"
        aria-label={texts.search}
        placeholder={`${texts.search}: ${texts.action}`}
        value={words}
        onChange={({ currentTarget }) => filter(currentTarget.value)}
      />
      <Answer asked={asked}>
        {({ entries, next }) => (
          <>
            <Table
              label={texts.page.audit}
              rows={[
                ...earlier,
                ...entries.filter(
                  ({ sequence }) => !earlier.some((one) => one.sequence === sequence),
                ),
              ]}
              keyOf={({ sequence }) => sequence}
              columns={[
                {
                  head: texts.time,
                  cell: ({ at }) => (
                    <span className="when">{new Date(at).toLocaleString(language)}</span>
                  ),
                },
                { head: texts.actor, cell: ({ actor }) => <bdi>{actor}</bdi> },
                { head: texts.action, cell: ({ action }) => <bdi>{action}</bdi> },
                { head: texts.subject, cell: ({ subject }) => <bdi>{subject}</bdi> },
                { head: texts.detail, cell: ({ detail }) => <bdi>{detail}</bdi> },
              ]}
            />
            {next !== undefined && (
              <Button
                onPress={() => {
                  setEarlier([...earlier, ...entries]);
                  setBefore(next);
                }}
              >
                {texts.more}
              </Button>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}

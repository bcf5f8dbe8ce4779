import type { ReactNode } from "react";
import type { Health } from "../model/shapes.ts";
import { durationOf, sizeOf } from "../model/sizes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Facts, Page } from "../view/parts.tsx";

type Stats = Readonly<Record<string, number>>;

/** Is it well, and how much goes on. */
export function OverviewPage(): ReactNode {
  const { texts, language } = useOperator();
  const health = useAsked<Health>("/health", 3_000);
  const stats = useAsked<Stats>("/stats", 3_000);
  const number = (value = 0): string => value.toLocaleString(language);
  return (
    <Page title={texts.page.overview}>
      <Answer asked={health}>
        {({ status, missing, version, domain, uptimeSeconds, memory, storeBusy }) => (
          <Facts
            facts={[
              [
                texts.status,
                <span key="status" className={status === "ready" ? "good" : "poor"}>
                  {status === "ready" ? texts.ready : (missing ?? texts.notReady)}
                </span>,
              ],
              [texts.domain, domain],
              [texts.version, version],
              [texts.uptime, durationOf(uptimeSeconds)],
              [texts.memory, sizeOf(memory.residentBytes)],
              [texts.heap, sizeOf(memory.heapBytes)],
              [texts.store, storeBusy ? texts.storeBusy : texts.storeCalm],
            ]}
          />
        )}
      </Answer>
      <Answer asked={stats}>
        {(of) => (
          <Facts
            facts={[
              [texts.users, number(of["users"])],
              [texts.registeredUsers, number(of["registeredUsers"])],
              [texts.devices, number(of["contacts"])],
              [texts.sessions, number((of["sessions"] ?? 0) + (of["conferences"] ?? 0))],
              [texts.participants, number(of["conferenceParticipants"])],
              [
                texts.transactions,
                number((of["serverTransactions"] ?? 0) + (of["clientTransactions"] ?? 0)),
              ],
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

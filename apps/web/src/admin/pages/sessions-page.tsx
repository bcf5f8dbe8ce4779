import { type ReactNode, useState } from "react";
import { nameOf } from "../../ladder/model/lanes.ts";
import { Button } from "../../ui/button.tsx";
import { query } from "../model/api.ts";
import type { Leg, Session, Traffic } from "../model/shapes.ts";
import { sizeOf } from "../model/sizes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Act, Answer, Page, Table } from "../view/parts.tsx";

interface SessionPart {
  readonly sessions: readonly Session[];
  readonly next?: string;
}

/** Who is in which session, and what waits for which device. */
export function SessionsPage(): ReactNode {
  const { texts } = useOperator();
  const [after, setAfter] = useState<string>();
  const asked = useAsked<SessionPart>(query("/sessions", { after, limit: "50" }), 2_000);
  return (
    <Page title={texts.page.sessions} words={texts.sessionsWords}>
      <Answer asked={asked}>
        {({ sessions, next }) => (
          <>
            {sessions.length === 0 && <p className="soft">{texts.none}</p>}
            {sessions.map((session) => (
              <OneSession key={session.id} session={session} again={asked.again} />
            ))}
            {next !== undefined && <Button onPress={() => setAfter(next)}>{texts.more}</Button>}
          </>
        )}
      </Answer>
    </Page>
  );
}

function OneSession({
  session,
  again,
}: {
  readonly session: Session;
  readonly again: () => void;
}): ReactNode {
  const { texts, api, language } = useOperator();
  const { id, kind, group, identity, subject, startedAt, participants } = session;
  const names = participants.map(({ address, name }) => name ?? nameOf(address));
  const called = group === undefined ? names.join(" · ") : nameOf(group);
  return (
    <section className="session" aria-label={group ?? identity ?? names.join(" ")}>
      <header>
        <h2>
          <bdi>{called}</bdi>
        </h2>
        <span className="badge">{texts.kinds[kind]}</span>
        <span className="small soft">{new Date(startedAt).toLocaleTimeString(language)}</span>
        <span className="push" />
        <Act
          label={texts.end}
          look="danger"
          question={texts.endSession}
          act={() => api.change("DELETE", `/sessions/${encodeURIComponent(id)}`)}
          done={again}
        />
      </header>
      {subject !== undefined && (
        <p>
          <bdi>{subject}</bdi>
        </p>
      )}
      {group !== undefined && (
        <p className="small">
          {texts.participants}: <bdi>{names.join(", ")}</bdi>
        </p>
      )}
      <Legs session={session} called={called} again={again} />
    </section>
  );
}

function Legs({
  session: { id, legs, startedAt },
  called,
  again,
}: {
  readonly session: Session;
  readonly called: string;
  readonly again: () => void;
}): ReactNode {
  const { texts, api, language } = useOperator();
  const path = (leg: Leg): string =>
    `/sessions/${encodeURIComponent(id)}/legs/${encodeURIComponent(leg.id)}`;
  return (
    <Table
      label={texts.legsOf(called, new Date(startedAt).toLocaleTimeString(language))}
      rows={legs}
      keyOf={(leg) => leg.id}
      columns={[
        { head: texts.leg, cell: ({ party }) => <bdi>{nameOf(party)}</bdi> },
        {
          head: texts.connection,
          cell: ({ connected, connection }) =>
            connected ? connection : <span className="poor">{texts.notConnected}</span>,
        },
        {
          head: texts.queue,
          numeric: true,
          cell: ({ waiting }) => (
            <span className={waiting.frames > 0 ? "poor" : "soft"}>{trafficOf(waiting)}</span>
          ),
        },
        { head: texts.in, numeric: true, cell: ({ received }) => trafficOf(received) },
        { head: texts.out, numeric: true, cell: ({ sent }) => trafficOf(sent) },
        {
          head: "",
          cell: (leg) => (
            <Act
              label={texts.cut}
              question={texts.cutLeg}
              act={() => api.change("DELETE", path(leg))}
              done={again}
            />
          ),
        },
      ]}
    />
  );
}

function trafficOf({ frames, bytes }: Traffic): string {
  return frames === 0 ? "0" : `${frames} · ${sizeOf(bytes)}`;
}

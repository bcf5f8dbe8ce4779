/** What the pages are made of. */
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { type Asked, useOperator, whyOf } from "./operator.ts";

export function Page({
  title,
  words,
  children,
}: {
  readonly title: string;
  readonly words?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        {words !== undefined && <p className="soft">{words}</p>}
      </header>
      {children}
    </>
  );
}

/** What was asked for, or how it stands with it. */
export function Answer<T>({
  asked,
  children,
}: {
  readonly asked: Asked<T>;
  readonly children: (value: T) => ReactNode;
}): ReactNode {
  const { texts } = useOperator();
  const { value, fault, again } = asked;
  return (
    <>
      {fault !== undefined && (
        <p role="alert" className="alert">
          {texts.failed(fault)} <Button onPress={again}>{texts.again}</Button>
        </p>
      )}
      {value !== undefined && children(value)}
      {value === undefined && fault === undefined && <p className="soft">{texts.loading}</p>}
    </>
  );
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => ReactNode;
  readonly numeric?: boolean;
}

/** In a narrow window rows stand as cards: some browsers take them for no table then, unless they are told. */
const ROLE = {
  table: { role: "table" },
  rowgroup: { role: "rowgroup" },
  row: { role: "row" },
  columnheader: { role: "columnheader" },
  cell: { role: "cell" },
} as const;

export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
}): ReactNode {
  const { texts } = useOperator();
  if (rows.length === 0) return <p className="soft">{texts.none}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-box" role="region" tabIndex={0} aria-label={label}>
      <table {...ROLE.table}>
        <thead {...ROLE.rowgroup}>
          <tr {...ROLE.row}>
            {columns.map(({ head, numeric }) =>
              head === "" ? (
                <td key={head} {...ROLE.cell}>
                  {"\u00a0"}
                </td>
              ) : (
                <th
                  key={head}
                  scope="col"
                  {...ROLE.columnheader}
                  className={numeric ? "numeric" : ""}
                >
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody {...ROLE.rowgroup}>
          {rows.map((row) => (
            <tr key={keyOf(row)} {...ROLE.row}>
              {columns.map(({ head, cell, numeric }) => (
                <td key={head} {...ROLE.cell} data-head={head} className={numeric ? "numeric" : ""}>
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Does something, and says so when it did not work. `question`: asked first. */
export function Act({
  label,
  question,
  look = "plain",
  act,
  done,
}: {
  readonly label: string;
  readonly question?: string;
  readonly look?: "plain" | "danger" | "primary";
  readonly act: () => Promise<unknown>;
  readonly done: () => void;
}): ReactNode {
  const { texts } = useOperator();
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const run = (): void => {
    setAsks(false);
    setBusy(true);
    setFault(undefined);
    act()
      .then(done, (error: unknown) => setFault(whyOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button
        look={look === "primary" ? "primary" : "plain"}
        className="small-button"
        isDisabled={busy}
        onPress={() => (question === undefined ? run() : setAsks(true))}
      >
        {label}
      </Button>
      {fault !== undefined && (
        <span role="alert" className="small fault-words">
          {texts.failed(fault)}
        </span>
      )}
      {asks && question !== undefined && (
        <Dialog title={label} onClose={() => setAsks(false)}>
          <p>{question}</p>
          <div className="actions">
            <Button onPress={() => setAsks(false)}>{texts.cancel}</Button>
            <Button look={look === "danger" ? "danger" : "primary"} onPress={run}>
              {label}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** How much of a bound is used. */
export function Meter({
  used,
  of,
  label,
}: {
  readonly used: number;
  readonly of: number;
  readonly label: string;
}): ReactNode {
  const share = of === 0 ? 0 : Math.min(1, used / of);
  return (
    <span
      className={share > 0.9 ? "meter full" : "meter"}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={used}
    >
      <span className="meter-filled" style={{ inlineSize: `${(share * 100).toFixed(1)}%` }} />
    </span>
  );
}

export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}): ReactNode {
  return (
    <dl className="cards">
      {facts.map(([name, value]) => (
        <div key={name} className="card">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

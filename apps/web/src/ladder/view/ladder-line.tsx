import { memo, type ReactNode } from "react";
import type { Lane } from "../model/lanes.ts";
import { tookMicros } from "../model/rows.ts";
import type { Step } from "../model/step.ts";
import type { Line } from "../model/view.ts";
import { briefly, clockOf, spanOf } from "../model/words.ts";
import type { LadderTexts } from "../texts/en.ts";
import { ARROW, crossesLines, type Geometry, ROW } from "./geometry.ts";
import { titleOf } from "./step-title.ts";

interface LineProps {
  readonly id: string;
  readonly line: Line;
  readonly before: Line | undefined;
  readonly top: number;
  readonly gutter: number;
  readonly geometry: Geometry;
  readonly look: "chosen" | "paired" | "plain";
  readonly lanes: readonly Lane[];
  readonly texts: LadderTexts;
  readonly position: number;
  readonly count: number;
  readonly onChoose: () => void;
}

/** One step: its time, its arrow between two lanes or its mark on the server's, and what it is. */
export const LadderLine = memo(function LadderLine(props: LineProps): ReactNode {
  const { id, line, before, top, gutter, geometry, look, texts, position, count, onChoose } = props;
  const { step, again } = line.row;
  return (
    // The list box that it is in takes the keys for it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={look === "chosen"}
      aria-posinset={position}
      aria-setsize={count}
      className={`ladder-line ${toneOf(step)} ${look} ${again.length > 0 || line.rows.length > 1 ? "many" : ""}`}
      style={{ transform: `translateY(${top}px)`, blockSize: ROW }}
      onClick={onChoose}
    >
      <span className="unseen">{spoken(props)}</span>
      {gutter > 0 && (
        <span className="ladder-time" aria-hidden="true" style={{ inlineSize: gutter }}>
          <span>{clockOf(step.at)}</span>
          <span className="since">{before && `+${spanOf(step.at - before.row.step.at)}`}</span>
        </span>
      )}
      <svg
        className="ladder-drawing"
        width={geometry.width}
        height={ROW}
        style={{ left: gutter }}
        aria-hidden="true"
      >
        {[...geometry.lanes.values()].map((x) => (
          <line key={x} className="lane" x1={x} x2={x} y1={0} y2={ROW} />
        ))}
        <line className="lane server" x1={geometry.server} x2={geometry.server} y1={0} y2={ROW} />
        <Drawing line={line} geometry={geometry} />
      </svg>
      <Words line={line} geometry={geometry} gutter={gutter} texts={texts} />
    </div>
  );
}, sameLine);

/** Lines do not change, but for what is folded into them. */
function sameLine(a: LineProps, b: LineProps): boolean {
  return (
    a.line.row === b.line.row &&
    a.line.rows.length === b.line.rows.length &&
    a.line.row.again.length === 0 &&
    b.line.row.again.length === 0 &&
    a.line.rows.length === 1 &&
    a.top === b.top &&
    a.geometry === b.geometry &&
    a.look === b.look &&
    a.count === b.count &&
    a.texts === b.texts &&
    a.before?.row === b.before?.row
  );
}

function Drawing({
  line: { row, rows },
  geometry,
}: {
  readonly line: Line;
  readonly geometry: Geometry;
}): ReactNode {
  const { server } = geometry;
  const { step, lane, again } = row;
  if (step.gap !== undefined) return null;
  if (lane === undefined) return <Mark step={step} x={server} />;
  const peer = geometry.lanes.get(lane) ?? 0;
  const [from, to] = step.direction === "in" ? [peer, server] : [server, peer];
  const side = to > from ? 1 : -1;
  const tip = to - side * 2;
  const isMany = rows.length > 1 || again.length > 0;
  return (
    <g className={step.form}>
      {isMany && <path className="echo" d={`M${from} ${ARROW + 4}H${tip - side * 10}`} />}
      <circle className="foot" cx={from} cy={ARROW} r={2.5} />
      <path className="shaft" d={`M${from} ${ARROW}H${tip - side * 7}`} />
      <path className="tip" d={`M${tip} ${ARROW}l${-side * 9} -4.5v9z`} />
    </g>
  );
}

/** Of what happens within the server. */
function Mark({ step, x }: { readonly step: Step; readonly x: number }): ReactNode {
  const y = ROW / 2;
  if (step.protocol === "timer") {
    return (
      <g>
        <circle className="mark" cx={x} cy={y} r={7} />
        <path className="mark-hands" d={`M${x} ${y - 4}V${y}H${x + 3}`} />
      </g>
    );
  }
  return <path className="mark" d={`M${x} ${y - 7}l7 7-7 7-7-7z`} />;
}

function Words({
  line,
  geometry,
  gutter,
  texts,
}: {
  readonly line: Line;
  readonly geometry: Geometry;
  readonly gutter: number;
  readonly texts: LadderTexts;
}): ReactNode {
  const { row, rows } = line;
  const { step, lane, again } = row;
  if (step.gap !== undefined) {
    return (
      <span className="ladder-gap" aria-hidden="true">
        <span className="gap-words">{titleOf(step, texts)}</span>
      </span>
    );
  }
  if (lane === undefined) {
    const from = `${geometry.server + 10}px`;
    const place = { left: gutter + 4, inlineSize: geometry.width - 8, "--from": from };
    return (
      <span className="ladder-note-row" aria-hidden="true" style={place}>
        <span className="ladder-note">
          <bdi>{briefly(step.title)}</bdi>{" "}
          {step.clause !== undefined && <span className="clause">{step.clause}</span>}
        </span>
      </span>
    );
  }
  const peer = geometry.lanes.get(lane) ?? 0;
  const from = Math.min(peer, geometry.server);
  const span = Math.max(Math.abs(peer - geometry.server), geometry.gap) - 20;
  const near = crossesLines(geometry) || roomFor(step) > span;
  // Its whole row is its own: it begins above its arrow, and further to the left where it would be cut.
  const place = {
    left: gutter + 2,
    inlineSize: geometry.width - 4,
    "--from": `${from + 8}px`,
    "--span": near ? "0px" : `${span}px`,
  };
  const took = tookMicros(row);
  return (
    <span className={near ? "ladder-label near" : "ladder-label"} aria-hidden="true" style={place}>
      <span className="label-parts">
        <bdi className="label-words">{labelOf(step)}</bdi>
        {step.carries.map((what) => (
          <span key={what} className={`chip carries-${what}`}>
            {what}
          </span>
        ))}
        {rows.length > 1 && <span className="chip count">×{rows.length}</span>}
        {again.length > 0 && (
          <span className="chip count" title={texts.repeats(again.length)}>
            +{again.length}
          </span>
        )}
        {took !== undefined && <span className="took">{spanOf(took)}</span>}
      </span>
    </span>
  );
}

/** The method, or the status with its words: to whom is said by the arrow. */
function labelOf({ form, method, title, protocol }: Step): string {
  if (form === "response") return title;
  if (protocol === "sip") return method ?? title;
  return title;
}

/** Pixels that a label takes, or somewhat more. */
function roomFor(step: Step): number {
  const chips = step.carries.reduce((sum, what) => sum + what.length + 3, 0);
  return (labelOf(step).length + chips + 9) * 7; // behind them, what its answer took
}

/** Which colour it has. */
function toneOf({ protocol, status, title, clause }: Step): string {
  const refused =
    protocol === "decision" && clause !== undefined && /^refused|: refuses/.test(title);
  const failed = status !== undefined && status >= 400 && status !== 401 && status !== 407;
  return `is-${protocol} ${refused || failed ? "bad" : ""}`;
}

function spoken({ line: { row, rows }, lanes, texts }: LineProps): string {
  const { step, lane } = row;
  const name = lanes.find(({ key }) => key === lane)?.name ?? "";
  const ends =
    step.direction === "here"
      ? ""
      : step.direction === "in"
        ? `${name} → ${texts.server}, `
        : `${texts.server} → ${name}, `;
  const more = rows.length > 1 ? `, ×${rows.length}` : "";
  return `${ends}${titleOf(step, texts)}${more}${step.clause === undefined ? "" : `, ${step.clause}`}`;
}

import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Line } from "../model/view.ts";
import type { LadderState } from "../store.ts";
import type { LadderTexts } from "../texts/en.ts";
import { geometryOf, ROW } from "./geometry.ts";
import { LadderLine } from "./ladder-line.tsx";

/** Drawn beyond what is seen, so that a quick scroll meets no gap. */
const MARGIN = 8;
const PAGE = 10;

/** As many lines as one likes: those in sight are drawn. Goes with the end as long as the end is in sight. */
export function LadderLines({
  state,
  texts,
  onChoose,
  onFollow,
}: {
  readonly state: LadderState;
  readonly texts: LadderTexts;
  readonly onChoose: (line: Line | undefined) => void;
  readonly onFollow: (line: Line) => void;
}): ReactNode {
  const { lines, lanes, chosen, held } = state;
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 600, height: 400 });
  const [top, setTop] = useState(0);
  const atEnd = useRef(true);
  const id = useId();
  const gutter = size.width < 520 ? 0 : 132;
  const geometry = useMemo(
    () => geometryOf(lanes, size.width - gutter - 2),
    [lanes, size.width, gutter],
  );

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && atEnd.current && held === undefined) {
      element.scrollTop = element.scrollHeight;
    }
    // More lines, or less room, and the end is elsewhere.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [lines, held, size.height]);

  const chosenAt = chosen === undefined ? -1 : lines.findIndex(({ row }) => row === chosen.row);
  useEffect(() => {
    const element = box.current;
    if (element === null || chosenAt < 0) return;
    const from = chosenAt * ROW;
    const room = element.clientHeight - HEAD;
    if (from < element.scrollTop) element.scrollTop = from;
    else if (from + ROW > element.scrollTop + room) element.scrollTop = from + ROW - room;
  }, [chosenAt]);

  const first = Math.max(0, Math.floor(top / ROW) - MARGIN);
  const last = Math.min(lines.length, Math.ceil((top + size.height) / ROW) + MARGIN);

  const choose = (at: number): void => {
    const line = lines[Math.min(Math.max(at, 0), lines.length - 1)];
    atEnd.current = at >= lines.length - 1;
    onChoose(line);
  };
  const pressed = (event: KeyboardEvent): void => {
    const moves = new Map([
      ["ArrowDown", chosenAt + 1],
      ["ArrowUp", chosenAt < 0 ? lines.length - 1 : chosenAt - 1],
      ["PageDown", chosenAt + PAGE],
      ["PageUp", chosenAt - PAGE],
      ["Home", 0],
      ["End", lines.length - 1],
    ]);
    const at = moves.get(event.key);
    if (at !== undefined && lines.length > 0) choose(at);
    else if (event.key === "Escape" && chosen !== undefined) onChoose(undefined);
    else if (event.key === "Enter" && chosen !== undefined) onFollow(chosen);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={box}
      className="ladder-box"
      role="listbox"
      tabIndex={0}
      aria-label={texts.ladder}
      aria-activedescendant={
        chosenAt >= first && chosenAt < last ? `${id}-${chosen?.row.step.sequence}` : undefined
      }
      onKeyDown={pressed}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        setTop(scrollTop);
        atEnd.current = scrollTop + clientHeight >= scrollHeight - ROW;
      }}
    >
      <LaneHeads geometry={geometry} gutter={gutter} state={state} texts={texts} />
      <div
        className="ladder-lines"
        role="presentation"
        style={{ blockSize: lines.length * ROW, inlineSize: geometry.width + gutter }}
      >
        {lines.slice(first, last).map((line, at) => (
          <LadderLine
            key={line.row.step.sequence}
            id={`${id}-${line.row.step.sequence}`}
            line={line}
            top={(first + at) * ROW}
            before={lines[first + at - 1]}
            gutter={gutter}
            geometry={geometry}
            look={lookOf(line, chosen)}
            lanes={lanes}
            texts={texts}
            position={first + at + 1}
            count={lines.length}
            onChoose={() => onChoose(line)}
          />
        ))}
      </div>
    </div>
  );
}

/** Height of the names above the lanes, in pixels. */
const HEAD = 60;

function LaneHeads({
  geometry,
  gutter,
  state: { lanes },
  texts,
}: {
  readonly geometry: ReturnType<typeof geometryOf>;
  readonly gutter: number;
  readonly state: LadderState;
  readonly texts: LadderTexts;
}): ReactNode {
  const width = geometry.gap - 8;
  const place = (middle: number) => ({ left: gutter + middle - width / 2, width });
  return (
    <div
      className="lane-heads"
      aria-hidden="true"
      style={{ inlineSize: geometry.width + gutter, blockSize: HEAD }}
    >
      {lanes.map(({ key, name, places }) => (
        <div key={key} className="lane-head" style={place(geometry.lanes.get(key) ?? 0)}>
          <bdi className="lane-name">{name}</bdi>
          <span className="lane-place">
            {places.length === 1 ? places[0] : `${places[0]} +${places.length - 1}`}
          </span>
        </div>
      ))}
      <div className="lane-head server" style={place(geometry.server)}>
        <span className="lane-name">{texts.server}</span>
      </div>
    </div>
  );
}

function lookOf(line: Line, chosen: Line | undefined): "chosen" | "paired" | "plain" {
  if (chosen === undefined) return "plain";
  if (line.row === chosen.row) return "chosen";
  const { request, answer } = chosen.row;
  return line.row === request || line.row === answer ? "paired" : "plain";
}

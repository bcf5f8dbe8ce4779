import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { compareRuns, differencesIn, MOST_COMPARED } from "../model/compare.ts";
import type { Step } from "../model/step.ts";
import { spanOf } from "../model/words.ts";
import type { LadderTexts } from "../texts/en.ts";

/** Two runs beside each other, each from its own beginning. */
export function Compare({
  left,
  right,
  texts,
  onClose,
}: {
  readonly left: readonly Step[];
  readonly right: readonly Step[];
  readonly texts: LadderTexts;
  readonly onClose: () => void;
}): ReactNode {
  const pairs = useMemo(() => compareRuns(left, right), [left, right]);
  const different = pairs.filter((pair) => !pair.left || !pair.right).length;
  const places = useMemo(() => differencesIn(pairs), [pairs]);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const go = (by: 1 | -1): void => {
    if (places.length === 0) return;
    const next = at < 0 && by < 0 ? places.length - 1 : (at + by + places.length) % places.length;
    setAt(next);
    box.current?.querySelectorAll("tbody tr")[places[next] ?? 0]?.scrollIntoView({
      block: "center",
    });
  };
  const pressed = (event: KeyboardEvent): void => {
    const by = event.key === "n" ? 1 : event.key === "p" ? -1 : undefined;
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(by);
  };
  return (
    <Dialog title={texts.compareTitle} wide onClose={onClose}>
      <p>{texts.runsDiffer(different)}</p>
      {Math.max(left.length, right.length) > MOST_COMPARED && (
        <p className="small soft">{texts.comparedOnly(MOST_COMPARED)}</p>
      )}
      <div className="detail-actions">
        <Button isDisabled={places.length === 0} onPress={() => go(-1)} onKeyDown={pressed}>
          {texts.lastDifference}
        </Button>
        <Button isDisabled={places.length === 0} onPress={() => go(1)} onKeyDown={pressed}>
          {texts.nextDifference}
        </Button>
        <span role="status" className="small">
          {texts.differenceOf(at + 1, places.length)}
        </span>
      </div>
      {/* A long comparison is read, and gone through, by the keys. */}
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={box}
        className="compared"
        tabIndex={0}
        role="region"
        aria-label={texts.compareTitle}
        onKeyDown={pressed}
      >
        {/* oxlint-enable */}
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.firstRun}</th>
              <th scope="col">{texts.secondRun}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair, row) => (
              <tr
                aria-current={row === places[at] ? "true" : undefined}
                key={`${pair.left?.sequence ?? ""} ${pair.right?.sequence ?? ""}`}
                className={pair.left && pair.right ? "same" : "different"}
              >
                <Cell step={pair.left} start={left[0]?.at} sign="−" />
                <Cell step={pair.right} start={right[0]?.at} sign="+" />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="actions">
        <Button onPress={onClose}>{texts.close}</Button>
      </div>
    </Dialog>
  );
}

function Cell({
  step,
  start = 0,
  sign,
}: {
  readonly step: Step | undefined;
  readonly start: number | undefined;
  readonly sign: string;
}): ReactNode {
  if (step === undefined) return <td className="gap">—</td>;
  const arrow = step.direction === "in" ? "→" : step.direction === "out" ? "←" : "◆";
  return (
    <td className={`is-${step.protocol}`}>
      <span className="sign" aria-hidden="true">
        {sign}
      </span>
      <span className="mono soft">{spanOf(step.at - start)}</span> <span>{arrow}</span>{" "}
      <bdi className="compared-title">{step.title}</bdi>
    </td>
  );
}

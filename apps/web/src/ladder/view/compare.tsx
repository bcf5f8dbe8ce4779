import { type ReactNode, useMemo } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { compareRuns } from "../model/compare.ts";
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
  return (
    <Dialog title={texts.compareTitle} wide onClose={onClose}>
      <p>{texts.runsDiffer(different)}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="compared" tabIndex={0} role="region" aria-label={texts.compareTitle}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.firstRun}</th>
              <th scope="col">{texts.secondRun}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <tr
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

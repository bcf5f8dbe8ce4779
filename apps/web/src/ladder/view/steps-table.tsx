import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import type { Line } from "../model/view.ts";
import { clockOf } from "../model/words.ts";
import type { LadderState } from "../store.ts";
import type { LadderTexts } from "../texts/en.ts";
import { titleOf } from "./step-title.ts";

const MOST = 300;

/** The same as a table: for who reads it aloud, or likes it better. */
export function StepsTable({
  state: { lines, lanes },
  texts,
  onChoose,
}: {
  readonly state: LadderState;
  readonly texts: LadderTexts;
  readonly onChoose: (line: Line) => void;
}): ReactNode {
  const shown = lines.slice(-MOST);
  const nameOf = (key: string | undefined): string =>
    lanes.find((lane) => lane.key === key)?.name ?? texts.server;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="steps-table" tabIndex={0} role="region" aria-label={texts.ladder}>
      {lines.length > MOST && <p className="small soft">{texts.lastOf(MOST, lines.length)}</p>}
      <table>
        <thead>
          <tr>
            {[texts.time, texts.from, texts.to, texts.protocol, texts.what, texts.clause].map(
              (head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((line) => {
            const { step, lane } = line.row;
            const [from, to] = step.direction === "in" ? [lane, undefined] : [undefined, lane];
            return (
              <tr key={step.sequence} className={`is-${step.protocol}`}>
                <td className="mono">{clockOf(step.at)}</td>
                <td>
                  <bdi>{nameOf(from)}</bdi>
                </td>
                <td>
                  <bdi>{step.direction === "here" ? "" : nameOf(to)}</bdi>
                </td>
                <td>{step.protocol}</td>
                <td>
                  <Button look="link" onPress={() => onChoose(line)}>
                    <bdi>{titleOf(step, texts)}</bdi>
                  </Button>
                  {line.rows.length > 1 && ` ×${line.rows.length}`}
                </td>
                <td>{step.clause}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

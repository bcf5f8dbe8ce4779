import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { piecesOf } from "../model/colours.ts";
import { type Lane, nameOf } from "../model/lanes.ts";
import { type Row, tookMicros } from "../model/rows.ts";
import type { Line } from "../model/view.ts";
import { clockOf, spanOf } from "../model/words.ts";
import type { LadderTexts } from "../texts/en.ts";
import { titleOf } from "./step-title.ts";

/** Everything that is known of one step, and the message itself in its colours. */
export function Details({
  line,
  lanes,
  texts,
  onFollow,
  onClose,
}: {
  readonly line: Line;
  readonly lanes: readonly Lane[];
  readonly texts: LadderTexts;
  readonly onFollow: (what: "message" | "conversation", row: Row) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { row, rows } = line;
  const { step } = row;
  const ids = (row.request ?? row).step.messageIds;
  const title = titleOf(step, texts);
  return (
    <aside className={`ladder-details is-${step.protocol}`} aria-label={title}>
      <header>
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <Button look="icon" aria-label={texts.close} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      {rows.length > 1 && <p className="small soft">{runWords(rows, texts)}</p>}
      <Facts row={row} lanes={lanes} texts={texts} />
      {step.gap !== undefined && (
        <p>{step.gap.restart === undefined ? texts.gapMissedWords : texts.gapRestartWords}</p>
      )}
      {step.gap === undefined && (
        <div className="detail-actions">
          {(ids.length > 0 || step.exchange !== undefined) && (
            <Button onPress={() => onFollow("message", row)}>{texts.onlyMessage}</Button>
          )}
          <Button onPress={() => onFollow("conversation", row)}>{texts.onlyConversation}</Button>
          {step.direction !== "here" && <Copy text={step.text} texts={texts} />}
        </div>
      )}
      {step.direction !== "here" && <Coloured text={step.text} />}
      {step.cut > 0 && <p className="small soft">{texts.cut(step.cut)}</p>}
    </aside>
  );
}

function Facts({
  row,
  lanes,
  texts,
}: {
  readonly row: Row;
  readonly lanes: readonly Lane[];
  readonly texts: LadderTexts;
}): ReactNode {
  const { step, lane, again, answer } = row;
  const peer = lanes.find(({ key }) => key === lane)?.name;
  const ends = step.direction === "in" ? [peer, texts.server] : [texts.server, peer];
  const took = tookMicros(row) ?? (answer && tookMicros(answer));
  const facts: readonly (readonly [string, string | undefined])[] = [
    [texts.time, clockOf(step.at)],
    [texts.what, peer === undefined ? undefined : ends.join(" → ")],
    [texts.by, step.direction === "here" ? undefined : `${step.transport} ${step.peer}`],
    [texts.took, took === undefined ? undefined : spanOf(took)],
    [texts.clause, step.clause],
    [texts.from, step.from && nameOf(step.from)],
    [texts.to, step.to && nameOf(step.to)],
    [texts.conversation, step.callId],
    [texts.messageId, step.messageIds.join(" ") || undefined],
    [texts.size, step.direction === "here" ? undefined : texts.octets(step.bytes)],
    ["", again.length > 0 ? texts.repeats(again.length) : undefined],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Coloured({ text }: { readonly text: string }): ReactNode {
  return (
    // A long line is reached by the keys, too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className="wire" tabIndex={0} dir="ltr">
      {piecesOf(text).map((pieces, line) => (
        // Lines of a message that does not change.
        // oxlint-disable-next-line react/no-array-index-key
        <code key={line}>
          {pieces.map(({ tone, text: piece }, at) => (
            // oxlint-disable-next-line react/no-array-index-key
            <span key={at} className={`tone-${tone}`}>
              {visible(piece)}
            </span>
          ))}
          {"\n"}
        </code>
      ))}
    </pre>
  );
}

function Copy({ text, texts }: { readonly text: string; readonly texts: LadderTexts }): ReactNode {
  const [copied, setCopied] = useState("");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(""),
    );
  };
  return <Button onPress={copy}>{copied === text ? texts.copied : texts.copy}</Button>;
}

/** What has no shape gets one: nothing that a stranger sent turns the reading order or hides. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function runWords(rows: readonly Row[], texts: LadderTexts): string {
  const [first, last] = [rows[0]?.step.at ?? 0, rows.at(-1)?.step.at ?? 0];
  return texts.run(rows.length, spanOf(last - first));
}

import { type ReactNode, useState } from "react";
import { Choice } from "../../ui/choice.tsx";
import type { ConfigKey } from "../model/shapes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Page } from "../view/parts.tsx";

/** As `parlance config explain` has it, with what holds. */
export function ConfigPage(): ReactNode {
  const { texts } = useOperator();
  const asked = useAsked<{ readonly keys: readonly ConfigKey[] }>("/config");
  const [words, setWords] = useState("");
  const [onlyChanged, setOnlyChanged] = useState(false);
  const isWanted = ({ path, about, changed }: ConfigKey): boolean =>
    (!onlyChanged || changed) &&
    `${path} ${about}`.toLowerCase().includes(words.trim().toLowerCase());
  return (
    <Page title={texts.page.config} words={texts.configWords}>
      <div className="page-tools">
        <input
          className="input page-filter"
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
        />
        <Choice label={texts.onlyChanged} isSelected={onlyChanged} onChange={setOnlyChanged} />
      </div>
      <Answer asked={asked}>
        {({ keys }) => (
          <ul className="config-keys">
            {keys.filter(isWanted).map((key) => (
              <Key key={key.path} of={key} />
            ))}
          </ul>
        )}
      </Answer>
    </Page>
  );
}

function Key({
  of: { path, value, byDefault, changed, variable, about },
}: {
  readonly of: ConfigKey;
}): ReactNode {
  const { texts } = useOperator();
  return (
    <li className={changed ? "config-key changed" : "config-key"}>
      <h2>
        <code>{path}</code>
      </h2>
      <p className="config-value">
        <code>
          <bdi>{JSON.stringify(value)}</bdi>
        </code>
        {changed && (
          <span className="small soft">
            {texts.byDefault} <code>{JSON.stringify(byDefault)}</code>
          </span>
        )}
      </p>
      <p className="small soft">
        {about} <code>{variable}</code>
      </p>
    </li>
  );
}

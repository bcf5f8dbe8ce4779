import { type ReactNode, useRef } from "react";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuChoice } from "../../ui/menu.tsx";
import { type Protocol, readSteps, type Step } from "../model/step.ts";
import type { LadderState, LadderStore } from "../store.ts";
import type { LadderTexts } from "../texts/en.ts";

export interface ToolbarProps {
  readonly store: LadderStore;
  readonly state: LadderState;
  readonly texts: LadderTexts;
  readonly protocols: readonly Protocol[];
  readonly canFilterAtSource: boolean;
  readonly asTable: boolean;
  readonly onTable: (asTable: boolean) => void;
  readonly first: readonly Step[] | undefined;
  readonly onFirst: (steps: readonly Step[]) => void;
  readonly onCompare: () => void;
  /** A file with no trace in it was opened. */
  readonly onNoRun: () => void;
  /** Where the server gives what is shown in this form; undefined where it does not. */
  readonly saveFrom: ((form: "full" | "pcap" | "hep") => string) | undefined;
  readonly children?: ReactNode;
}

export function Toolbar(props: ToolbarProps): ReactNode {
  const { store, state, texts, protocols, children } = props;
  const { wanted, held } = state;
  return (
    <div className="ladder-tools">
      {children}
      <input
        className="input ladder-filter"
        type="search"
        aria-label={texts.filter}
        placeholder={texts.filterHint}
        value={wanted.words}
        onChange={({ currentTarget }) => store.want({ words: currentTarget.value })}
      />
      <ProtocolChips store={store} state={state} texts={texts} protocols={protocols} />
      <span className="push" />
      <Button onPress={() => store.hold(held === undefined)} look="quiet">
        {held === undefined ? texts.hold : texts.goOn(held)}
      </Button>
      <Button onPress={() => store.clear()} look="quiet">
        {texts.clear}
      </Button>
      <MoreMenu {...props} />
    </div>
  );
}

function ProtocolChips({
  store,
  state: { wanted },
  texts,
  protocols: all,
}: Pick<ToolbarProps, "store" | "state" | "texts" | "protocols">): ReactNode {
  const turn = (protocol: Protocol): void => {
    const protocols = new Set(wanted.protocols);
    if (!protocols.delete(protocol)) protocols.add(protocol);
    store.want({ protocols });
  };
  return (
    <fieldset className="protocol-chips" aria-label={texts.protocols}>
      {all.map((protocol) => (
        <button
          key={protocol}
          type="button"
          className={`protocol-chip is-${protocol}`}
          aria-pressed={wanted.protocols.has(protocol)}
          onClick={() => turn(protocol)}
        >
          {protocol}
        </button>
      ))}
    </fieldset>
  );
}

function MoreMenu(props: ToolbarProps): ReactNode {
  const { store, state, texts, asTable, onTable, first, onFirst, onCompare, onNoRun } = props;
  const file = useRef<HTMLInputElement>(null);
  const { wanted, laneBy } = state;
  const choices: readonly MenuChoice[] = [
    ...saveChoices(props),
    { id: "keep", label: texts.keepAsFirst, act: () => onFirst(store.steps("shown")) },
    { id: "open", label: texts.openSaved, act: () => file.current?.click() },
    {
      id: "compare",
      label: texts.compareShown,
      disabled: first === undefined,
      act: onCompare,
    },
    {
      id: "group",
      label: texts.group,
      icon: ticked(wanted.grouped),
      act: () => store.want({ grouped: !wanted.grouped }),
    },
    {
      id: "by",
      label: texts.byConnection,
      icon: ticked(laneBy === "connection"),
      act: () => store.by(laneBy === "user" ? "connection" : "user"),
    },
    ...(props.canFilterAtSource
      ? [
          {
            id: "source",
            label: texts.atSource,
            icon: ticked(state.atSource),
            act: () => store.filterAtSource(!state.atSource),
          },
        ]
      : []),
    { id: "table", label: texts.table, icon: ticked(asTable), act: () => onTable(!asTable) },
  ];
  return (
    <>
      <Menu label={texts.options} choices={choices}>
        <Button look="icon" aria-label={texts.options}>
          <Icon name="more" />
        </Button>
      </Menu>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={texts.openSaved}
        onChange={({ currentTarget }) => {
          const [opened] = currentTarget.files ?? [];
          if (opened !== undefined) void readRun(opened).then(onFirst, onNoRun);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

function saveChoices({ store, texts, saveFrom }: ToolbarProps): readonly MenuChoice[] {
  const json: MenuChoice = {
    id: "json",
    label: `${texts.save}: ${texts.saveJson}`,
    act: () => saveJson(store.steps("shown")),
  };
  if (saveFrom === undefined) return [json];
  const forms = [
    ["full", texts.saveText, "trace.txt"],
    ["pcap", texts.savePcap, "trace.pcap"],
    ["hep", texts.saveHep, "trace.hep"],
  ] as const;
  const served = forms.map(([form, label, name]) => ({
    id: form,
    label: `${texts.save}: ${label}`,
    act: () => save(saveFrom(form), name),
  }));
  return [json, ...served];
}

async function readRun(file: File): Promise<readonly Step[]> {
  const steps = readSteps(JSON.parse(await file.text()));
  if (steps === undefined) throw new TypeError("no trace");
  return steps;
}

function saveJson(steps: readonly Step[]): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify({ steps }, undefined, 1)], { type: "application/json" }),
  );
  save(url, "trace.json");
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function save(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

function ticked(on: boolean): ReactNode {
  return <span className="tick">{on && <Icon name="check" small />}</span>;
}

/** The ladder: what is drawn, what is chosen, and the tools above it. For the operator's page and the start page. */
import "./ladder.css";
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Button } from "../ui/button.tsx";
import { PROTOCOLS, type Protocol, type Step } from "./model/step.ts";
import type { Wanted } from "./model/view.ts";
import { type LadderState, LadderStore } from "./store.ts";
import type { LadderTexts } from "./texts/en.ts";
import { Compare } from "./view/compare.tsx";
import { Details } from "./view/details.tsx";
import { LadderLines } from "./view/ladder-lines.tsx";
import { StepsTable } from "./view/steps-table.tsx";
import { Toolbar } from "./view/toolbar.tsx";

export interface LadderPanelProps {
  readonly texts: LadderTexts;
  /** Those that may come by; all of them by default. */
  readonly protocols?: readonly Protocol[];
  readonly saveFrom?: (form: "full" | "pcap" | "hep") => string;
  /** Stands before the filter. */
  readonly children?: ReactNode;
}

/** `live`: the feed, `/api/trace/live?…`. `onLost`: its connection broke, or was tried in vain; must stay the same. */
export function LivePanel({
  live,
  onLost,
  ...rest
}: LadderPanelProps & { readonly live: string; readonly onLost?: () => void }): ReactNode {
  const store = useMemo(() => new LadderStore(), []);
  const { wanted, atSource } = useSyncExternalStore(store.subscribe, store.state);
  const url = useSettled(atSource ? `${live}&${soughtAtSource(wanted)}` : live);
  useEffect(() => store.listen(url, onLost), [store, url, onLost]);
  return <LadderPanel store={store} atSource {...rest} />;
}

/** Whoever tells looks for it: for more steps than a page takes. */
function soughtAtSource({ words, protocols }: Wanted): string {
  const ask = new URLSearchParams();
  if (protocols.size > 0) ask.set("protocols", [...protocols].join(","));
  if (words.trim() !== "") ask.set("words", words.trim());
  return ask.toString();
}

const SETTLED_MS = 600;

/** What it was for so long: each change of a feed begins anew. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export function LadderPanel({
  store,
  texts,
  protocols = PROTOCOLS,
  atSource = false,
  saveFrom,
  children,
}: LadderPanelProps & {
  readonly store: LadderStore;
  /** Whoever tells can look for words and protocols itself. */
  readonly atSource?: boolean;
}): ReactNode {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const [asTable, setAsTable] = useState(false);
  const [first, setFirst] = useState<readonly Step[]>();
  const [compared, setCompared] = useState<readonly Step[]>();
  const [noRun, setNoRun] = useState(false);
  const { chosen, lanes } = state;
  return (
    <section className="ladder-panel" aria-label={texts.ladder}>
      <Toolbar
        store={store}
        state={state}
        texts={texts}
        protocols={protocols}
        canFilterAtSource={atSource}
        asTable={asTable}
        onTable={setAsTable}
        first={first}
        onFirst={(steps) => {
          setNoRun(false);
          setFirst(steps);
        }}
        onCompare={() => setCompared(store.steps("shown"))}
        onNoRun={() => setNoRun(true)}
        saveFrom={saveFrom}
      >
        {children}
      </Toolbar>
      <Standing store={store} state={state} texts={texts} fault={noRun ? texts.noRun : undefined}>
        {first !== undefined && (
          <span className="followed">
            <span role="status">{texts.firstKept(first.length)}</span>
            <Button look="link" onPress={() => setCompared(store.steps("shown"))}>
              {texts.compare}
            </Button>
          </span>
        )}
      </Standing>
      <div className={chosen === undefined ? "ladder-parts" : "ladder-parts with-details"}>
        {asTable ? (
          <StepsTable state={state} texts={texts} onChoose={(line) => store.choose(line)} />
        ) : (
          <LadderLines
            state={state}
            texts={texts}
            onChoose={(line) => store.choose(line)}
            onFollow={(line) => store.follow("message", line.row)}
          />
        )}
        {chosen !== undefined && (
          <Details
            line={chosen}
            lanes={lanes}
            texts={texts}
            onFollow={(what, row) => store.follow(what, row)}
            onClose={() => store.choose(undefined)}
          />
        )}
      </div>
      {first !== undefined && compared !== undefined && (
        <Compare
          left={first}
          right={compared}
          texts={texts}
          onClose={() => setCompared(undefined)}
        />
      )}
    </section>
  );
}

/** How it stands with the feed, and what of it is shown. */
function Standing({
  store,
  state: { feed, rows, shown, missed, followed },
  texts,
  fault,
  children,
}: {
  readonly store: LadderStore;
  readonly state: LadderState;
  readonly texts: LadderTexts;
  readonly fault: string | undefined;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="ladder-standing small">
      {feed !== "none" && (
        <span role="status" className={`feed-state ${feed}`}>
          {feed === "live" ? texts.live : feed === "lost" ? texts.lost : texts.connecting}
        </span>
      )}
      <span className="soft" data-testid="count">
        {shown === rows ? texts.steps(rows) : texts.of(shown, rows)}
      </span>
      {missed > 0 && <span className="missed">{texts.missed(missed)}</span>}
      {followed !== undefined && (
        <span className="followed">
          {followed.what === "message" ? texts.onlyMessage : texts.onlyConversation}
          <Button look="link" onPress={() => store.followNothing()}>
            {texts.showAll}
          </Button>
        </span>
      )}
      {children}
      {fault !== undefined && <span className="fault">{fault}</span>}
      {shown === 0 && (
        <span className="soft">{rows === 0 ? texts.nothing : texts.nothingFits}</span>
      )}
    </div>
  );
}

/** The first page of a local service: two people who write to each other, and below them what goes over the wire. */
import "../style/welcome.css";
import type { Traced } from "@parlance/client/web";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { Button } from "../../ui/index.ts";
import { type Backend, openBackend } from "../desk/backend.ts";
import { userPart } from "../model/addresses.ts";
import type { Texts } from "../texts/en.ts";
import { Messenger } from "../view/messenger.tsx";
import type { Route } from "../view/route.ts";
import { LadderSlot } from "./ladder-slot.tsx";
import { TraceFeed } from "./trace-feed.ts";
import { type ReadyAccount, readyAccounts } from "./welcome-facts.ts";

export function Welcome({
  texts,
  language,
  onSignIn,
}: {
  readonly texts: Texts;
  readonly language: string;
  readonly onSignIn: () => void;
}): ReactNode {
  const feed = useMemo(() => new TraceFeed(), []);
  const [accounts, setAccounts] = useState<readonly ReadyAccount[]>([]);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    readyAccounts().then(setAccounts, () => setFailed(true));
  }, []);
  const [one, other] = accounts;
  const named = useMemo(
    () => new Map(accounts.map(({ user }) => [user, capital(userPart(user))])),
    [accounts],
  );
  return (
    <main className="welcome">
      <header className="welcome-head">
        <div>
          <h1>{texts.welcome.title}</h1>
          <p className="soft">{failed ? texts.welcome.failed : texts.welcome.lead}</p>
        </div>
        <Button onPress={onSignIn}>{texts.welcome.signIn}</Button>
      </header>
      <div className="panes">
        {one !== undefined && other !== undefined && (
          <>
            <Pane account={one} peer={other.user} {...{ texts, language, feed, named }} />
            <Pane account={other} peer={one.user} {...{ texts, language, feed, named }} />
          </>
        )}
      </div>
      <section className="ladder" aria-labelledby="ladder">
        <h2 id="ladder">{texts.welcome.ladder}</h2>
        {named.size > 0 && <LadderSlot feed={feed} named={named} language={language} />}
      </section>
    </main>
  );
}

function Pane({
  account,
  peer,
  texts,
  language,
  feed,
  named,
}: {
  readonly account: ReadyAccount;
  readonly peer: string;
  readonly texts: Texts;
  readonly language: string;
  readonly feed: TraceFeed;
  readonly named: ReadonlyMap<string, string>;
}): ReactNode {
  const backend = useBackend(account, feed);
  const [route, setRoute] = useState<Route>({ view: "talk", address: peer });
  const go = useCallback((next: Route) => setRoute(next), []);
  const name = userPart(account.user);
  return (
    <section className="pane" aria-label={texts.welcome.pane(capital(name))}>
      <p className="pane-who small">{texts.welcome.who(capital(name))}</p>
      {backend === undefined ? (
        <div className="front-empty">
          <span className="spinner" />
        </div>
      ) : (
        <Messenger
          backend={backend}
          self={account.user}
          texts={texts}
          language={language}
          route={route}
          go={go}
          named={named}
        />
      )}
    </section>
  );
}

/** Both have a store of their own, apart from that of a tab in which one of them is signed in. */
function useBackend({ user, secret }: ReadyAccount, feed: TraceFeed): Backend | undefined {
  const [backend, setBackend] = useState<Backend>();
  useEffect(() => {
    let current = true;
    let opened: Backend | undefined;
    const trace = (traced: Traced): void => feed.put(user, traced);
    openBackend(
      { user, secret, displayName: capital(userPart(user)) },
      { check: false, trace, storeName: `ready ${user}` },
    ).then(
      (made) => {
        opened = made;
        if (current) setBackend(made);
        else void made.close();
      },
      () => {}, // the pane goes on waiting: its server is gone
    );
    return () => {
      current = false;
      void opened?.close();
    };
  }, [user, secret, feed]);
  return backend;
}

function capital(name: string): string {
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

/** Which page is in front: the first one of a local service, signing in, or the messenger of an account. */
import {
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import {
  chooseAccount,
  currentAccount,
  isNewTab,
  keepForTab,
  LENDS,
  type SavedAccount,
  saveAccount,
  savedAccounts,
  signOutOf,
} from "./desk/accounts.ts";
import { type Backend, openBackend } from "./desk/backend.ts";
import { faultOf } from "./model/refusal-words.ts";
import type { Fault } from "./model/views.ts";
import { SignIn } from "./start/sign-in.tsx";
import type { WelcomeFacts } from "./start/welcome-facts.ts";
import type { Texts } from "./texts/en.ts";
import { Messenger } from "./view/messenger.tsx";
import { formatRoute, type Route, readRoute } from "./view/route.ts";

/** For local services alone. */
const Welcome = lazy(async () => ({ default: (await import("./start/welcome.tsx")).Welcome }));

interface Open {
  readonly account: SavedAccount;
  readonly backend: Backend;
}

export function App({
  texts,
  language,
  facts,
}: {
  readonly texts: Texts;
  readonly language: string;
  readonly facts: WelcomeFacts;
}): ReactNode {
  const [open, setOpen] = useState<Open>();
  const [page, setPage] = useState<"start" | "sign in" | "messenger">("messenger");
  const [ended, setEnded] = useState<Fault>();
  const [route, go] = useHashRoute();

  const enter = useCallback(async (account: SavedAccount, check: boolean) => {
    const backend = await openBackend(account, { check });
    setOpen({ account, backend });
    setPage("messenger");
  }, []);

  const resume = useCallback(
    (account: SavedAccount) => {
      chooseAccount(account.user);
      setPage("messenger");
      enter(account, false).catch(() => setPage("sign in"));
    },
    [enter],
  );

  useEffect(() => {
    const begin = async (): Promise<void> => {
      const account = currentAccount();
      if (account !== undefined) return resume(account);
      const lent = isNewTab() ? await lentAccount() : undefined;
      if (lent === undefined) return setPage("start");
      keepForTab(lent);
      resume(lent);
    };
    begin().catch(() => setPage("start"));
  }, []); // eslint-disable-line react-hooks/exhaustive-deps -- once, when the page is loaded

  useEffect(() => {
    if (open === undefined) return undefined;
    const over = new AbortController();
    lending().then(
      ({ lendAccount }) => lendAccount(open.account, over.signal),
      () => {},
    ); // a newer page is there
    return () => over.abort();
  }, [open]);

  useEffect(() => {
    if (open === undefined) return undefined;
    let current = true;
    void open.backend.over.then((fault) => {
      void open.backend.close();
      signOutOf(open.account.user); // what another tab has kept of it is gone already
      if (!current) return;
      setEnded(fault);
      setOpen(undefined);
      setPage("sign in");
    });
    return () => {
      current = false;
    };
  }, [open]);

  const leave = useCallback(
    async (next: "sign in" | SavedAccount) => {
      chooseAccount(next === "sign in" ? undefined : next.user);
      setOpen(undefined);
      setPage("sign in");
      await open?.backend.close();
      if (next !== "sign in") resume(next);
    },
    [open, resume],
  );

  const loading = (
    <main className="front-empty" aria-busy="true">
      <span className="spinner" />
      <p className="soft">{texts.loading}</p>
    </main>
  );
  if (page === "messenger" && open !== undefined) {
    const { account, backend } = open;
    const others = savedAccounts().filter(({ user }) => user !== account.user);
    return (
      <main className="whole">
        <h1 className="unseen">{texts.app}</h1>{" "}
        <Messenger
          key={account.user}
          backend={backend}
          self={account.user}
          texts={texts}
          language={language}
          route={route}
          go={go}
          accounts={{
            others: others.map(({ user }) => user),
            switchTo: (user) => {
              const next = others.find((one) => one.user === user);
              if (next !== undefined) void leave(next);
            },
            add: () => void leave("sign in"),
            signOut: () => {
              chooseAccount(undefined);
              signOutOf(account.user);
              go({ view: "list" });
              backend.commands.signOut().catch(() => {}); // the tab that has done it answers no more
            },
          }}
        />
      </main>
    );
  }
  if (page === "messenger") {
    return loading;
  }
  if (page === "start" && facts.tries) {
    return (
      <Suspense fallback={loading}>
        <Welcome texts={texts} language={language} onSignIn={() => setPage("sign in")} />
      </Suspense>
    );
  }
  return (
    <SignIn
      texts={texts}
      domain={facts.domain}
      ended={ended}
      resume={resume}
      onTry={facts.tries ? () => setPage("start") : undefined}
      signIn={async (account, stay) => {
        try {
          await enter(account, true);
          saveAccount(account, stay);
        } catch (error) {
          throw faultOf(error);
        }
      }}
    />
  );
}

const lending = () => import("./desk/lent-account.ts");

/** Of another tab. */
async function lentAccount(): Promise<SavedAccount | undefined> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === LENDS) ? (await lending()).borrowAccount() : undefined;
}

function useHashRoute(): readonly [Route, (route: Route) => void] {
  const hash = useSyncExternalStore(watchHash, () => location.hash);
  const route = useMemo(() => readRoute(hash), [hash]);
  const go = useCallback((next: Route) => {
    location.hash = formatRoute(next);
  }, []);
  return [route, go];
}

function watchHash(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

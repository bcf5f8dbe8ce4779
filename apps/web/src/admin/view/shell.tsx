import { type ReactNode, useEffect, useState } from "react";
import { applyTheme, chooseTheme, chosenTheme, type Theme } from "../../theme/theme.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { AuditPage } from "../pages/audit-page.tsx";
import { ConfigPage } from "../pages/config-page.tsx";
import { GroupsPage } from "../pages/groups-page.tsx";
import { KeptPage } from "../pages/kept-page.tsx";
import { LimitsPage } from "../pages/limits-page.tsx";
import { MetricsPage } from "../pages/metrics-page.tsx";
import { OverviewPage } from "../pages/overview-page.tsx";
import { SessionsPage } from "../pages/sessions-page.tsx";
import { TracePage } from "../pages/trace-page.tsx";
import { UsersPage } from "../pages/users-page.tsx";
import { useOperator } from "./operator.ts";

const PAGES = {
  trace: TracePage,
  overview: OverviewPage,
  metrics: MetricsPage,
  users: UsersPage,
  groups: GroupsPage,
  sessions: SessionsPage,
  kept: KeptPage,
  limits: LimitsPage,
  config: ConfigPage,
  audit: AuditPage,
} as const;

type PageName = keyof typeof PAGES;

const NAMES = Object.keys(PAGES) as PageName[]; // of the object above
const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Where one is stands behind the `#`, so that it can be kept and sent to somebody. */
export function Shell({
  onOut,
  children,
}: {
  readonly onOut: () => void;
  /** Above every page. */
  readonly children?: ReactNode;
}): ReactNode {
  const { texts } = useOperator();
  const page = usePage();
  const Shown = PAGES[page];
  useEffect(() => {
    document.title = `Parlance · ${texts.page[page]}`;
  }, [texts, page]);
  return (
    <div className="shell">
      <nav className="shell-nav" aria-label={texts.pages}>
        <a className="brand" href="#trace">
          Parlance
        </a>
        <ul>
          {NAMES.map((name) => (
            <li key={name}>
              <a href={`#${name}`} aria-current={name === page ? "page" : undefined}>
                {texts.page[name]}
              </a>
            </li>
          ))}
        </ul>
        <OperatorMenu onOut={onOut} />
      </nav>
      {/* What is longer than the window is reached by the keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <main className={`shell-page of-${page}`} tabIndex={0}>
        {children}
        <Shown key={page} />
      </main>
    </div>
  );
}

function OperatorMenu({ onOut }: { readonly onOut: () => void }): ReactNode {
  const { texts, api } = useOperator();
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (wished: Theme): void => {
    chooseTheme(wished);
    applyTheme();
    setTheme(wished);
  };
  const themes = THEMES.map((wished) => ({
    id: wished,
    label: `${texts.theme}: ${texts.themes[wished]}`,
    icon: (
      <span className="tick">
        <Icon name={wished === theme ? "check" : "moon"} small />
      </span>
    ),
    act: () => choose(wished),
  }));
  const out = {
    id: "out",
    label: texts.logout,
    icon: <Icon name="leave" small />,
    act: () => void leave(),
  };
  const leave = async (): Promise<void> => {
    await api.logout().catch(() => undefined); // it has ended already
    onOut();
  };
  return (
    <Menu label={texts.menu} choices={[...themes, out]}>
      <Button look="icon" aria-label={texts.menu}>
        <Icon name="more" />
      </Button>
    </Menu>
  );
}

function usePage(): PageName {
  const [page, setPage] = useState(pageInAddress);
  useEffect(() => {
    const look = (): void => setPage(pageInAddress());
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return page;
}

function pageInAddress(): PageName {
  const name = location.hash.slice(1).split("?", 1)[0];
  return NAMES.find((known) => known === name) ?? "trace";
}

/** A view beside the conversations: its title, a way back where there is room for one view alone, and what is in it. */
import type { ReactNode } from "react";
import { BackButton } from "./back-button.tsx";

export function Screen({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="settings" aria-label={title}>
      <header className="talk-head">
        <BackButton />
        <div className="talk-title">
          <h2>{title}</h2>
        </div>
      </header>
      <div className="settings-body">{children}</div>
    </section>
  );
}

/** A view beside the conversations: its title, a way back where there is room for one view alone, and what is in it. */
import type { ReactNode } from "react";
import { Button, Icon } from "../../ui/index.ts";
import { useDesk } from "./desk-context.tsx";

export function Screen({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  const { texts, go } = useDesk();
  return (
    <section className="settings" aria-label={title}>
      <header className="talk-head">
        <Button
          look="icon"
          className="to-list"
          aria-label={texts.back}
          onPress={() => go({ view: "list" })}
        >
          <Icon name="back" />
        </Button>
        <div className="talk-title">
          <h2>{title}</h2>
        </div>
      </header>
      <div className="settings-body">{children}</div>
    </section>
  );
}

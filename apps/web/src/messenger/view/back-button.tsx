/** The way back where one view alone has room: invitations stand in the list, which is not to be seen meanwhile. */
import type { ReactNode } from "react";
import { Button, Icon } from "../../ui/index.ts";
import { useDesk, useSlice } from "./desk-context.tsx";

export function BackButton(): ReactNode {
  const { texts, go } = useDesk();
  const invited = useSlice("invitations")?.length ?? 0;
  const words = invited === 0 ? "" : texts.invitation.count(invited);
  return (
    <div className="to-list">
      <Button
        look="icon"
        aria-label={invited === 0 ? texts.back : `${texts.back}, ${words}`}
        onPress={() => go({ view: "list" })}
      >
        <Icon name="back" />
        {invited > 0 && <span className="badge">{invited}</span>}
      </Button>
      <span className="unseen" role="status">
        {words}
      </span>
    </div>
  );
}

import { type ReactNode, Suspense } from "react";
import { useDesk, useSlice } from "./desk-context.tsx";
import { later } from "./later.tsx";

const InvitationCard = later(async () => (await import("./invitation-card.tsx")).InvitationCard);

export function Invitations(): ReactNode {
  const { texts } = useDesk();
  const invitations = useSlice("invitations") ?? [];
  return (
    <div
      className="invitations"
      aria-live="polite"
      role="region"
      aria-label={texts.invitation.title}
    >
      <Suspense fallback={null}>
        {invitations.map((one) => (
          <InvitationCard key={one.id} invitation={one} />
        ))}
      </Suspense>
    </div>
  );
}

import type { ReactNode } from "react";
import { Button } from "../../ui/index.ts";
import { shortAddress } from "../model/addresses.ts";
import { cleanLine } from "../model/clean-text.ts";
import { titleOf } from "../model/conversation-list.ts";
import type { InvitationView } from "../model/views.ts";
import { useAct, useDesk, usePersonName } from "./desk-context.tsx";

/** Somebody asks the user to come: with what he may answer. */
export function InvitationCard({ invitation }: { readonly invitation: InvitationView }): ReactNode {
  const { texts, backend, domain, go } = useDesk();
  const act = useAct();
  const nameOf = usePersonName();
  const { id, kind, from, fromName, group, groupName, subject } = invitation;
  const who = nameOf(from, fromName);
  const where =
    group === undefined ? undefined : titleOf({ address: group, name: groupName }, domain);
  const words =
    kind === "group"
      ? where === undefined
        ? texts.invitation.group(who)
        : texts.invitation.named(who, where)
      : kind === "conversation"
        ? texts.invitation.conversation(who)
        : texts.invitation.large(who);
  const answer = async (accept: boolean): Promise<void> => {
    const address = await act(backend.commands.answer(id, accept));
    if (address !== undefined) go({ view: "talk", address });
  };
  return (
    <div className="invitation">
      <p>
        <bdi>{words}</bdi>
        {subject !== undefined && subject !== "" && (
          <bdi className="soft small">{cleanLine(subject)}</bdi>
        )}
        <span className="unseen">{shortAddress(from, domain)}</span>
      </p>
      <div className="invitation-actions">
        <Button look="quiet" onPress={() => void answer(false)}>
          {texts.invitation.decline}
        </Button>
        <Button look="primary" onPress={() => void answer(true)}>
          {texts.invitation.accept}
        </Button>
      </div>
    </div>
  );
}

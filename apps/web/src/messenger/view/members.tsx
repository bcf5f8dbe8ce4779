import { type ReactNode, useState } from "react";
import { Button, Icon, Menu, type MenuChoice } from "../../ui/index.ts";
import type { MemberView, RoomView } from "../model/views.ts";
import { Avatar } from "./avatar.tsx";
import { useAct, useDesk, useMemberName, useSlice } from "./desk-context.tsx";
import { NicknameDialog, PeopleDialog, SubjectDialog } from "./dialogs.tsx";

export function Members({
  room,
  onClose,
  onWhisper,
}: {
  readonly room: RoomView;
  readonly onClose: () => void;
  readonly onWhisper: (to: MemberView) => void;
}): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const [asking, setAsking] = useState<"people" | "name" | "subject">();
  const moderates = room.members.some(
    ({ me, roles }) => me && roles.some((role) => role === "moderator" || role === "creator"),
  );
  return (
    <aside className="panel" aria-label={texts.members.title}>
      <header className="panel-head">
        <h3>{texts.members.count(room.members.length)}</h3>
        <Button look="icon" aria-label={texts.close} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      {room.anonymous && <p className="hint small">{texts.members.anonymous}</p>}
      <ul className="members">
        {room.members.map((member) => (
          <Member
            key={member.entity}
            member={member}
            room={room}
            moderates={moderates}
            onWhisper={() => {
              onWhisper(member);
              onClose();
            }}
          />
        ))}
      </ul>
      <div className="panel-foot">
        <Button onPress={() => setAsking("people")}>
          <Icon name="plus" small />
          {texts.members.invite}
        </Button>
        <Button look="quiet" onPress={() => setAsking("name")}>
          {texts.members.nicknameSet}
        </Button>
        {moderates && (
          <>
            <Button look="quiet" onPress={() => setAsking("subject")}>
              {texts.members.subject}
            </Button>
            <Button
              look="quiet"
              onPress={() =>
                void act(
                  backend.commands.moderate(room.address, { what: "lock", locked: !room.locked }),
                )
              }
            >
              {room.locked ? texts.members.unlock : texts.members.lock}
            </Button>
          </>
        )}
        {room.aliasUrl !== undefined && /^https?:\/\//.test(room.aliasUrl) && (
          <a href={room.aliasUrl} target="_blank" rel="noopener noreferrer">
            {texts.members.alias}
          </a>
        )}
      </div>
      {asking === "people" && (
        <PeopleDialog
          title={texts.members.inviteTitle}
          hint={undefined}
          withSubject={false}
          go={texts.members.invite}
          onClose={() => setAsking(undefined)}
          onDone={(people) => backend.commands.invite(room.address, people)}
        />
      )}
      {asking === "subject" && (
        <SubjectDialog
          value={room.subject ?? ""}
          onClose={() => setAsking(undefined)}
          onDone={(subject) =>
            backend.commands.moderate(room.address, { what: "subject", subject })
          }
        />
      )}
      {asking === "name" && (
        <NicknameDialog
          value={room.nickname ?? ""}
          onClose={() => setAsking(undefined)}
          onDone={(name) => backend.commands.setNickname(room.address, name)}
        />
      )}
    </aside>
  );
}

function Member({
  member,
  room,
  moderates,
  onWhisper,
}: {
  readonly member: MemberView;
  readonly room: RoomView;
  readonly moderates: boolean;
  readonly onWhisper: () => void;
}): ReactNode {
  const { texts, backend, go } = useDesk();
  const act = useAct();
  const writes = useSlice(`typing ${room.address}`)?.from.includes(member.entity) === true;
  const name = useMemberName()(member);
  const { entity, me, roles, state, anonymous, nickname, muted } = member;
  const choices: MenuChoice[] = [
    { id: "whisper", label: texts.members.whisper, disabled: state !== "in", act: onWhisper },
    ...(anonymous || nickname !== undefined
      ? []
      : [
          {
            id: "write",
            label: texts.members.write,
            act: () => go({ view: "talk", address: entity }),
          } as const,
        ]),
    ...(moderates
      ? [
          {
            id: "mute",
            label: muted ? texts.members.unmute : texts.members.mute,
            act: () =>
              void act(
                backend.commands.moderate(room.address, { what: "mute", entity, muted: !muted }),
              ),
          } as const,
          {
            id: "expel",
            label: texts.members.expel,
            look: "danger",
            act: () => void act(backend.commands.expel(room.address, entity)),
          } as const,
        ]
      : []),
  ];
  const says = [
    me ? texts.members.you : "",
    state === "invited" ? texts.members.invited : "",
    member.readsOnly ? texts.members.muted : "",
    writes ? texts.list.typing : "",
    ...roles.map((role) =>
      role === "moderator"
        ? texts.members.moderator
        : role === "creator"
          ? texts.members.creator
          : "",
    ),
  ].filter((word) => word !== "");
  return (
    <li className={`member ${state}`}>
      <Avatar address={entity} name={name} small />
      <span className="member-words">
        <bdi>{name}</bdi>
        <span className="soft small">{says.join(" · ")}</span>
      </span>
      {!me && (
        <Menu label={texts.members.act(name)} choices={choices}>
          <Button look="icon" aria-label={texts.members.act(name)}>
            <Icon name="more" />
          </Button>
        </Menu>
      )}
    </li>
  );
}

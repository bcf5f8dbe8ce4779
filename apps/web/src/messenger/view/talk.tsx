import { type DragEvent, type ReactNode, Suspense, useEffect, useState } from "react";
import { Button, Icon, Menu, type MenuChoice } from "../../ui/index.ts";
import { cleanLine } from "../model/clean-text.ts";
import { titleOf } from "../model/conversation-list.ts";
import { peopleOf } from "../model/past-room.ts";
import type { MemberView, RoomView } from "../model/views.ts";
import type { Texts } from "../texts/en.ts";
import { Avatar } from "./avatar.tsx";
import { BackButton } from "./back-button.tsx";
import { useComing } from "./coming-groups.tsx";
import { Composer } from "./composer.tsx";
import { useAct, useContactName, useDesk, useNameOf, useRow, useSlice } from "./desk-context.tsx";
import { later } from "./later.tsx";
import { MessageList } from "./message-list.tsx";

const PeopleDialog = later(async () => (await import("./dialogs.tsx")).PeopleDialog);
const SureDialog = later(async () => (await import("./sure-dialog.tsx")).SureDialog);
const Members = later(async () => (await import("./members.tsx")).Members);

export function Talk({
  address,
  drafts,
}: {
  readonly address: string;
  readonly drafts: Map<string, string>;
}): ReactNode {
  const { texts, backend, domain } = useDesk();
  const act = useAct();
  const row = useRow(address);
  const room = useSlice(`room ${address}`);
  const [panel, setPanel] = useState(false);
  const [whisperTo, setWhisperTo] = useState<MemberView>();
  const [dropping, setDropping] = useState(false);
  const contact = useContactName()(address);
  const name = contact ?? room?.name ?? room?.subject ?? row?.name;
  const title = titleOf({ address, name }, domain);
  const group = room !== undefined || row?.group === true;
  const { commands } = backend;
  useEffect(() => {
    void act(commands.open(address));
  }, [act, commands, address]);

  const over = room?.state === "left";
  const readsOnly = room?.members.some((one) => one.me && one.readsOnly) === true;
  const sendFiles = (files: readonly File[]): void => {
    if (over || readsOnly) return;
    for (const file of files) void act(commands.sendFile(address, file));
  };
  const dragged = (event: DragEvent): void => {
    if (over || readsOnly || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setDropping(true);
  };
  return (
    <section className={`talk ${panel && group && !over ? "with-panel" : ""}`} aria-label={title}>
      <Header
        address={address}
        title={title}
        room={room}
        group={group}
        panel={panel}
        onPanel={setPanel}
      />
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- files may be chosen by a button as well */}
      <div
        className="talk-main"
        onDragEnter={dragged}
        onDragOver={dragged}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false); // of the document
        }}
        onDrop={(event) => {
          event.preventDefault();
          setDropping(false);
          sendFiles([...event.dataTransfer.files]);
        }}
      >
        <MessageList key={address} address={address} group={group} title={title} />
        <Typing address={address} />
        <BlockedLine address={address} />
        {group && room === undefined && <Outside address={address} />}
        {over && <Over address={address} room={room} />}
        {!over && readsOnly && (
          <div className="over-line" role="status">
            <span className="soft">{texts.members.onlyRead}</span>
          </div>
        )}
        {!over && !readsOnly && (
          <Composer
            key={`composer ${address}`}
            address={address}
            title={title}
            disabled={false}
            whisperTo={whisperTo}
            onWhisper={setWhisperTo}
            drafts={drafts}
            sendFiles={sendFiles}
          />
        )}
        {dropping && <div className="drop">{texts.talk.drop}</div>}
      </div>
      {panel && room !== undefined && !over && (
        <Suspense fallback={<aside className="panel" aria-busy="true" />}>
          <Members room={room} onClose={() => setPanel(false)} onWhisper={setWhisperTo} />
        </Suspense>
      )}
    </section>
  );
}

function Header({
  address,
  title,
  room,
  group,
  panel,
  onPanel,
}: {
  readonly address: string;
  readonly title: string;
  readonly room: RoomView | undefined;
  readonly group: boolean;
  readonly panel: boolean;
  readonly onPanel: (open: boolean) => void;
}): ReactNode {
  const { texts, go, backend } = useDesk();
  const act = useAct();
  const [asking, setAsking] = useState<"leave" | "people" | "block" | "delete">();
  const blocked = useBlocked(address);
  const coming = useComing();
  const out = room === undefined || room.state === "left";
  const inside = room?.members.filter(({ state }) => state === "in").length ?? 0;
  const remove: MenuChoice = {
    id: "delete",
    label: texts.talk.removeAll,
    look: "danger",
    act: () => setAsking("delete"),
  };
  const choices: MenuChoice[] = group
    ? [
        {
          id: "members",
          label: texts.talk.showMembers,
          act: () => onPanel(true),
          disabled: out,
        },
        {
          id: "people",
          label: texts.members.invite,
          act: () => setAsking("people"),
          disabled: out,
        },
        {
          id: "leave",
          label: texts.talk.leave,
          look: "danger",
          act: () => setAsking("leave"),
          disabled: out,
        },
        remove,
      ]
    : [
        { id: "people", label: texts.talk.extend, act: () => setAsking("people") },
        blocked
          ? {
              id: "block",
              label: texts.talk.unblock,
              act: () => void act(backend.commands.block(address, false)),
            }
          : {
              id: "block",
              label: texts.talk.block,
              look: "danger",
              act: () => setAsking("block"),
            },
        remove,
      ];
  return (
    <header className="talk-head">
      <BackButton />
      <Avatar address={address} name={title} group={group} />
      <div className="talk-title">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <p className="soft small">
          <bdi>
            {room === undefined
              ? cleanLine(address.replace(/^sip:/, ""), 120)
              : out
                ? texts.talk.past
                : headline(room, texts.members.count(inside), texts.members.locked)}
          </bdi>
        </p>
      </div>
      {group && (
        <Button
          look="icon"
          className="to-members"
          aria-label={texts.talk.showMembers}
          aria-expanded={panel && !out}
          isDisabled={out}
          onPress={() => onPanel(!panel)}
        >
          <Icon name="people" />
        </Button>
      )}
      <Menu label={texts.more} choices={choices}>
        <Button look="icon" aria-label={texts.more}>
          <Icon name="more" />
        </Button>
      </Menu>
      <Suspense fallback={null}>
        {asking === "leave" && (
          <SureDialog
            title={texts.talk.leaveTitle}
            hint={texts.talk.leaveHint}
            go={texts.talk.leave}
            onClose={() => setAsking(undefined)}
            onSure={() => void act(backend.commands.leave(address))}
          />
        )}
        {asking === "block" && (
          <SureDialog
            title={texts.talk.blockTitle(title)}
            hint={texts.talk.blockHint}
            go={texts.talk.block}
            onClose={() => setAsking(undefined)}
            onSure={() => void act(backend.commands.block(address, true))}
          />
        )}
        {asking === "delete" && (
          <SureDialog
            title={texts.talk.removeAllTitle(title)}
            hint={texts.talk.removeHint}
            go={texts.talk.removeAll}
            onClose={() => setAsking(undefined)}
            onSure={() =>
              void act(
                backend.commands.removeConversation(address).then(() => go({ view: "list" })),
              )
            }
          />
        )}
        {asking === "people" && (
          <PeopleDialog
            title={group ? texts.members.inviteTitle : texts.talk.extend}
            hint={group ? undefined : texts.talk.extendHint}
            withSubject={!group}
            go={texts.members.invite}
            onClose={() => setAsking(undefined)}
            onDone={async (people, subject) => {
              if (group) return backend.commands.invite(address, people);
              coming(people, backend.commands.extend(address, people, subject));
            }}
          />
        )}
      </Suspense>
    </header>
  );
}

function headline({ subject, name, locked }: RoomView, count: string, lockedWords: string): string {
  const about = subject === undefined || subject === "" || name === undefined ? [] : [subject];
  return [count, ...(locked ? [lockedWords] : []), ...about].join(" · ");
}

function Typing({ address }: { readonly address: string }): ReactNode {
  const { texts } = useDesk();
  const nameOf = useNameOf(address);
  const [first, ...others] = useSlice(`typing ${address}`)?.from ?? [];
  return (
    <p className="typing-line soft small" aria-live="off">
      {first !== undefined &&
        (others.length === 0
          ? texts.talk.typingOne(nameOf(first))
          : texts.talk.typingMany(others.length + 1))}
    </p>
  );
}

/** It is written to all the same, where the group takes messages of those who are not in it. */
function Outside({ address }: { readonly address: string }): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  return (
    <div className="over-line" role="status">
      <span className="soft">{texts.join.notIn}</span>
      <Button
        isDisabled={busy}
        onPress={() => {
          setBusy(true);
          const wish = { nickname: undefined, anonymous: false };
          void act(backend.commands.join(address, wish)).finally(() => setBusy(false));
        }}
      >
        {busy && <span className="spinner" />}
        {texts.join.join}
      </Button>
    </div>
  );
}

/** Why there is nothing to write, and what can be done about it. */
function Over({ address, room }: { readonly address: string; readonly room: RoomView }): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const coming = useComing();
  const people = peopleOf(room, useSlice(`talk ${address}`)?.items ?? []);
  const { adHoc, ending, subject, nickname, anonymous } = room;
  return (
    <div className="over-line" role="status">
      <span className="soft">{overWords(ending, texts)}</span>
      {!adHoc && (
        <Button onPress={() => void act(backend.commands.join(address, { nickname, anonymous }))}>
          {texts.talk.come}
        </Button>
      )}
      {adHoc && ending !== "expelled" && people.length > 0 && (
        <Button onPress={() => coming(people, backend.commands.createGroup(people, subject))}>
          {texts.talk.startAgain}
        </Button>
      )}
    </div>
  );
}

function overWords(ending: string | undefined, { talk }: Texts): string {
  switch (ending) {
    case "expelled":
      return talk.overExpelled;
    case "ended":
      return talk.overEnded;
    case "failed":
      return talk.overFailed;
    default:
      return talk.removed;
  }
}

function useBlocked(address: string): boolean {
  return useSlice("blocked")?.includes(address) === true;
}

/** Nothing where the user has not shut out the other one. */
function BlockedLine({ address }: { readonly address: string }): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  if (!useBlocked(address)) return null;
  return (
    <div className="over-line" role="status">
      <span className="soft">{texts.talk.isBlocked}</span>
      <Button onPress={() => void act(backend.commands.block(address, false))}>
        {texts.talk.unblock}
      </Button>
    </div>
  );
}

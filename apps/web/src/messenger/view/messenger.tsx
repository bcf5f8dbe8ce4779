/** One account's messenger: a list beside a conversation where there is room, one of the two where there is not. */
import { type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Button, Icon, Menu, type MenuChoice } from "../../ui/index.ts";
import type { Backend } from "../desk/backend.ts";
import { domainOf, userPart } from "../model/addresses.ts";
import { cleanLine } from "../model/clean-text.ts";
import { clockworkFor } from "../model/words.ts";
import type { Texts } from "../texts/en.ts";
import { Avatar } from "./avatar.tsx";
import { ComingGroups } from "./coming-groups.tsx";
import { ConnectionLine } from "./connection-line.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { DeskContext, type Surroundings, useDesk, useSlice } from "./desk-context.tsx";
import { Invitations } from "./invitations.tsx";
import { later } from "./later.tsx";
import { useNotifications } from "./notifications.ts";
import type { Route } from "./route.ts";
import { Talk } from "./talk.tsx";
import { Toasts } from "./toasts.tsx";

export interface MessengerProps {
  readonly backend: Backend;
  readonly self: string;
  readonly texts: Texts;
  readonly language: string;
  readonly route: Route;
  readonly go: (route: Route) => void;
  /** Names of people that the page itself knows, by address. */
  readonly named?: ReadonlyMap<string, string>;
  /** Further accounts of this browser, and what to do with them; absent where there is only this one. */
  readonly accounts?: AccountChoices;
}

export interface AccountChoices {
  readonly others: readonly string[];
  readonly switchTo: (user: string) => void;
  readonly add: () => void;
  readonly signOut: () => void;
}

const TOLD_MS = 8_000;
const NOBODY: ReadonlyMap<string, string> = new Map();

export function Messenger(props: MessengerProps): ReactNode {
  const { backend, self, texts, language, route, go, named = NOBODY } = props;
  const [told, setTold] = useState<{ readonly words: string; readonly at: number }>();
  const around = useMemo<Surroundings>(
    () => ({
      backend,
      texts,
      language,
      words: clockworkFor(language, texts.talk),
      self,
      domain: domainOf(self),
      named,
      route,
      go,
      tell: (words) => setTold(words === undefined ? undefined : { words, at: Date.now() }),
    }),
    [backend, texts, language, self, route, go, named],
  );
  useEffect(() => {
    if (told === undefined) return undefined;
    const timer = setTimeout(() => setTold(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return (
    <DeskContext value={around}>
      <div className={`messenger view-${route.view}`}>
        <Side {...props} />
        <div className="front">
          <ConnectionLine here />
          <Suspense fallback={<div className="front-empty" aria-busy="true" />}>
            <Front route={route} />
          </Suspense>
        </div>
        <div className="told" role="status">
          <Toasts />
          {told !== undefined && (
            <p>
              {told.words}
              <Button look="icon" aria-label={texts.close} onPress={() => setTold(undefined)}>
                <Icon name="close" small />
              </Button>
            </p>
          )}
        </div>
      </div>
    </DeskContext>
  );
}

function Front({ route }: { readonly route: Route }): ReactNode {
  const { texts } = useDesk();
  const drafts = useRef(new Map<string, string>());
  switch (route.view) {
    case "talk":
      return <Talk key={route.address} address={route.address} drafts={drafts.current} />;
    case "settings":
      return <SettingsView />;
    case "contacts":
      return <ContactsView />;
    case "devices":
      return <DevicesView />;
    default:
      return (
        <div className="front-empty">
          <Icon name="chat" />
          <p>{texts.talk.pick}</p>
          <p className="soft small">{texts.talk.pickHint}</p>
        </div>
      );
  }
}

const ContactsView = later(async () => (await import("./contacts-view.tsx")).ContactsView);
const DevicesView = later(async () => (await import("./devices-view.tsx")).DevicesView);
const SettingsView = later(async () => (await import("./settings-view.tsx")).SettingsView);
const PersonDialog = later(async () => (await import("./dialogs.tsx")).PersonDialog);
const GroupDialog = later(async () => (await import("./dialogs.tsx")).GroupDialog);
const RoomsDialog = later(async () => (await import("./rooms-dialog.tsx")).RoomsDialog);

function Side({ accounts }: MessengerProps): ReactNode {
  const { texts, self, go } = useDesk();
  const [starting, setStarting] = useState<"person" | "group" | "room">();
  useNotifications();
  const name = cleanLine(useSlice("account")?.displayName ?? "", 64) || userPart(self);
  const close = (): void => setStarting(undefined);
  const choices: MenuChoice[] = [
    {
      id: "contacts",
      label: texts.contacts.title,
      icon: <Icon name="people" small />,
      act: () => go({ view: "contacts" }),
    },
    {
      id: "devices",
      label: texts.devices.title,
      icon: <Icon name="lock" small />,
      act: () => go({ view: "devices" }),
    },
    {
      id: "settings",
      label: texts.list.settings,
      icon: <Icon name="settings" small />,
      act: () => go({ view: "settings" }),
    },
    ...(accounts?.others ?? []).map((user) => ({
      id: `to ${user}`,
      label: texts.list.switchTo(userPart(user)),
      icon: <Icon name="person" small />,
      act: () => accounts?.switchTo(user),
    })),
    ...(accounts === undefined
      ? []
      : [
          {
            id: "add",
            label: texts.list.addAccount,
            icon: <Icon name="plus" small />,
            act: accounts.add,
          },
          {
            id: "out",
            label: texts.list.signOut,
            icon: <Icon name="leave" small />,
            act: accounts.signOut,
          },
        ]),
  ];
  return (
    <nav className="side" aria-label={texts.list.of(name)}>
      <header className="side-head">
        <Menu label={texts.list.account} choices={choices}>
          <Button look="quiet" className="me">
            <span className="unseen">{texts.list.account}: </span>
            <Avatar address={self} name={name} small />
            <bdi>{name}</bdi>
            <Icon name="down" small />
          </Button>
        </Menu>
        <Menu
          label={texts.list.start}
          choices={[
            {
              id: "person",
              label: texts.list.startPerson,
              icon: <Icon name="person" small />,
              act: () => setStarting("person"),
            },
            {
              id: "group",
              label: texts.list.startGroup,
              icon: <Icon name="people" small />,
              act: () => setStarting("group"),
            },
            {
              id: "room",
              label: texts.list.startRoom,
              icon: <Icon name="room" small />,
              act: () => setStarting("room"),
            },
          ]}
        >
          <Button look="icon" className="begin" aria-label={texts.list.start}>
            <Icon name="plus" />
          </Button>
        </Menu>
      </header>
      <ConnectionLine />
      <Invitations />
      <ComingGroups />
      <ConversationList />
      <Suspense fallback={null}>
        {starting === "person" && <PersonDialog onClose={close} />}
        {starting === "group" && <GroupDialog onClose={close} />}
        {starting === "room" && <RoomsDialog onClose={close} />}
      </Suspense>
    </nav>
  );
}

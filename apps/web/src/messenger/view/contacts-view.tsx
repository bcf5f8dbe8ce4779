/** Whom the user knows: one address book for all of his devices. */
import { type ReactNode, useEffect, useState } from "react";
import { Button, Icon, Menu, TextField } from "../../ui/index.ts";
import { readAddress, shortAddress } from "../model/addresses.ts";
import { contactName, peopleIn } from "../model/contact-book.ts";
import { titleOf } from "../model/conversation-list.ts";
import type { PersonView } from "../model/views.ts";
import { Avatar } from "./avatar.tsx";
import { useAct, useDesk, useSlice } from "./desk-context.tsx";
import { FormDialog } from "./dialogs.tsx";
import { Screen } from "./screen.tsx";
import { SureDialog } from "./sure-dialog.tsx";

export function ContactsView(): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const { commands } = backend;
  const contacts = useSlice("contacts");
  const [asking, setAsking] = useState<"new" | PersonView>();
  useEffect(() => {
    void act(commands.loadContacts());
  }, [act, commands]);
  return (
    <Screen title={texts.contacts.title}>
      <div className="row-of-buttons">
        <Button look="primary" onPress={() => setAsking("new")}>
          <Icon name="plus" small />
          {texts.contacts.add}
        </Button>
      </div>
      {contacts?.length === 0 && <p className="soft">{texts.contacts.nobody}</p>}
      <ul className="people" aria-label={texts.contacts.title}>
        {peopleIn(contacts ?? []).map((person) => (
          <Person key={person.address} person={person} onRename={() => setAsking(person)} />
        ))}
      </ul>
      {asking === "new" && <NewContact onClose={() => setAsking(undefined)} />}
      {typeof asking === "object" && (
        <Rename person={asking} onClose={() => setAsking(undefined)} />
      )}
    </Screen>
  );
}

function Person({
  person,
  onRename,
}: {
  readonly person: PersonView;
  readonly onRename: () => void;
}): ReactNode {
  const { texts, backend, domain, go } = useDesk();
  const act = useAct();
  const { commands } = backend;
  const { address } = person;
  const [blocking, setBlocking] = useState(false);
  const blocked = useSlice("blocked")?.includes(address) === true;
  const title = titleOf({ address, name: contactName(person) }, domain);
  return (
    <li>
      <Avatar address={address} name={title} />
      <span className="there-words">
        <bdi>{title}</bdi>
        <span className="soft small">
          <bdi>{shortAddress(address, domain)}</bdi>
          {blocked && ` · ${texts.contacts.blocked}`}
        </span>
      </span>
      <Button
        aria-label={texts.contacts.writeTo(title)}
        onPress={() => go({ view: "talk", address })}
      >
        {texts.contacts.write}
      </Button>
      <Menu
        label={texts.contacts.act(title)}
        choices={[
          { id: "rename", label: texts.contacts.rename, act: onRename },
          blocked
            ? {
                id: "block",
                label: texts.talk.unblock,
                act: () => void act(commands.block(address, false)),
              }
            : {
                id: "block",
                label: texts.talk.block,
                look: "danger",
                act: () => setBlocking(true),
              },
          {
            id: "remove",
            label: texts.remove,
            look: "danger",
            act: () => void act(commands.removeContact(address)),
          },
        ]}
      >
        <Button look="icon" aria-label={texts.contacts.act(title)}>
          <Icon name="more" />
        </Button>
      </Menu>
      {blocking && (
        <SureDialog
          title={texts.talk.blockTitle(title)}
          hint={texts.talk.blockHint}
          go={texts.talk.block}
          onClose={() => setBlocking(false)}
          onSure={() => void act(commands.block(address, true))}
        />
      )}
    </li>
  );
}

function NewContact({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { texts, domain, backend } = useDesk();
  const [to, setTo] = useState("");
  const [name, setName] = useState("");
  return (
    <FormDialog
      title={texts.contacts.addTitle}
      go={texts.add}
      onClose={onClose}
      onSubmit={async () => {
        const address = readAddress(to, domain);
        if (address === undefined) return texts.signIn.badAddress(domain);
        await backend.commands.putContact(address, given(name));
        return undefined;
      }}
    >
      <TextField
        label={texts.signIn.address}
        description={texts.join.toHint}
        value={to}
        onChange={setTo}
        autoFocus
        input={{ autoCapitalize: "none", spellCheck: false }}
      />
      <TextField
        label={texts.contacts.name}
        description={texts.join.nicknameHint}
        value={name}
        onChange={setName}
        maxLength={64}
      />
    </FormDialog>
  );
}

function Rename({
  person: { address, name },
  onClose,
}: {
  readonly person: PersonView;
  readonly onClose: () => void;
}): ReactNode {
  const { texts, backend } = useDesk();
  const [now, setNow] = useState(name ?? "");
  return (
    <FormDialog
      title={texts.contacts.rename}
      go={texts.save}
      onClose={onClose}
      onSubmit={async () => {
        await backend.commands.renameContact(address, given(now));
        return undefined;
      }}
    >
      <TextField
        label={texts.contacts.name}
        description={texts.join.nicknameHint}
        value={now}
        onChange={setNow}
        maxLength={64}
        autoFocus
      />
    </FormDialog>
  );
}

function given(name: string): string | undefined {
  return name.trim() === "" ? undefined : name.trim();
}

import { type FormEvent, type ReactNode, useState } from "react";
import { Button, Choice, Dialog, TextField } from "../../ui/index.ts";
import { readAddress } from "../model/addresses.ts";
import { judgePeople } from "../model/people.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { Fault } from "../model/views.ts";
import { welcomeFacts } from "../start/welcome-facts.ts";
import { useComing } from "./coming-groups.tsx";
import { useDesk } from "./desk-context.tsx";

/** A form in a dialog: closes when what it asks for is done, and says why where it is not. */
export function FormDialog({
  title,
  go,
  onClose,
  onSubmit,
  children,
}: {
  readonly title: string;
  readonly go: string;
  readonly onClose: () => void;
  /** Resolves with words when something has to be put right first. */
  readonly onSubmit: () => Promise<string | undefined>;
  readonly children: ReactNode;
}): ReactNode {
  const { texts } = useDesk();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    try {
      const wrong = await onSubmit();
      if (typeof wrong === "string") setFault(wrong);
      else onClose();
    } catch (error) {
      setFault(wordsFor(error as Fault, texts)); // commands reject with nothing else
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        {children}
        <p className="fault" role="alert">
          {fault}
        </p>
        <div className="actions">
          <Button look="quiet" onPress={onClose}>
            {texts.cancel}
          </Button>
          <Button look="primary" type="submit" isDisabled={busy}>
            {busy && <span className="spinner" />}
            {go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function PersonDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { texts, domain, go } = useDesk();
  const [to, setTo] = useState("");
  return (
    <FormDialog
      title={texts.join.personTitle}
      go={texts.join.open}
      onClose={onClose}
      onSubmit={async () => {
        const address = readAddress(to, domain);
        if (address === undefined) return texts.signIn.badAddress(domain);
        go({ view: "talk", address });
        return undefined;
      }}
    >
      <TextField
        label={texts.join.to}
        description={texts.join.toHint}
        value={to}
        onChange={setTo}
        autoFocus
        input={{ autoCapitalize: "none", spellCheck: false }}
      />
    </FormDialog>
  );
}

export function PeopleDialog({
  title,
  hint,
  withSubject,
  go: word,
  onClose,
  onDone,
}: {
  readonly title: string;
  readonly hint: string | undefined;
  readonly withSubject: boolean;
  readonly go: string;
  readonly onClose: () => void;
  readonly onDone: (people: readonly string[], subject: string | undefined) => Promise<void>;
}): ReactNode {
  const { texts } = useDesk();
  const people = usePeople();
  const [subject, setSubject] = useState("");
  return (
    <FormDialog
      title={title}
      go={word}
      onClose={onClose}
      onSubmit={async () => {
        const addresses = await people.judge();
        if (addresses === undefined) return "";
        await onDone(addresses, subject.trim() === "" ? undefined : subject.trim());
        return undefined;
      }}
    >
      {hint !== undefined && <p className="soft">{hint}</p>}
      <PeopleField people={people} />
      {withSubject && (
        <TextField
          label={texts.join.subject}
          value={subject}
          onChange={setSubject}
          maxLength={200}
        />
      )}
    </FormDialog>
  );
}

export function GroupDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { texts, backend, go } = useDesk();
  const { commands } = backend;
  const coming = useComing();
  const people = usePeople();
  const [subject, setSubject] = useState("");
  const [kept, setKept] = useState(false);
  return (
    <FormDialog
      title={texts.join.groupTitle}
      go={texts.join.create}
      onClose={onClose}
      onSubmit={async () => {
        const addresses = await people.judge();
        if (addresses === undefined) return "";
        const about = subject.trim();
        if (kept && about === "") return texts.join.keepName;
        if (kept) go({ view: "talk", address: await commands.keepGroup(about, addresses) });
        else coming(addresses, commands.createGroup(addresses, about === "" ? undefined : about));
        return undefined;
      }}
    >
      <PeopleField people={people} />
      <TextField label={texts.join.subject} value={subject} onChange={setSubject} maxLength={64} />
      <Choice
        label={texts.join.keep}
        description={texts.join.keepHint}
        isSelected={kept}
        onChange={setKept}
      />
    </FormDialog>
  );
}

interface People {
  readonly written: string;
  readonly fault: string | undefined;
  readonly write: (written: string) => void;
  /** Undefined: one of them cannot come, and it stands at the field. */
  readonly judge: () => Promise<readonly string[] | undefined>;
}

function usePeople(): People {
  const { texts, domain, self, backend } = useDesk();
  const [written, setWritten] = useState("");
  const [fault, setFault] = useState<string>();
  return {
    written,
    fault,
    write(now) {
      setWritten(now);
      setFault(undefined);
    },
    async judge() {
      const { commands } = backend;
      const judged = await judgePeople(written, { self, domain, reachesOthers, commands }, texts);
      if ("people" in judged) return judged.people;
      setFault(judged.fault);
      return undefined;
    },
  };
}

async function reachesOthers(): Promise<boolean> {
  return (await welcomeFacts()).reachesOthers;
}

function PeopleField({ people }: { readonly people: People }): ReactNode {
  const { texts } = useDesk();
  return (
    <TextField
      label={texts.members.people}
      description={texts.members.peopleHint}
      value={people.written}
      onChange={people.write}
      fault={people.fault}
      autoFocus
      input={{ autoCapitalize: "none", spellCheck: false }}
    />
  );
}

export function NicknameDialog({
  value,
  onClose,
  onDone,
}: {
  readonly value: string;
  readonly onClose: () => void;
  readonly onDone: (name: string | undefined) => Promise<void>;
}): ReactNode {
  const { texts } = useDesk();
  const [name, setName] = useState(value);
  return (
    <FormDialog
      title={texts.members.nickname}
      go={texts.save}
      onClose={onClose}
      onSubmit={async () => {
        await onDone(name.trim() === "" ? undefined : name.trim());
        return undefined;
      }}
    >
      <TextField
        label={texts.members.nickname}
        description={texts.join.nicknameHint}
        value={name}
        onChange={setName}
        maxLength={64}
        autoFocus
      />
    </FormDialog>
  );
}

export function SubjectDialog({
  value,
  onClose,
  onDone,
}: {
  readonly value: string;
  readonly onClose: () => void;
  readonly onDone: (subject: string) => Promise<void>;
}): ReactNode {
  const { texts } = useDesk();
  const [subject, setSubject] = useState(value);
  return (
    <FormDialog
      title={texts.members.subject}
      go={texts.save}
      onClose={onClose}
      onSubmit={async () => {
        await onDone(subject.trim());
        return undefined;
      }}
    >
      <TextField
        label={texts.join.subject}
        value={subject}
        onChange={setSubject}
        maxLength={200}
        autoFocus
      />
    </FormDialog>
  );
}

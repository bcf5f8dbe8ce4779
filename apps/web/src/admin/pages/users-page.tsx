import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { query } from "../model/api.ts";
import type { Contact, User } from "../model/shapes.ts";
import { useAsked, useOperator, whyOf } from "../view/operator.ts";
import { Act, Answer, Page, Table } from "../view/parts.tsx";

interface UserPart {
  readonly users: readonly User[];
  readonly next?: string;
}

const PAGE = "100";

export function UsersPage(): ReactNode {
  const { texts } = useOperator();
  const [words, setWords] = useState("");
  const [after, setAfter] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const [adding, setAdding] = useState(false);
  const asked = useAsked<UserPart>(
    query("/users", { search: words.trim(), after, limit: PAGE }),
    5_000,
  );
  return (
    <Page title={texts.page.users}>
      <div className="page-tools">
        <input
          className="input page-filter"
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          value={words}
          onChange={({ currentTarget }) => {
            setWords(currentTarget.value);
            setAfter(undefined);
          }}
        />
        <Button onPress={() => setAdding(true)}>{texts.addUser}</Button>
      </div>
      <Answer asked={asked}>
        {({ users, next }) => (
          <>
            <Users users={users} onChoose={setChosen} again={asked.again} />
            {next !== undefined && <Button onPress={() => setAfter(next)}>{texts.more}</Button>}
          </>
        )}
      </Answer>
      {adding && <AddUser onClose={() => setAdding(false)} done={asked.again} />}
      {chosen !== undefined && (
        <OneUser name={chosen} onClose={() => setChosen(undefined)} again={asked.again} />
      )}
    </Page>
  );
}

function Users({
  users,
  onChoose,
  again,
}: {
  readonly users: readonly User[];
  readonly onChoose: (name: string) => void;
  readonly again: () => void;
}): ReactNode {
  const { texts, api } = useOperator();
  return (
    <Table
      label={texts.users}
      rows={users}
      keyOf={({ name }) => name}
      columns={[
        {
          head: texts.name,
          cell: ({ name, disabled }) => (
            <>
              <Button look="link" onPress={() => onChoose(name)}>
                <bdi>{name}</bdi>
              </Button>
              {disabled && <span className="badge poor">{texts.locked}</span>}
            </>
          ),
        },
        { head: texts.address, cell: ({ address }) => <bdi>{address}</bdi> },
        { head: texts.displayName, cell: (user) => <Names user={user} /> },
        { head: texts.devices, numeric: true, cell: ({ contacts }) => contacts },
        { head: texts.sessions, numeric: true, cell: ({ sessions }) => sessions },
        {
          head: "",
          cell: (user) => (
            <span className="acts">
              <Act
                label={user.disabled ? texts.unlock : texts.lock}
                act={() => api.change("PATCH", pathOf(user.name), { disabled: !user.disabled })}
                done={again}
              />
              <Act
                label={texts.remove}
                look="danger"
                question={texts.removeUser(user.name)}
                act={() => api.change("DELETE", pathOf(user.name))}
                done={again}
              />
            </span>
          ),
        },
      ]}
    />
  );
}

/** What others are shown, and beside it what the operator has called him, where that is another name. */
function Names({ user: { displayName, profileName } }: { readonly user: User }): ReactNode {
  const other = profileName === undefined || profileName === displayName ? undefined : displayName;
  return (
    <>
      <bdi>{profileName ?? displayName}</bdi>
      {other !== undefined && <bdi className="about soft small">{other}</bdi>}
    </>
  );
}

/** 120 bits, without letters that are taken for others. */
function madeUpPassword(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const chance = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(chance, (octet) => letters[octet % letters.length]).join("");
}

function pathOf(name: string): string {
  return `/users/${encodeURIComponent(name)}`;
}

function AddUser({
  onClose,
  done,
}: {
  readonly onClose: () => void;
  readonly done: () => void;
}): ReactNode {
  const { texts, api } = useOperator();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [made, setMade] = useState(false);
  const [fault, setFault] = useState<{
    readonly at: "name" | "password";
    readonly words: string;
  }>();
  const at = (place: "name" | "password"): string | undefined =>
    fault?.at === place ? fault.words : undefined;
  const added = (): void => {
    done();
    onClose();
  };
  const refused = (error: unknown): void => setFault({ at: "name", words: whyOf(error) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === "") return setFault({ at: "name", words: texts.noName });
    if (password === "") return setFault({ at: "password", words: texts.noPassword });
    api.change("POST", "/users", { name, password }).then(added, refused);
  };
  return (
    <Dialog title={texts.addUser} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={texts.name}
          isRequired
          validationBehavior="aria"
          input={{ autoCapitalize: "none", spellCheck: "false" }}
          value={name}
          onChange={(value) => {
            setName(value);
            setFault(undefined);
          }}
          fault={at("name")}
        />
        <TextField
          label={texts.password}
          type={made ? "text" : "password"}
          autoComplete="new-password"
          isRequired
          validationBehavior="aria"
          value={password}
          onChange={(value) => {
            setPassword(value);
            setFault(undefined);
          }}
          fault={at("password")}
        />
        <Button
          onPress={() => {
            setPassword(madeUpPassword());
            setMade(true); // it has to be told to somebody
            setFault(undefined);
          }}
        >
          {texts.makeUp}
        </Button>
        <div className="actions">
          <Button onPress={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="primary">
            {texts.addUser}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Devices, password and settings of one account. */
function OneUser({
  name,
  onClose,
  again,
}: {
  readonly name: string;
  readonly onClose: () => void;
  readonly again: () => void;
}): ReactNode {
  const { texts, api, language } = useOperator();
  const path = pathOf(name);
  const contacts = useAsked<{ readonly contacts: readonly Contact[] }>(`${path}/contacts`, 5_000);
  const when = (at: number): string => new Date(at).toLocaleString(language);
  return (
    <Dialog title={name} wide onClose={onClose}>
      <h3>{texts.devices}</h3>
      <Answer asked={contacts}>
        {({ contacts: found }) => (
          <Table
            label={texts.devices}
            rows={found}
            keyOf={({ contact }) => contact}
            columns={[
              {
                head: texts.connection,
                cell: ({ contact, connection }) => (
                  <>
                    {connection}
                    <code className="about">{contact}</code>
                  </>
                ),
              },
              { head: texts.registered, cell: ({ registeredAt }) => when(registeredAt) },
              { head: texts.expires, cell: ({ expiresAt }) => when(expiresAt) },
            ]}
          />
        )}
      </Answer>
      <Password path={path} />
      <div className="actions">
        <Act
          label={texts.disconnect}
          act={() => api.change("DELETE", `${path}/contacts`)}
          done={() => {
            contacts.again();
            again();
          }}
        />
        <Button onPress={onClose}>{texts.close}</Button>
      </div>
    </Dialog>
  );
}

function Password({ path }: { readonly path: string }): ReactNode {
  const { texts, api } = useOperator();
  const [password, setPassword] = useState("");
  const [said, setSaid] = useState<string>();
  const changed = (): void => {
    setPassword("");
    setSaid(texts.done);
  };
  const refused = (error: unknown): void => setSaid(whyOf(error));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    api.change("PUT", `${path}/password`, { password }).then(changed, refused);
  };
  return (
    <form className="in-line" onSubmit={submit}>
      <TextField
        label={texts.newPassword}
        type="password"
        autoComplete="new-password"
        isRequired
        validationBehavior="aria"
        value={password}
        onChange={setPassword}
      />
      <Button type="submit">{texts.set}</Button>
      <span role="status" className="small">
        {said}
      </span>
    </form>
  );
}

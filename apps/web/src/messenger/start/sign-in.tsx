import { secretOf } from "@parlance/client/web";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button, Choice, Icon, TextField } from "../../ui/index.ts";
import {
  forgetWhole,
  type KnownAccount,
  knownAccounts,
  type SavedAccount,
} from "../desk/accounts.ts";
import { isForeign, readAddress, userPart } from "../model/addresses.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { Fault } from "../model/views.ts";
import type { Texts } from "../texts/en.ts";
import { Avatar } from "../view/avatar.tsx";

export interface SignInProps {
  readonly texts: Texts;
  /** Of the server, if it tells. */
  readonly domain: string;
  /** Why the last one who was signed in is not any more, unless he has wished so. */
  readonly ended: Fault | undefined;
  /** Rejects with a fault when the server does not let the user in. */
  readonly signIn: (account: SavedAccount, stay: boolean) => Promise<void>;
  readonly resume: (account: SavedAccount) => void;
  /** Where the ready accounts can be tried. */
  readonly onTry: (() => void) | undefined;
}

export function SignIn({ texts, domain, ended, signIn, resume, onTry }: SignInProps): ReactNode {
  const [known, setKnown] = useState(knownAccounts);
  const [chosen, setChosen] = useState<string>();
  const choose = ({ user, secret, displayName }: KnownAccount): void => {
    if (secret === undefined) setChosen(user);
    else resume({ user, secret, displayName });
  };
  const words = texts.signIn;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <header>
          <img src="/icon.svg" alt="" width={40} height={40} />
          <h1>{texts.app}</h1>
          <p className="soft">{words.lead}</p>
        </header>
        {ended !== undefined && <p role="alert">{wordsFor(ended, texts)}</p>}
        {known.length > 0 && (
          <section aria-labelledby="known">
            <h2 id="known" className="label">
              {words.accounts}
            </h2>
            <ul className="known">
              {known.map((account) => (
                <li key={account.user}>
                  <Button look="quiet" className="known-one" onPress={() => choose(account)}>
                    <Avatar address={account.user} name={userPart(account.user)} small />
                    <bdi>{account.user.replace(/^sip:/, "")}</bdi>
                  </Button>
                  <Button
                    look="icon"
                    aria-label={words.forget(userPart(account.user))}
                    onPress={() => {
                      forgetWhole(account.user);
                      setKnown(knownAccounts());
                    }}
                  >
                    <Icon name="close" small />
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <Form key={chosen} texts={texts} domain={domain} signIn={signIn} chosen={chosen} />
        {onTry !== undefined && (
          <Button look="link" onPress={onTry}>
            {words.tryIt}
          </Button>
        )}
      </div>
    </main>
  );
}

function Form({
  texts,
  domain,
  signIn,
  chosen,
}: Pick<SignInProps, "texts" | "domain" | "signIn"> & {
  /** Who has signed out and comes back: only the password is wanted. */
  readonly chosen: string | undefined;
}): ReactNode {
  const words = texts.signIn;
  const [address, setAddress] = useState(chosen?.replace(/^sip:/, "") ?? "");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const [stay, setStay] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<{
    readonly at: "address" | "password" | "all";
    readonly words: string;
  }>();
  const at = (place: "address" | "password"): string | undefined =>
    fault?.at === place ? fault.words : undefined;
  /** What was said of the last try is not true of what is typed now. */
  const typed =
    (set: (value: string) => void) =>
    (value: string): void => {
      setFault(undefined);
      set(value);
    };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (address.trim() === "") return setFault({ at: "address", words: words.noAddress });
    const user = readAddress(address, domain);
    if (user === undefined) return setFault({ at: "address", words: words.badAddress(domain) });
    if (password === "") return setFault({ at: "password", words: words.noPassword });
    setFault(undefined);
    setBusy(true);
    try {
      const displayName = name.trim() === "" ? undefined : name.trim();
      await signIn({ user, secret: secretOf({ user, password }), displayName }, stay);
    } catch (error) {
      const known = error as Fault; // signing in rejects with nothing else
      const foreign = known.code === "not authenticated" && isForeign(user, domain);
      setFault(
        foreign
          ? { at: "address", words: words.otherDomain(domain) }
          : { at: "all", words: wordsFor(known, texts) },
      );
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <TextField
        label={words.address}
        description={words.addressHint(domain)}
        fault={at("address")}
        value={address}
        onChange={typed(setAddress)}
        name="username"
        autoComplete="username"
        input={{ autoCapitalize: "none", spellCheck: false }}
      />
      <TextField
        label={words.password}
        fault={at("password")}
        value={password}
        onChange={typed(setPassword)}
        type="password"
        autoFocus={chosen !== undefined}
        name="password"
        autoComplete="current-password"
      />
      <TextField
        label={words.name}
        description={words.nameHint}
        value={name}
        onChange={setName}
        maxLength={64}
        autoComplete="name"
      />
      <Choice
        label={words.stay}
        description={words.stayHint}
        isSelected={stay}
        onChange={setStay}
      />
      <p className="fault" role="alert">
        {fault?.at === "all" && fault.words}
      </p>
      <Button look="primary" type="submit" isDisabled={busy}>
        {busy && <span className="spinner" />}
        {busy ? words.going : words.go}
      </Button>
    </form>
  );
}

/**
 * Accounts of this browser. Of each what stands for its password at its server is kept (SHA-256 over user, realm and
 * password), never the password: for good where the user wants to stay signed in, else for this tab.
 */
import type { DigestSecret } from "@parlance/client/web";

export interface SavedAccount {
  /** `sip:alice@example.com` */
  readonly user: string;
  readonly secret: DigestSecret;
  readonly displayName: string | undefined;
}

const KEY = "parlance accounts";
const CURRENT = "parlance account";
const MOST = 20;

/** The one signed in last comes first. */
export function savedAccounts(): readonly SavedAccount[] {
  const here = readFrom(sessionStorage);
  const kept = readFrom(localStorage).filter(({ user }) => here.every((one) => one.user !== user));
  return [...here, ...kept];
}

/** The one that this tab uses, or used before it was reloaded; else the last of any tab. */
export function currentAccount(): SavedAccount | undefined {
  const user = sessionStorage.getItem(CURRENT);
  const all = savedAccounts();
  if (user === "") return undefined;
  return user === null ? all[0] : all.find((one) => one.user === user);
}

/** `stay`: for the next visit as well. */
export function saveAccount(account: SavedAccount, stay: boolean): void {
  forget(account.user);
  const storage = stay ? localStorage : sessionStorage;
  write(storage, [account, ...readFrom(storage)].slice(0, MOST));
  sessionStorage.setItem(CURRENT, account.user);
}

export function chooseAccount(user: string | undefined): void {
  sessionStorage.setItem(CURRENT, user ?? "");
}

/** The user wants to be called otherwise from now on, also after the next start. */
export function renameAccount(user: string, displayName: string | undefined): void {
  for (const storage of [localStorage, sessionStorage]) {
    write(
      storage,
      readFrom(storage).map((one) => (one.user === user ? { ...one, displayName } : one)),
    );
  }
}

export function forget(user: string): void {
  for (const storage of [localStorage, sessionStorage]) {
    write(
      storage,
      readFrom(storage).filter((one) => one.user !== user),
    );
  }
}

function readFrom(storage: Storage): readonly SavedAccount[] {
  try {
    const read: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.filter(isAccount) : [];
  } catch {
    return []; // what cannot be read is no account
  }
}

function isAccount(read: unknown): read is SavedAccount {
  return typeof read === "object" && read !== null && "user" in read && "secret" in read;
}

function write(storage: Storage, accounts: readonly SavedAccount[]): void {
  if (accounts.length === 0) storage.removeItem(KEY);
  else storage.setItem(KEY, JSON.stringify(accounts));
}

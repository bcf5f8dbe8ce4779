/**
 * Accounts of this browser. Of each what stands for its password at its server is kept (SHA-256 over user, realm and
 * password), never the password: for good where the user wants to stay signed in, else for his tabs.
 */
import { type DigestSecret, deleteStore } from "@parlance/client/web";
import { emptyVault } from "./vault.ts";

export interface KnownAccount {
  /** `sip:alice@example.com` */
  readonly user: string;
  /** Gone once the user has signed out. */
  readonly secret?: DigestSecret;
  readonly displayName: string | undefined;
}

export interface SavedAccount extends KnownAccount {
  readonly secret: DigestSecret;
}

const KEY = "parlance accounts";
const CURRENT = "parlance account";
const MOST = 20;
/** The lock that tabs hold which lend their account to others. */
export const LENDS = "parlance account";

/** Those that are signed in. */
export function savedAccounts(): readonly SavedAccount[] {
  return knownAccounts().filter((one) => one.secret !== undefined) as readonly SavedAccount[]; // they have it
}

/** Also those that have signed out. The one signed in last comes first. */
export function knownAccounts(): readonly KnownAccount[] {
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

/** This tab has neither chosen an account nor left one. */
export function isNewTab(): boolean {
  return sessionStorage.getItem(CURRENT) === null;
}

/** For this tab; what it is called in this browser stays. */
export function keepForTab(account: SavedAccount): void {
  write(sessionStorage, [account, ...readFrom(sessionStorage)].slice(0, MOST));
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

/** What lets in is gone; the name stays until it is forgotten. */
export function signOutOf(user: string): void {
  for (const storage of [localStorage, sessionStorage]) {
    write(
      storage,
      readFrom(storage).map((one) => {
        const { secret: _, ...name } = one;
        return one.user === user ? name : one;
      }),
    );
  }
}

/** Of the account nothing stays, neither its name nor its messages and files. */
export function forgetWhole(user: string): void {
  forget(user);
  deleteStore(user).catch(() => {}); // a browser without a database has none of it
  emptyVault(user).catch(() => {}); // nor one without files
}

function forget(user: string): void {
  for (const storage of [localStorage, sessionStorage]) {
    write(
      storage,
      readFrom(storage).filter((one) => one.user !== user),
    );
  }
}

function readFrom(storage: Storage): readonly KnownAccount[] {
  try {
    const read: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.filter(isAccount) : [];
  } catch {
    return []; // what cannot be read is no account
  }
}

function isAccount(read: unknown): read is KnownAccount {
  return typeof read === "object" && read !== null && "user" in read;
}

function write(storage: Storage, accounts: readonly KnownAccount[]): void {
  if (accounts.length === 0) storage.removeItem(KEY);
  else storage.setItem(KEY, JSON.stringify(accounts));
}

/** What a page works with: a board that is kept up to date, and commands; here or by way of the tab that has the client. */
import {
  connect,
  type ImClient,
  ImError,
  openStore,
  type Trace,
  type WebStore,
} from "@parlance/client/web";
import { Board } from "../model/board.ts";
import { deviceNameOf } from "../model/device-name.ts";
import { faultOf } from "../model/refusal-words.ts";
import type { Fault, Slices } from "../model/views.ts";
import { renameAccount, type SavedAccount } from "./accounts.ts";
import { type Commands, commandsOver, performed } from "./commands-over.ts";
import { Desk } from "./desk.ts";
import { fetchTheRest } from "./fetch-the-rest.ts";
import { follow, lead } from "./tab-link.ts";

export interface Backend {
  readonly board: Board<Slices>;
  readonly commands: Commands;
  /** Resolves when the user has signed out, here or in another tab; with a fault when it was from another device. */
  readonly over: Promise<Fault | undefined>;
  /** Lets go of everything; what waits to be sent stays in the store. */
  close(): Promise<void>;
}

export interface BackendOptions {
  /** Rejects where the server does not let the user in, or is not there; else there is a board at once. */
  readonly check: boolean;
  readonly trace?: Trace;
  /** Of the database. Default: the address. */
  readonly storeName?: string;
}

export async function openBackend(
  account: SavedAccount,
  options: BackendOptions,
): Promise<Backend> {
  const board = new Board<Slices>();
  const { storeName = account.user } = options;
  const over = Promise.withResolvers<Fault | undefined>();
  const ending = new AbortController();
  let now: { readonly commands: Commands; close(): Promise<void> } | undefined;

  const leading = async (store: WebStore, check: boolean): Promise<void> => {
    const client = await begin(account, store, { ...options, check });
    const desk = await Desk.open(client, board, check);
    const commands = commandsOver(async (name, given) => {
      if (name !== "signOut") return performed(desk, name, given);
      link.over();
      await close();
      over.resolve(undefined);
      return undefined;
    });
    const link = lead(storeName, board, commands);
    const look = (): void => {
      const { connection } = client;
      if (connection.state !== "offline" || connection.error?.code !== "signed out") return;
      over.resolve(faultOf(connection.error));
      commands.signOut().catch(() => {}); // another tab may have done it
    };
    client.on("connection", look);
    look();
    const close = async (): Promise<void> => {
      link.close();
      await desk.signOut();
      await store.close();
    };
    now = { commands, close };
    fetchTheRest(client, () => desk.restIsHere());
  };

  const store = await openStore(storeName, { whenTaken: "fail" }).catch((error: unknown) => {
    if (error instanceof ImError && error.code === "busy") return undefined;
    throw error;
  });
  if (store !== undefined) await leading(store, options.check);
  else {
    const link = follow(storeName, board, () => {
      ending.abort();
      over.resolve(undefined);
    });
    now = { commands: link.commands, close: async () => link.close() };
    // When the other tab goes, the next in line has the client.
    openStore(storeName, { whenTaken: "wait", signal: ending.signal })
      .then(async (free) => {
        if (ending.signal.aborted) return free.close(); // signed out a moment before
        await leading(free, false);
        link.close(now?.commands);
      })
      .catch(() => {}); // closed before
  }
  return {
    board,
    commands: commandsOver(async (name, given) => {
      if (now === undefined) throw faultOf(new ImError("closed"));
      const done = await performed(now.commands, name, given);
      if (name === "setName") renameAccount(account.user, given[0] as string | undefined); // as the command has it
      return done;
    }),
    over: over.promise,
    async close() {
      ending.abort();
      await now?.close();
    },
  };
}

async function begin(
  account: SavedAccount,
  store: WebStore,
  options: BackendOptions,
): Promise<ImClient> {
  try {
    return await opened(account, store, options);
  } catch (error) {
    // Somebody has just typed the password: he is let in, as another device than the one that was signed out.
    const again = options.check && error instanceof ImError && error.code === "signed out";
    if (!again) throw error;
    return opened(account, await openStore(options.storeName ?? account.user), options);
  }
}

async function opened(
  { user, secret, displayName }: SavedAccount,
  store: WebStore,
  { check, trace }: BackendOptions,
): Promise<ImClient> {
  try {
    return await connect({
      user,
      password: secret,
      store,
      product: "ParlanceWeb/0.1",
      deviceName: deviceNameOf(navigator.userAgent),
      startWith: check ? "online" : "store",
      shareHistory: true,
      resumesFiles: true,
      ...(displayName === undefined ? {} : { displayName }),
      ...(trace === undefined ? {} : { trace }),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

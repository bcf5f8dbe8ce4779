/** What is left of an account that is gone: everything that was kept for it goes, a bounded part at a time. */
import type { User } from "./ports/index.ts";
import type {
  DeferredStore,
  HistoryStore,
  ImdnStore,
  RecordingStore,
  RoomStore,
} from "./store/index.ts";

export interface ForgetPorts {
  readonly deferred: Pick<DeferredStore, "list">;
  readonly history: Pick<HistoryStore, "removeNewest">;
  readonly recordings: Pick<RecordingStore, "removeAll">;
  readonly imdn: Pick<ImdnStore, "removeOf" | "forgetRecipient">;
  readonly rooms: Pick<RoomStore, "forgetMember">;
  /** Waiting messages with what they name outside of the store. */
  readonly discard: (name: string, ids: readonly string[]) => Promise<number>;
  /** What other functions keep, each of its own. */
  readonly others: readonly ((user: Pick<User, "name" | "address">) => Promise<void>)[];
}

const AT_ONCE = 500; // some milliseconds of the store, with room for others between two parts

export async function forgetAccount(
  user: Pick<User, "name" | "address">,
  ports: ForgetPorts,
): Promise<void> {
  const { name, address } = user;
  await forgetWaiting(name, ports);
  await ports.recordings.removeAll(name);
  while ((await ports.imdn.removeOf(address, AT_ONCE)) > 0); // nobody waits for reports any more
  while ((await ports.imdn.forgetRecipient(address, AT_ONCE)) > 0); // and none of his comes
  // Nobody finds it from now on; the retention takes it away, once it is not on hold.
  while ((await ports.history.removeNewest(name, undefined, AT_ONCE)) > 0);
  for (const forget of ports.others) await forget(user);
  await ports.rooms.forgetMember(address); // last: those that he was in know by now that he has left
}

/** What waited for him waits for nobody. */
async function forgetWaiting(name: string, { deferred, discard }: ForgetPorts): Promise<void> {
  for (;;) {
    const page = await deferred.list(name, undefined, AT_ONCE);
    if (page.length === 0) return;
    const gone = await discard(
      name,
      page.map(({ id }) => id),
    );
    if (gone === 0) return; // somebody else was faster
  }
}

/** Deletes a file or an upload: first what is known of it, then its octets; a crash between the two leaves an orphan. */

import type { StoredFile } from "../store/index.ts";
import { emptyAnswer, type WebAnswer } from "../web/index.ts";
import type { FileWork } from "./work.ts";

type Why = "by owner" | "expired" | "abandoned" | "account";

const PAGE = 100;

/** DELETE. `file` is its owner's. Whoever downloads it at the moment may read on. */
export async function removeByOwner({ id, owner }: StoredFile, on: FileWork): Promise<WebAnswer> {
  await removeFile(id, owner, "by owner", on);
  return emptyAnswer(204);
}

/** A request that still writes to it is stopped. */
export async function removeFile(id: string, owner: string, why: Why, on: FileWork): Promise<void> {
  await on.uploads.take(id, { owner, brings: false }, async () => {
    const removed = await on.store.remove(id);
    if (removed === undefined) return;
    await on.content.delete(removed.content);
    on.counters.removed(why);
    if (why === "by owner") on.log.info("file removed", { user: owner, file: id });
  });
}

/** Everything of an account that is removed. */
export async function removeAllOf(owner: string, on: FileWork): Promise<number> {
  let removed = 0;
  for (;;) {
    const page = await on.store.ofOwner(owner, undefined, PAGE);
    for (const { id } of page) await removeFile(id, owner, "account", on);
    removed += page.length;
    if (page.length < PAGE) return removed;
  }
}

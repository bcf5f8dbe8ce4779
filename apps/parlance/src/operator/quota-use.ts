/** What is used of the quotas that the store counts by: of those who have most. */
import type { Stores } from "@parlance/server";

/** Counting looks at every row of an index: the page of operators asks each few seconds. */
const COUNT_EVERY_MS = 30_000;

type Counted = Pick<Stores, "deferred" | "history" | "files" | "documents">;

export type QuotaUse = () => Promise<ReadonlyMap<string, number>>;

/** By the name of the bound; one that has too much to be counted is not there. */
export function quotaUse(
  { deferred, history, files, documents }: Counted,
  now: () => number,
): QuotaUse {
  let counted: Promise<ReadonlyMap<string, number>> | undefined;
  let countedAt = 0;
  const count = async (): Promise<ReadonlyMap<string, number>> => {
    const [waiting, kept, given, owned] = await Promise.all([
      deferred.mostUsed(),
      history.mostUsed(),
      files.mostUsed(),
      documents.mostUsed(),
    ]);
    const uses: readonly (readonly [name: string, used: number | undefined])[] = [
      ["deferredMessagesPerUser", waiting?.messages],
      ["deferredBytesPerUser", waiting?.bytes],
      ["historyMessagesPerUser", kept?.messages],
      ["historyBytesPerUser", kept?.bytes],
      ["filesPerUser", given?.files],
      ["fileBytesPerUser", given?.bytes],
      ["documentsPerUser", owned?.documents],
      ["documentBytesPerUser", owned?.bytes],
    ];
    return new Map(uses.flatMap(([name, used]) => (used === undefined ? [] : [[name, used]])));
  };
  return () => {
    if (counted === undefined || now() - countedAt >= COUNT_EVERY_MS) {
      countedAt = now();
      counted = count();
      counted.catch(() => {
        counted = undefined; // the next one asks the store again
      });
    }
    return counted;
  };
}

/** Content that no row speaks of: a crash came between the two. */
import type { ContentEntry, FileContent } from "./content.ts";

export interface OrphanSearch {
  /** Those of the ids that a row speaks of. */
  readonly claimed: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** What was changed after this time may still get its row: the start of the process. */
  readonly before: number;
  /** Ids asked for at once. */
  readonly batch: number;
}

/** Deletes them; says how many there were. */
export async function removeOrphans(content: FileContent, search: OrphanSearch): Promise<number> {
  let removed = 0;
  let waiting: ContentEntry[] = [];
  const settle = async (): Promise<void> => {
    const claimed = await search.claimed(waiting.map(({ id }) => id));
    for (const { id } of waiting) {
      if (!claimed.has(id) && (await content.delete(id))) removed += 1;
    }
    waiting = [];
  };
  for await (const entry of content.entries()) {
    if (entry.changedAt >= search.before) continue;
    waiting.push(entry);
    if (waiting.length >= search.batch) await settle();
  }
  await settle();
  return removed;
}

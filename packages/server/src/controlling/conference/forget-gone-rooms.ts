/** What was said in groups that are in the configuration no more, or in no document, goes when the server begins. Clause 16.6 */
import type { ConferencePorts } from "./ports.ts";

export async function forgetGoneRooms(
  isRunning: (identity: string) => boolean,
  { rooms, groups, log }: Pick<ConferencePorts, "rooms" | "groups" | "log">,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await rooms.kept(after);
    for (const identity of page) {
      if (isRunning(identity) || groups.find(identity) !== undefined) continue;
      log.info("room log removed: there is no such group", { group: identity });
      rooms.forget(identity);
    }
    after = page.at(-1);
    if (after === undefined) return;
  }
}

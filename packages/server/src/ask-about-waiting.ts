/** After a restart behind a core: who came back while nobody could tell the server. */
import type { ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";

const ASK_AFTER_MS = 1_000; // the listeners, at which the answers come, are opened after the start
const NAMES_A_PAGE = 1_000;

export function askAboutWaiting(core: Core, { stores, clock, log }: ServerPorts): void {
  const ask = async (): Promise<void> => {
    let after: string | undefined;
    do {
      const names = await stores.deferred.recipients(after, NAMES_A_PAGE);
      await core.askAbout(names);
      after = names.at(-1);
    } while (after !== undefined);
  };
  clock.schedule(ASK_AFTER_MS, () => {
    ask().catch((error: unknown) => log.warn("core not asked", { error: String(error) }));
  });
}

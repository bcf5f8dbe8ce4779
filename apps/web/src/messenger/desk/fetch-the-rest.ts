/** What is not needed to read and write the first messages comes behind them. */
import { type ImClient, preload } from "@parlance/client/web";
import { BEHIND } from "./behind.ts";
import { keepPage } from "./keep-page.ts";

/** By then the first conversation is there, wherever the server is not far away. */
const SETTLED_MS = 1_000;

/** A while after there is a connection, once: also all that the page begins with, for when there is none. */
export function fetchTheRest(
  client: Pick<ImClient, "connection" | "on">,
  isHere: () => void,
): void {
  let begun = false;
  const begin = (): void => {
    if (begun || client.connection.state !== "online") return;
    begun = true;
    performance.mark(BEHIND);
    preload().then(isHere, () => {}); // asked for again when it is needed
    import("../../ui/open-menu.tsx").catch(() => {});
    void keepPage();
  };
  const look = (): void => void setTimeout(begin, SETTLED_MS);
  client.on("connection", look);
  look();
}

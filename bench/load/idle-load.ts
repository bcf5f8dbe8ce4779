/**
 * Registers many users once and then does nothing, so that what each costs in memory can be seen: over TCP each on a
 * connection of his own, over UDP all from a few sockets. Says "registered" to whoever started it, and waits to be ended.
 *
 *   node idle-load.ts --transport tcp --port 5060 --users 2000 --pairs 8 --password p
 */
import { openLine } from "./lines.ts";
import { loadOptions } from "./options.ts";
import { Phone } from "./phone.ts";

const options = loadOptions();
const { transport, port, users, pairs } = options;
const perWorker = Math.ceil(users / pairs);
await Promise.all(Array.from({ length: pairs }, (_, at) => registerAll(at * perWorker)));
process.send?.("registered");

async function registerAll(first: number): Promise<void> {
  let current: Phone | undefined;
  const shared =
    transport === "udp"
      ? await openLine(transport, port, (text) => current?.receive(text))
      : undefined;
  for (let at = first; at < Math.min(first + perWorker, users); at += 1) {
    if (shared === undefined) current = await Phone.open(`u${at}`, options);
    else {
      current = new Phone(`u${at}`, options);
      current.use(shared);
    }
    await current.register();
  }
}

/**
 * Users who refresh their registrations over and over, each with his own nonce that he counts up.
 *
 *   node register-load.ts --transport udp --port 5060 --users 1000 --pairs 8 --window 16 --seconds 3 --password p
 *
 * The users share as many sockets as there are "pairs"; `window` is in flight on each. With --anew no REGISTER is a
 * refresh: each has another Call-ID, as a client has that was started again.
 */
import { InFlight } from "./in-flight.ts";
import { openLine } from "./lines.ts";
import { loadOptions } from "./options.ts";
import { Phone, statusOf } from "./phone.ts";
import { Tally } from "./tally.ts";

const options = loadOptions();
const tally = new Tally();
const perLine = Math.ceil(options.users / options.pairs);
await Promise.all(Array.from({ length: options.pairs }, (_, at) => drive(at * perLine)));
await tally.measure(options.warmup, options.seconds);

async function drive(first: number): Promise<void> {
  const phones = new Map<string, Phone>();
  const line = await openLine(options.transport, options.port, (text) => {
    const user = /z9hG4bK-(u\d+)-/.exec(text)?.[1] ?? "";
    const phone = phones.get(user);
    if (phone === undefined || statusOf(text) < 200) return;
    if (statusOf(text) === 401) {
      phone.learn(text);
      return phone.sendRegister();
    }
    const began = inFlight.end(user);
    if (began === undefined) return;
    if (statusOf(text) === 200) tally.succeeded(began);
    else tally.refused(text);
    next();
  });
  for (let at = first; at < first + perLine; at += 1) {
    const phone = new Phone(`u${at}`, options);
    phone.use(line);
    phones.set(phone.user, phone);
  }
  const order = [...phones.values()];
  let turn = 0;
  const next = (): void => {
    const phone = order[turn % order.length];
    turn += 1;
    if (phone === undefined) return;
    inFlight.begin(phone.user);
    phone.sendRegister();
  };
  const inFlight = new InFlight(tally, next);
  for (let at = 0; at < Math.min(options.window, order.length); at += 1) next();
}

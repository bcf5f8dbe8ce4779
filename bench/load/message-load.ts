/**
 * Pairs of users register, then one of each pair sends MESSAGEs and the other answers 200; with --away
 * the others are not there, and the server keeps their messages.
 *
 *   node message-load.ts --transport udp|tcp --port 5060 --pairs 8 --window 16 --seconds 3 [--password p] [--away]
 *
 * Users are u0, u1, …: even ones send, odd ones receive. With a password REGISTER is answered with a
 * digest, and over UDP each MESSAGE too.
 */
import { InFlight } from "./in-flight.ts";
import { messageText } from "./message-text.ts";
import { loadOptions } from "./options.ts";
import { answer, Phone, statusOf } from "./phone.ts";
import { Tally } from "./tally.ts";

const options = loadOptions();
const tally = new Tally();
const phones = await Promise.all(
  Array.from({ length: options.pairs * 2 }, (_, at) => Phone.open(`u${at}`, options)),
);
for (const [at, phone] of phones.entries()) {
  const receives = at % 2 === 1;
  if (receives) phone.onRequest = (text) => phone.send(answer(text));
  if (!receives || !options.away) await phone.register();
}
for (const [at, phone] of phones.entries()) if (at % 2 === 0) drive(phone, `u${at + 1}`);
await tally.measure(options.warmup, options.seconds);

/** Keeps the window of one pair in flight. */
function drive(from: Phone, to: string): void {
  let number = 0;
  const next = (): void => {
    number += 1;
    inFlight.begin(String(number));
    from.send(messageText(from, to, number, options));
  };
  const inFlight = new InFlight(tally, next);
  const branch = `z9hG4bK-${from.user}-`;
  from.onResponse = (text) => {
    const status = statusOf(text);
    if (status < 200) return;
    const at = text.indexOf(branch) + branch.length;
    const id = /^\d+/.exec(text.slice(at, at + 12))?.[0] ?? "";
    const began = inFlight.end(id);
    if (began === undefined) return;
    if (status === 407) from.learn(text);
    // The first challenge is how the nonce is learnt.
    if (status < 300) tally.succeeded(began);
    else if (status !== 407 || number > options.window) tally.refused(text);
    next();
  };
  for (let at = 0; at < options.window; at += 1) next();
}

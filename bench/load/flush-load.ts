/**
 * Fills the queues of users who are away, then registers them all at once and counts how fast what waited is
 * pushed to them, one at a time each.
 *
 *   node flush-load.ts --transport tcp --port 5060 --pairs 64 --messages 20000 --password p
 */
import { messageText } from "./message-text.ts";
import { loadOptions } from "./options.ts";
import { answer, Phone, statusOf } from "./phone.ts";
import { Tally } from "./tally.ts";

const options = loadOptions();
const tally = new Tally();
const perPair = Math.ceil(options.messages / options.pairs);
const pairs = await Promise.all(
  Array.from({ length: options.pairs }, async (_, at) => {
    const from = await Phone.open(`u${at * 2}`, options);
    const to = await Phone.open(`u${at * 2 + 1}`, options);
    await from.register();
    return { from, to };
  }),
);
await Promise.all(pairs.map(({ from, to }) => fill(from, to.user)));

let came = 0;
let last = performance.now();
for (const { to } of pairs) {
  to.onRequest = (text) => {
    to.send(answer(text));
    came += 1;
    tally.succeeded(last);
    last = performance.now();
    if (came === perPair * options.pairs) tally.end();
  };
}
tally.begin();
await Promise.all(pairs.map(({ to }) => to.register()));

/** Resolves when the server has promised to keep them all. */
function fill(from: Phone, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let kept = 0;
    const next = (): void => {
      sent += 1;
      from.send(messageText(from, to, sent, options));
    };
    from.onResponse = (text) => {
      const status = statusOf(text);
      if (status < 200) return;
      if (status !== 202) return reject(new Error(text.split("\r\n", 1)[0]));
      kept += 1;
      if (sent < perPair) next();
      else if (kept === perPair) resolve();
    };
    for (let at = 0; at < Math.min(options.window, perPair); at += 1) next();
  });
}

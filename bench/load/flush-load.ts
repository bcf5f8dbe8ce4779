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

const STALLED_MS = 15_000;

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
let kept = 0;
let came = 0;
endWhenStalled();
await Promise.all(pairs.map(({ from, to }) => fill(from, to.user)));

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
    let mine = 0;
    const next = (): void => {
      sent += 1;
      from.send(messageText(from, to, sent, options));
    };
    from.onResponse = (text) => {
      const status = statusOf(text);
      if (status < 200) return;
      if (status !== 202) return reject(new Error(text.split("\r\n", 1)[0]));
      kept += 1;
      mine += 1;
      if (sent < perPair) next();
      else if (mine === perPair) resolve();
    };
    for (let at = 0; at < Math.min(options.window, perPair); at += 1) next();
  });
}

/** One message that never comes would be waited for for ever. */
function endWhenStalled(): void {
  let before = -1;
  setInterval(() => {
    const moved = kept + came;
    if (moved === before) {
      process.stderr.write(`nothing for ${STALLED_MS} ms: ${kept} were kept, ${came} have come\n`);
      process.exit(1);
    }
    before = moved;
  }, STALLED_MS).unref();
}

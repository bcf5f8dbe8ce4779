/**
 * Writes messages to users who are away, the same number to each, until the server has promised to keep them all.
 *
 *   node wait-load.ts --transport tcp --port 5060 --users 10000 --messages 100000 --pairs 16 --window 32 --password p
 *
 * The users are u0, u1 …; there are as many authors as "pairs", after them.
 */
import { messageText } from "./message-text.ts";
import { loadOptions } from "./options.ts";
import { Phone, statusOf } from "./phone.ts";
import { Tally } from "./tally.ts";

const options = loadOptions();
const { users, messages, pairs, window } = options;
const tally = new Tally();
const authors = await Promise.all(
  Array.from({ length: pairs }, async (_, at) => {
    const author = await Phone.open(`u${users + at}`, options);
    await author.register();
    return author;
  }),
);
let written = 0;
let kept = 0;
tally.begin();
await Promise.all(authors.map(fill));
tally.end();

function fill(author: Phone): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = 0;
    const next = (): boolean => {
      if (written === messages) return false;
      author.send(messageText(author, `u${written % users}`, written, options));
      written += 1;
      open += 1;
      return true;
    };
    author.onResponse = (text) => {
      const status = statusOf(text);
      if (status < 200) return;
      if (status !== 202) return reject(new Error(text.split("\r\n", 1)[0]));
      kept += 1;
      open -= 1;
      tally.succeeded(performance.now());
      next();
      if (open === 0) resolve();
    };
    for (let at = 0; at < window && next(); at += 1);
  });
}

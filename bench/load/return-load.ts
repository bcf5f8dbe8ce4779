/**
 * Users for whom messages wait come back, evenly over so many seconds, and take what is pushed to them. What is measured of each
 * message is how long after the registration of its user it came.
 *
 *   node return-load.ts --transport tcp --port 5060 --users 10000 --messages 100000 --pairs 100 --seconds 60 --password p
 *
 * The users share as many connections as there are "pairs".
 */
import { openLine } from "./lines.ts";
import { loadOptions } from "./options.ts";
import { answer, Phone } from "./phone.ts";
import { Tally } from "./tally.ts";

const STALLED_MS = 30_000;

const options = loadOptions();
const { users, messages, pairs, seconds } = options;
const tally = new Tally();
const phones = new Map<string, Phone>();
const backAt = new Map<string, number>();
let came = 0;
for (let line = 0; line < pairs; line += 1) {
  const shared = await openLine(options.transport, options.port, receive);
  for (let at = line; at < users; at += pairs) {
    const phone = new Phone(`u${at}`, options);
    phone.use(shared);
    phones.set(phone.user, phone);
  }
}
endWhenStalled();
tally.begin();
const began = performance.now();
const order = Array.from({ length: users }, (_, at) => `u${at}`);
await Promise.all(order.map((user, place) => comeBack(user, (place * seconds * 1_000) / users)));

async function comeBack(user: string, afterMs: number): Promise<void> {
  const waitMs = afterMs - (performance.now() - began);
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  backAt.set(user, performance.now());
  await phones.get(user)?.register();
}

function receive(text: string): void {
  const response = text.startsWith("SIP/2.0 ");
  const user = (response ? /z9hG4bK-(u\d+)-/ : /^MESSAGE sip:(u\d+)@/).exec(text)?.[1] ?? "";
  const phone = phones.get(user);
  if (phone === undefined) return;
  if (response) return phone.onResponse(text);
  phone.send(answer(text));
  came += 1;
  tally.succeeded(backAt.get(user) ?? began);
  if (came === messages) tally.end();
}

/** One message that never comes would be waited for for ever. */
function endWhenStalled(): void {
  let before = -1;
  setInterval(() => {
    const moved = came + backAt.size;
    if (moved === before) {
      process.stderr.write(`nothing for ${STALLED_MS} ms: ${backAt.size} are back, ${came} came\n`);
      process.exit(1);
    }
    before = moved;
  }, STALLED_MS).unref();
}

/**
 * Pairs of users set up one session after the other: INVITE, both MSRP connections bound, BYE. With --hold so many
 * sessions of each pair are set up once and kept; it says "held" then to whoever started it, and waits to be ended.
 *
 *   node session-load.ts --transport tcp --port 5060 --pairs 32 --seconds 3 --password p [--hold --sessions 10]
 *   node session-load.ts --pipe --port PORT --sessions 2000   two connections each, to a program that joins them
 */
import type { Socket } from "node:net";
import { openLeg } from "./msrp-ends.ts";
import { loadOptions } from "./options.ts";
import { Phone } from "./phone.ts";
import { openPiped } from "./piped-legs.ts";
import { Callee, callTo, type Session } from "./session-phone.ts";
import { Tally } from "./tally.ts";

interface Held {
  readonly session: Session;
  readonly sockets: readonly Socket[];
}

const options = loadOptions();
const tally = new Tally();
if (options.pipe) {
  for (let at = 0; at < options.sessions; at += 1) {
    for (const leg of openPiped(options.port, at)) await openLeg(leg, "", true);
  }
  process.send?.("held");
  await new Promise(() => {});
}
const pairs = await Promise.all(
  Array.from({ length: options.pairs }, async (_, at) => {
    const from = await Phone.open(`u${2 * at}`, options);
    const to = await Phone.open(`u${2 * at + 1}`, options);
    await Promise.all([from.register(), to.register()]);
    return { from, to: new Callee(to, options) };
  }),
);
if (options.hold) {
  await Promise.all(pairs.map(hold));
  process.send?.("held");
} else {
  for (const pair of pairs) void repeat(pair);
  await tally.measure(options.warmup, options.seconds);
}

async function hold(pair: (typeof pairs)[number]): Promise<void> {
  for (let serial = 1; serial <= options.sessions; serial += 1) await setUp(pair, serial);
}

async function repeat(pair: (typeof pairs)[number]): Promise<never> {
  for (let serial = 1; ; serial += 1) {
    const began = performance.now();
    const { session, sockets } = await setUp(pair, serial);
    tally.succeeded(began);
    await session.bye();
    for (const socket of sockets) socket.destroy();
  }
}

async function setUp({ from, to }: (typeof pairs)[number], serial: number): Promise<Held> {
  const session = await callTo(from, to, options, serial);
  const sockets = await Promise.all([
    openLeg(session.caller, `a${from.user}x${serial}`, false),
    openLeg(session.callee, `b${from.user}x${serial}`, false),
  ]);
  for (const socket of sockets) socket.on("error", () => {}); // the server may end it first
  return { session, sockets };
}

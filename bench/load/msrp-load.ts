/**
 * Sessions are set up, then one side of each sends and the other answers 200.
 *
 *   node msrp-load.ts --port 5060 --password p --sessions 1 --bytes 300 --window 64 --seconds 3
 *   node msrp-load.ts --port 5060 --password p --file 268435456 --bytes 65536 --window 16
 *   node msrp-load.ts --pipe --port PORT …    without SIP: whoever listens there joins each two connections
 *   node msrp-load.ts --relay --port PORT …   without SIP: whoever listens there relays to whom To-Path names; since a
 *                                             relay answers by itself, what counts is what has arrived
 */
import { listen, openLeg, Speaker } from "./msrp-ends.ts";
import { loadOptions } from "./options.ts";
import { Phone } from "./phone.ts";
import { openPiped } from "./piped-legs.ts";
import { openRelayed } from "./relayed-legs.ts";
import { Callee, callTo, type Leg } from "./session-phone.ts";
import { Tally } from "./tally.ts";

const options = loadOptions();
const tally = new Tally();

const speakers: Speaker[] = [];
for (let at = 0; at < options.sessions; at += 1) {
  if (options.relay) {
    const { socket, leg } = await openRelayed(options.port, at, () => came());
    speakers.push(new Speaker(socket, leg, options.bytes, () => {}));
    continue;
  }
  const { pipe: piped } = options;
  const [caller, callee] = piped ? openPiped(options.port, at) : await session(at);
  const [near, far] = [
    await openLeg(caller, `a${at}`, piped),
    await openLeg(callee, `b${at}`, piped),
  ];
  listen(far, callee, () => {});
  speakers.push(new Speaker(near, caller, options.bytes, answered));
}

const { file, bytes } = options;
let left = file === 0 ? Number.POSITIVE_INFINITY : Math.ceil(file / bytes);
for (const speaker of speakers) speaker.begin(Math.min(options.window, left));
if (file === 0) await tally.measure(options.warmup, options.seconds);
else tally.begin();

function answered(began: number): void {
  tally.succeeded(began);
  left -= 1;
  if (left === 0) tally.end();
}

/** A relay says nothing of when it began: how long a message took is not known. */
function came(): void {
  answered(performance.now());
}

async function session(at: number): Promise<readonly [Leg, Leg]> {
  const from = await Phone.open(`u${2 * at}`, options);
  const to = await Phone.open(`u${2 * at + 1}`, options);
  await from.register();
  await to.register();
  const { caller, callee } = await callTo(from, new Callee(to, options), options, 1);
  return [caller, callee];
}

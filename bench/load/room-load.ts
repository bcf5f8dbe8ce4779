/**
 * Connects all legs of a room; some of them speak, and each answers what it hears with 200, and with a REPORT where it is asked.
 *
 *   node room-load.ts --legs FILE [--pipe PORT] [--speakers 8] [--window 32] [--bytes 500] [--seconds 3] [--reports]
 *   --rate N   so many messages a second instead of as many as there can be
 *   --stall    one of the legs reads nothing while it is measured
 *   --idle     connects, says so, and waits to be ended
 */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openLeg } from "./msrp-ends.ts";
import { Hearer, RoomSpeaker } from "./room-ends.ts";
import type { Leg } from "./session-phone.ts";
import { Tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    legs: { type: "string", default: "" },
    count: { type: "string", default: "0" },
    port: { type: "string", default: "0" },
    password: { type: "string" },
    pipe: { type: "boolean", default: false },
    speakers: { type: "string", default: "8" },
    window: { type: "string", default: "32" },
    bytes: { type: "string", default: "500" },
    seconds: { type: "string", default: "3" },
    warmup: { type: "string", default: "2" },
    rate: { type: "string", default: "0" },
    reports: { type: "boolean", default: false },
    stall: { type: "boolean", default: false },
    idle: { type: "boolean", default: false },
  },
});

const legs: readonly Leg[] = JSON.parse(readFileSync(values.legs, "utf8"));
const port = Number(values.port);
const tally = new Tally();
/** When each message was said, by its number. */
const began: number[] = [];
let owed = 0;

const sockets: Socket[] = [];
for (const [at, leg] of legs.entries()) {
  sockets.push(await openLeg({ ...leg, port }, `l${at}`, values.pipe));
}
if (values.idle) {
  process.send?.("measuring");
  await new Promise(() => {});
}

for (const [at, leg] of legs.entries()) {
  const socket = sockets[at];
  if (socket === undefined) throw new Error("a leg without a connection");
  new Hearer(socket, leg, heard).begin();
}
const speakers = legs.slice(0, Number(values.speakers)).map((leg, at) => {
  const socket = sockets[at];
  if (socket === undefined) throw new Error("a leg without a connection");
  const options = { bytes: Number(values.bytes), reports: values.reports };
  return new RoomSpeaker(socket, leg, `sip:u${at}@parlance.test`, options);
});
const receivers = legs.length - 1;
const window = Number(values.window) * receivers;
const rate = Number(values.rate);
let next = 0;

if (values.stall) sockets.at(-1)?.pause();
if (rate > 0) void keepPace();
else speak();
await tally.measure(Number(values.warmup), Number(values.seconds));

/** So much is on its way that the server never waits, and never so much that it cannot be kept. */
function speak(): void {
  let turns = 0;
  while (owed < window && turns < speakers.length * 4) {
    say();
    turns += 1;
  }
  for (const speaker of speakers) speaker.flush();
}

function say(): void {
  const speaker = speakers[next % speakers.length];
  began[next] = performance.now();
  speaker?.say(next);
  next += 1;
  owed += receivers - (values.stall ? 1 : 0);
}

async function keepPace(): Promise<void> {
  const start = performance.now();
  for (;;) {
    const due = ((performance.now() - start) / 1_000) * rate;
    while (next < due) say();
    for (const speaker of speakers) speaker.flush();
    await wait(1);
  }
}

function heard(serial: number): void {
  owed -= 1;
  tally.succeeded(began[serial] ?? performance.now());
  if (rate === 0 && owed < window / 2) speak();
}

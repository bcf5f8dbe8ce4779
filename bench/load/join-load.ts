/**
 * Users join one room, so many of them at a time, and each watches who is in it. It is over when all are in and nobody has been
 * told anything for two seconds.
 *
 *   node join-load.ts --port 5060 --users 1000 --window 8 --password p
 */
import { setTimeout as wait } from "node:timers/promises";
import { loadOptions } from "./options.ts";
import { Phone } from "./phone.ts";
import { join, notifications } from "./room-joiner.ts";

const QUIET_MS = 2_000;
const REGISTERING = 50;

const options = loadOptions();
const room = `sip:lobby@${options.domain}`;
const phones: Phone[] = [];
while (phones.length < options.users) {
  const next = Math.min(REGISTERING, options.users - phones.length);
  phones.push(
    ...(await Promise.all(
      Array.from({ length: next }, async (_, at) => {
        const phone = await Phone.open(`u${phones.length + at}`, options);
        await phone.register();
        return phone;
      }),
    )),
  );
}
const times: number[] = [];
const waiting = [...phones];
process.send?.("measuring");
const began = performance.now();
await Promise.all(Array.from({ length: options.window }, joinOthers));
const seconds = (performance.now() - began) / 1_000;
for (let before = -1; before !== notifications(); await wait(QUIET_MS)) before = notifications();
process.send?.("measured");
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
const figures = { done: times.length, seconds, failed: 0, p50Ms: at(0.5), p99Ms: at(0.99) };
console.log(JSON.stringify({ ...figures, notifications: notifications() }));
process.exit(0);

async function joinOthers(): Promise<void> {
  for (let phone = waiting.shift(); phone !== undefined; phone = waiting.shift()) {
    const asked = performance.now();
    await join(phone, room, options);
    times.push(performance.now() - asked);
  }
}

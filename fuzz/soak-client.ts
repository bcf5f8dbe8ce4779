/**
 * Clients in one process that connect, talk to new users in turn, hold sessions, come into rooms, and close: what of timers, sockets
 * and memory is left of them.
 *
 *   node --expose-gc --conditions=parlance-source fuzz/soak-client.ts [--connects 500] [--conversations 1000] [--sessions 500]
 *     [--rooms 500] [--json]
 */
import assert from "node:assert/strict";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect, type ImClient, MemoryStore } from "@parlance/client/node";
import { Victim } from "../tools/test/victim.ts";

const { values } = parseArgs({
  options: {
    connects: { type: "string", default: "500" },
    conversations: { type: "string", default: "1000" },
    sessions: { type: "string", default: "500" },
    rooms: { type: "string", default: "500" },
    json: { type: "boolean", default: false },
  },
});
/** Until what runs is compiled. */
const WARM_UP = 100;
/** A client knows its last thousand messages by their objects, and its store keeps as many. */
const WARM_UP_MESSAGES = 1_050;
const KEPT_MESSAGES = 1_000;
const MOST_BYTES_EACH = 1_024;
/** 64*T1: what a client has asked last is kept so long for its repeats. */
const QUIET_MS = 40_000;

const collect = globalThis.gc;
assert.ok(collect !== undefined, "wants --expose-gc");
const victim = await Victim.start({
  set: {
    rooms: [{ name: "lobby" }],
    "limits.roomLogMessages": 0,
    "limits.minExpiresSeconds": 1,
    "limits.deferredMessagesPerUser": 10_000,
  },
});
const { host, port } = victim.server.address("tcp");
const figures: Record<string, number | string>[] = [];

await measured("connects", Number(values.connects), async () => {
  await (await client("carol")).close();
});

// A conversation that the application has had is known until the client closes: then it is gone as well.
await measured("conversations", Number(values.conversations), async (count) => {
  if (count % 100 !== 0) return;
  await using alice = await client("alice");
  for (let one = 0; one < 100; one += 1) {
    const talk = alice.conversation(`sip:nobody-${count + one}@${victim.domain}`);
    talk.composing();
    talk.end();
  }
  await alice.send(`sip:dan@${victim.domain}`, "hello").reached("accepted");
});

const [alice, bob] = [await client("alice"), await client("bob")];
await measured("sessions", Number(values.sessions), holdSession, WARM_UP_MESSAGES);
await measured("rooms", Number(values.rooms), async () => {
  const room = await alice.join(`sip:lobby@${victim.domain}`);
  const left = new Promise<void>((resolve) => {
    room.on("state", (state) => {
      if (state === "left") resolve();
    });
  });
  room.leave();
  await left;
});
await Promise.all([alice.close(), bob.close()]);

for (const one of figures) {
  process.stdout.write(`${JSON.stringify(one)}\n`);
}
await victim.stop();
const tooMuch = figures.filter(({ bytesEach = 0 }) => Number(bytesEach) > MOST_BYTES_EACH);
assert.deepEqual(tooMuch, []);
process.exit(0);

async function holdSession(): Promise<void> {
  const talk = alice.conversation(`sip:bob@${victim.domain}`, { sessions: "always" });
  await talk.open();
  await talk.send("hello").reached("accepted");
  talk.end();
}

function client(name: string): Promise<ImClient> {
  const password = victim.passwordOf(name);
  const server = `tcp://${host}:${port}`;
  const store = new MemoryStore(KEPT_MESSAGES);
  return connect({ user: `sip:${name}@${victim.domain}`, password, server, store });
}

async function measured(
  name: string,
  times: number,
  each: (count: number) => Promise<void>,
  warmUp = WARM_UP,
): Promise<void> {
  for (let count = 0; count < warmUp; count += 1) await each(count);
  await wait(QUIET_MS);
  const before = await live();
  for (let count = 0; count < times; count += 1) await each(count);
  await wait(QUIET_MS);
  const after = await live();
  const bytesEach = Math.round((after.bytes - before.bytes) / times);
  process.stderr.write(`${name} done\n`);
  figures.push({ name, times, bytesEach, before: before.resources, after: after.resources });
}

/** What is live, and what keeps the process alive. */
async function live(): Promise<{ readonly bytes: number; readonly resources: string }> {
  for (let count = 0; count < 3; count += 1) {
    collect?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  const kinds = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const resources = JSON.stringify(
    Object.fromEntries([...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  return { bytes: heapUsed + external, resources };
}

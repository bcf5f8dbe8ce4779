/**
 * A room with so many legs, and nothing else of Parlance: what the user plane of a conference costs. Writes the addresses of
 * the legs into a file and prints its port.
 *
 *   node --conditions=parlance-source room-host.ts LEGS FILE [log]
 */
import { writeFileSync } from "node:fs";
import {
  MsrpTransports,
  openStores,
  SystemClock,
  SystemRandom,
} from "../../packages/node/src/index.ts";
import {
  ROOM_LIMITS,
  Rooms,
  SWITCH_LIMITS,
  Switch,
} from "../../packages/server/src/switch/index.ts";

const [legs = "2", file = "", log] = process.argv.slice(2);
const PATIENCE = 1e9; // everybody speaks as fast as they can here
/** At this pace the usual queue is full after a tenth of a second in which the load has no processor. */
const LIMITS = { ...ROOM_LIMITS, queueMessages: 50_000, queueBytes: 2 ** 26, unanswered: 50_000 };

const complain = (event: string, fields?: unknown): void => {
  process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
};
const silent = () => {};
const clock = new SystemClock();
const random = new SystemRandom();
const metrics = { counter: () => ({ add: silent }), gauge: silent, total: silent };
const common = {
  clock,
  random,
  log: { info: silent, warn: complain, error: complain },
  metrics,
};
const transports = new MsrpTransports({ limits: { connectionsPerSource: 10_000 } });
const hub = new Switch(SWITCH_LIMITS, {
  ...common,
  dialer: transports,
  security: { report: complain },
});
transports.attach((connection) => hub.taken(connection));
const { port } = await transports.listen({ url: "tcp://127.0.0.1:0" });
hub.places.listens({ secure: false, transport: "tcp", host: "127.0.0.1", port });
const stores = await openStores(log === undefined ? "memory:" : `sqlite:${file}.db`);
const rooms = new Rooms(
  LIMITS,
  {
    perSecond: PATIENCE,
    burst: PATIENCE,
    receiptsPerSecond: PATIENCE,
    receiptBurst: PATIENCE,
    roomPerSecond: PATIENCE,
    roomBurst: PATIENCE,
  },
  {
    ...common,
    hub,
    store: stores.rooms,
    hits: { hit: complain, uses: () => {} },
    endOfTurn: setImmediate,
  },
);
const room = rooms.open(
  {
    identity: "sip:pool@parlance.test",
    displayName: "Pool",
    names: ["sip:pool@parlance.test"],
    maxBytes: 1_048_576,
    types: ["*"],
    aliases: true,
    reports: "final",
    log: log === undefined ? undefined : { messages: 1_000, seconds: 3_600 },
  },
  {
    spoke: () => undefined,
    failed: (member, _leg, reason) => complain(`${member.key} ${reason}`),
    wishes: () => 200,
  },
);
const ends = Array.from({ length: Number(legs) }, (_, at) => {
  const entity = `sip:u${at}@parlance.test`;
  room.put({
    key: `u${at}`,
    appearance: {
      entity,
      anonymous: false,
      alias: undefined,
      displayName: `User ${at}`,
      groupName: undefined,
      profileName: undefined,
    },
    identities: [entity],
    mayWrite: true,
    mayWritePrivately: true,
  });
  const towards = { key: "a", transport: "TCP", local: undefined, tagged: true } as const;
  const leg = room.attach(`u${at}`, towards, undefined);
  if (leg === undefined) throw new Error("no listener for the leg");
  const fromPath = `msrp://127.0.0.1:9/u${at}-as-long-as-a-real-one;tcp`;
  leg.leg.agree({ path: fromPath, fingerprints: [], dial: undefined });
  leg.update({ types: ["*"], maxBytes: undefined, privately: true });
  return { host: "127.0.0.1", port, toPath: leg.leg.uri, fromPath };
});
writeFileSync(file, JSON.stringify(ends));
console.log(`ready ${port}`);
process.once("SIGTERM", () => process.exit(0)); // a profile is written then

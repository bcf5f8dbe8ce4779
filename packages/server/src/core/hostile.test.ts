/** The corpus of bad and hostile SIP against a whole server: each entry gets one of the answers it allows. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  Authorization,
  type Flow,
  type Framed,
  ProxyAuthenticate,
  ProxyAuthorization,
  readDatagram,
  readFrame,
  SipFramer,
  SipRequest,
  SipResponse,
  WwwAuthenticate,
} from "@parlance/sip";
import { asciiBytes, concatBytes } from "@parlance/wire";
import { type Phone, World } from "./world.test.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const FOLDER = join(process.env["PARLANCE_CORPORA"] ?? join(ROOT, "../shared/corpora"), "sip-bad");
const DOMAIN = "im.example.com";

interface Entry {
  readonly file: string;
  readonly klass: string;
  readonly expect: { readonly udp: readonly Outcome[]; readonly stream: readonly Outcome[] };
  readonly auth?: string;
  readonly streamOnly?: boolean;
}

type Outcome = number | "ok" | "silent" | "close" | "wait";

const FINE: ReadonlySet<number> = new Set([200, 202, 401, 407, 404, 480]);
/** Answers that need no knowledge of the sender: a challenge is none of them. */
const SYNTAX: ReadonlySet<Outcome> = new Set<Outcome>([
  400,
  405,
  413,
  414,
  416,
  420,
  501,
  505,
  513,
  "silent",
  "close",
  "wait",
]);

function entries(): readonly Entry[] {
  const index = join(FOLDER, "expected.json");
  return existsSync(index) ? JSON.parse(readFileSync(index, "utf8")).entries : [];
}

async function lab(): Promise<{ world: World; alice: Phone }> {
  const config = {
    domain: DOMAIN,
    compat: { plainSip: true },
    services: { factory: "list" },
    limits: { messagesPerSecond: 1_000, messageBurst: 1_000, transactionsPerSource: 10_000 },
  };
  const world = await World.open(config);
  const alice = world.phone("alice", { transport: "UDP", domain: DOMAIN });
  const bob = world.phone("bob", { domain: DOMAIN });
  await bob.register();
  return { world, alice };
}

/** Feeds the octets as they would come, and hears what goes back by the same flow. */
async function outcome(
  world: World,
  flow: Flow,
  framed: readonly Framed[],
): Promise<{ readonly statuses: readonly number[]; readonly closed: boolean }> {
  const machine = world.serverMachine;
  const before = machine.sent.length;
  for (const one of framed) {
    if (one.kind === "message") machine.events?.message(one.message, flow);
    else if (one.kind === "fault") machine.events?.fault(one, flow);
  }
  await world.clock.pass(30_000);
  const answers = machine.sent
    .slice(before)
    .filter((sent) => sent.flow.remote.host === flow.remote.host)
    .map(({ bytes }) => readDatagram(bytes))
    .flatMap((one) =>
      one.kind === "message" && one.message instanceof SipResponse ? [one.message.status] : [],
    )
    .filter((status) => status >= 200);
  return { statuses: answers, closed: !machine.flows.has(flow.id) };
}

function allowed(
  entry: Entry,
  expect: readonly Outcome[],
  { statuses, closed }: { readonly statuses: readonly number[]; readonly closed: boolean },
): boolean {
  const [status] = statuses;
  if (status === undefined) {
    return (
      expect.includes("silent") || expect.includes("wait") || (closed && expect.includes("close"))
    );
  }
  if (expect.includes(status)) return true;
  if (expect.includes("ok") && FINE.has(status)) return true;
  const challenged = status === 401 || status === 407;
  return challenged && entry.auth === undefined && expect.some((one) => !SYNTAX.has(one));
}

/** The same octets with the login of alice, where the corpus asks for one. */
async function signed(
  world: World,
  alice: Phone,
  flow: Flow,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const framed = readFrame(bytes);
  if (framed.kind !== "message" || !(framed.message instanceof SipRequest)) return bytes;
  const machine = world.serverMachine;
  const before = machine.sent.length;
  machine.events?.message(framed.message, flow);
  await world.settle();
  const answer = machine.sent.slice(before).map((sent) => readDatagram(sent.bytes))[0];
  if (answer?.kind !== "message" || !(answer.message instanceof SipResponse)) return bytes;
  const { message } = answer;
  const challenges = message.get(WwwAuthenticate) ?? message.get(ProxyAuthenticate);
  if (challenges === undefined) return bytes;
  alice.meet(challenges);
  const authorized = alice.signed(framed.message);
  const value = authorized.get(Authorization) ?? authorized.get(ProxyAuthorization) ?? [];
  const name = message.status === 401 ? "Authorization" : "Proxy-Authorization";
  const line = asciiBytes(`${name}: ${Authorization.write(value)[0]}\r\n`);
  const start = bytes.indexOf(10) + 1;
  return concatBytes(bytes.subarray(0, start), line, bytes.subarray(start));
}

for (const transport of ["udp", "stream"] as const) {
  test(`sip-bad over ${transport}: every entry gets an answer that is allowed, and nothing of ours fails`, async (t) => {
    const list = entries();
    if (list.length === 0) return t.diagnostic("the corpus is not here");
    const wrong: string[] = [];
    const { world, alice } = await lab();
    for (const entry of list) {
      if (transport === "udp" && entry.streamOnly === true) continue;
      const raw = new Uint8Array(readFileSync(join(FOLDER, entry.file)));
      const caller = world.phone("alice", {
        transport: transport === "udp" ? "UDP" : "TCP",
        domain: DOMAIN,
      });
      const flow = world.serverFlowOf(caller);
      const bytes = entry.auth === undefined ? raw : await signed(world, caller, flow, raw);
      const framed = transport === "udp" ? [readDatagram(bytes)] : new SipFramer().push(bytes);
      const heard = await outcome(world, flow, framed);
      const expect = transport === "udp" ? entry.expect.udp : entry.expect.stream;
      if (!allowed(entry, expect, heard)) {
        wrong.push(
          `${entry.file}: ${heard.statuses.join()} ${heard.closed ? "closed" : ""}, allowed ${expect.join()}`,
        );
      }
      const good = await alice.send(alice.make("OPTIONS", `sip:${DOMAIN}`));
      assert.equal(good.status, 200, entry.file);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(world.logged, []);
    assert.equal(world.server.stats.handlerErrors, 0);
    const hosts = new Set(world.serverMachine.sent.map(({ flow }) => flow.remote.host));
    for (const host of hosts)
      assert.match(host, /^192\.0\.2\./, "sent to a place that only a message named");
    return undefined;
  });
}

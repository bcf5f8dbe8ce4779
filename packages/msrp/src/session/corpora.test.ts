/** Every stream of the hostile corpus against a live session: answers, other sessions, and what is delivered. RFC 4975 §7.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Text } from "@parlance/wire";
import { collectFrames, randomPieces } from "../../../../tools/test/collect-frames.ts";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import { MsrpNetwork } from "../../../../tools/test/msrp-network.ts";
import { SeededRandom } from "../../../testkit/src/machine/seeded-random.ts";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import { gather } from "../chunk/index.ts";
import { MsrpWriter, pathLines } from "../frame/index.ts";
import type { MsrpConnection } from "../ports.ts";
import { MsrpEndpoint, MsrpSession } from "./index.ts";

const TO = "msrp://127.0.0.1:2855/s7f31kQ0;tcp";
const FROM = "msrp://127.0.0.1:7654/jshA7weTQ3;tcp";
const OTHER = "msrp://127.0.0.1:2855/other31kQ0;tcp";
const OTHER_FROM = "msrp://127.0.0.1:7655/friend;tcp";

/** What is said about senders and rooms is for the switch to know, not for a session. */
const FOR_OTHERS = new Set<unknown>(["cpim"]);

interface Outcome {
  /** The status of the last response, or none. */
  readonly status: number | undefined;
  readonly closed: boolean;
  readonly delivered: readonly string[];
  readonly otherStillSpeaks: boolean;
}

/** Two sessions of one server, each bound to a connection of its own; the first gets the stream. */
async function play(
  bytes: Uint8Array,
  entry: CorpusEntry,
  seed: number | undefined,
): Promise<Outcome> {
  const clock = new VirtualClock();
  const network = new MsrpNetwork(clock);
  const random = new SeededRandom(3);
  const endpoint = new MsrpEndpoint({ clock, random, dialer: network.dialer });
  network.listen("server:2855", (connection) => endpoint.taken(connection));
  const delivered: string[] = [];
  for (const [uri, remotePath] of [
    [TO, FROM],
    [OTHER, OTHER_FROM],
  ] as const) {
    const user = {
      incoming: (head: Parameters<typeof gather>[0]) =>
        gather(head, 1_048_576, (content) => {
          delivered.push(`${uri === TO ? "" : "other: "}${utf8Text(content)}`);
          return 200;
        }),
      nickname: (_: string, answer: (status: number) => void) => answer(200),
    };
    new MsrpSession(uri, user, endpoint).agree({ remotePath, dial: undefined });
  }
  const friend = await connect(network, clock);
  friend.connection.write(bind(OTHER, OTHER_FROM));
  const first = await connect(network, clock);
  const binds = entry.facts["bind"] !== false || entry.file === "session-second-connection.msrp";
  if (binds) first.connection.write(bind(TO, FROM));
  await clock.run(10);
  const second =
    entry.file === "session-second-connection.msrp" ? await connect(network, clock) : first;
  second.heard.length = 0;
  for (const piece of seed === undefined ? [bytes] : randomPieces(bytes, seed)) {
    second.connection.write(piece);
  }
  await clock.run(1_000);
  const statuses = collectFrames(second.heard).flatMap((one) =>
    one.kind === "frame" ? (/^MSRP \S+ (\d{3})/.exec(one.start)?.[1] ?? []) : [],
  );
  const status = statuses.at(-1);
  const before = delivered.length;
  friend.connection.write(hello(OTHER, OTHER_FROM));
  await clock.run(10);
  const otherStillSpeaks = delivered.splice(before).join() === "other: still here";
  return {
    status: status === undefined ? undefined : Number(status),
    closed: second.closed,
    delivered,
    otherStillSpeaks,
  };
}

interface Peer {
  readonly connection: MsrpConnection;
  readonly heard: Uint8Array[];
  closed: boolean;
}

async function connect(network: MsrpNetwork, clock: VirtualClock): Promise<Peer> {
  const connected = Promise.withResolvers<Peer>();
  network.dialer.dial({ transport: "tcp", host: "server", port: 2855 }, (outcome) => {
    assert.ok(outcome.ok);
    const peer: Peer = { connection: outcome.connection, heard: [], closed: false };
    peer.connection.attach({
      received: (bytes) => peer.heard.push(bytes),
      drained: () => {},
      closed: () => {
        peer.closed = true;
      },
    });
    connected.resolve(peer);
  });
  await clock.run(1);
  return connected.promise;
}

function bind(to: string, from: string): Uint8Array {
  const headers = [["Message-ID", "bind"]] as const;
  const paths = pathLines(to, from);
  return new MsrpWriter().request({ transactionId: "bind0001", method: "SEND", paths, headers });
}

function hello(to: string, from: string): Uint8Array {
  return new MsrpWriter().request({
    transactionId: "hello001",
    method: "SEND",
    paths: pathLines(to, from),
    headers: [
      ["Message-ID", "still"],
      ["Content-Type", "text/plain"],
    ],
    body: new TextEncoder().encode("still here"),
  });
}

function filled(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replaceAll("@TO@", TO)
    .replaceAll("@FROM@", FROM)
    .replaceAll("@OTHER@", OTHER)
    .replaceAll("@N@", "Qk3x9PzA");
  return new Uint8Array(Buffer.from(text, "latin1"));
}

function isExpected(expected: readonly unknown[], { status, closed }: Outcome): boolean {
  return (
    expected.includes(status === 200 ? "ok" : status) ||
    (closed && expected.includes("close")) ||
    (status === undefined && !closed && (expected.includes("silent") || expected.includes("wait")))
  );
}

test("msrp-bad: each stream gets an answer that is right, harms nobody else, and delivers what it may", async (t) => {
  for (const entry of corpusFor(t, "msrp-bad")) {
    const { file, bytes, facts } = entry;
    const expected = Array.isArray(facts["expect"]) ? facts["expect"] : [];
    const pieces = bytes.length > 100_000 ? [undefined] : [undefined, 1, 2, 3];
    for (const seed of pieces) {
      const outcome = await play(filled(bytes), entry, seed);
      const { status, closed, delivered, otherStillSpeaks } = outcome;
      const shown = `${file}: ${status}${closed ? ", closed" : ""}, ${delivered.length} delivered`;
      assert.ok(otherStillSpeaks, `${shown}: the other session was disturbed`);
      assert.ok(
        !delivered.some((text) => text.startsWith("other: ")),
        `${shown}: to somebody else`,
      );
      if (FOR_OTHERS.has(facts["klass"])) continue;
      assert.ok(isExpected(expected, outcome), shown);
      if (facts["verdict"] === "reject") assert.deepEqual(delivered, [], shown);
      if (facts["delivered"] === true) assert.equal(delivered.length, 1, shown);
    }
  }
});

/** Two endpoints and a network between them: sessions begin, speak, are lost, come back and end. RFC 4975 §5.4, §7, §10 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { MsrpNetwork, type NetworkOptions } from "../../../../tools/test/msrp-network.ts";
import { SeededRandom } from "../../../testkit/src/machine/seeded-random.ts";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import type {
  IncomingControl,
  IncomingHead,
  IncomingSink,
  OutgoingMessage,
  SendFailure,
} from "../chunk/index.ts";
import { gather } from "../chunk/index.ts";
import { answerTo, MsrpWriter, makeMsrpUri, parseMsrp, pathLines } from "../frame/index.ts";
import type { DialTarget, MsrpConnection } from "../ports.ts";
import {
  clientWaits,
  MsrpEndpoint,
  MsrpSession,
  type SessionEnd,
  type SessionOptions,
  type SessionUser,
  serverWaits,
} from "./index.ts";

const ADDRESS = "192.0.2.2:2855";
const TCP: DialTarget = { transport: "tcp", host: "192.0.2.2", port: 2855 };

/** One side of a session, and everything it was told. */
class Side implements SessionUser {
  readonly name: string;
  readonly log: string[] = [];
  readonly controls: IncomingControl[] = [];
  readonly endpoint: MsrpEndpoint;
  readonly session: MsrpSession;
  uri: string;
  /** Stands in for text that is gathered. */
  sink: ((head: IncomingHead) => IncomingSink | number) | undefined;

  constructor(name: string, endpoint: MsrpEndpoint, options: SessionOptions) {
    this.name = name;
    this.endpoint = endpoint;
    this.uri = uriOf(name, endpoint);
    this.session = new MsrpSession(this.uri, this, endpoint, options);
  }

  incoming(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    this.controls.push(control);
    if (this.sink !== undefined) return this.sink(head);
    return gather(head, 1_000_000, (content) => {
      const text = utf8Text(content);
      this.log.push(`got ${text.length > 40 ? `${text.length} characters` : text}`);
      return 200;
    });
  }

  bound(again: boolean): void {
    this.log.push(again ? "bound again" : "bound");
  }

  lost(): void {
    this.log.push("lost");
  }

  renew(attempt: number): void {
    this.log.push(`renew ${attempt}`);
  }

  ended({ why, status }: SessionEnd): void {
    this.log.push(status === undefined ? why : `${why} ${status}`);
  }

  send(text: string, more: Partial<OutgoingMessage> = {}): void {
    const name = text.slice(0, 20);
    this.session.send(
      { contentType: "text/plain", content: utf8Bytes(text), ...more },
      {
        accepted: () => this.log.push(`accepted ${name}`),
        delivered: () => this.log.push(`delivered ${name}`),
        failed: ({ why, status }: SendFailure) => this.log.push(`failed ${name}: ${why} ${status}`),
      },
    );
  }

  move(): void {
    this.uri = uriOf(this.name, this.endpoint);
    this.session.moveTo(this.uri);
  }

  news(): readonly string[] {
    return this.log.splice(0);
  }
}

function uriOf(name: string, endpoint: MsrpEndpoint): string {
  const sessionId = endpoint.newSessionId();
  return makeMsrpUri({
    scheme: "msrp",
    host: `${name}.test`,
    port: 2855,
    sessionId,
    transport: "tcp",
  }).text;
}

interface WorldOptions extends NetworkOptions {
  readonly alice?: SessionOptions;
  readonly bob?: SessionOptions;
}

/** Alice connects, Bob listens. */
class World {
  readonly clock = new VirtualClock();
  readonly network: MsrpNetwork;
  readonly alice: Side;
  readonly bob: Side;
  readonly #random = new SeededRandom(11);

  constructor(options: WorldOptions = {}) {
    this.network = new MsrpNetwork(this.clock, options);
    const bobs = this.endpoint();
    this.network.listen(ADDRESS, (connection) => bobs.taken(connection));
    this.alice = new Side("alice", this.endpoint(), { waits: clientWaits, ...options.alice });
    this.bob = new Side("bob", bobs, { waits: serverWaits, ...options.bob });
  }

  endpoint(): MsrpEndpoint {
    const random = this.#random.fork();
    return new MsrpEndpoint({ clock: this.clock, random, dialer: this.network.dialer });
  }

  /** The descriptions are exchanged. */
  agree({ alice, bob }: { readonly alice: Side; readonly bob: Side } = this, target = TCP): void {
    bob.session.agree({ remotePath: alice.uri, dial: undefined });
    alice.session.agree({ remotePath: bob.uri, dial: target });
  }

  async bound(): Promise<this> {
    this.agree();
    await this.clock.run(500);
    assert.deepEqual(this.alice.news(), ["bound"]);
    assert.deepEqual(this.bob.news(), ["bound"]);
    return this;
  }

  /** Somebody who is none of ours connects to Bob. */
  stranger(): {
    readonly write: (bytes: Uint8Array) => void;
    readonly heard: string[];
    closed: boolean;
  } {
    const heard: string[] = [];
    const early: Uint8Array[] = [];
    const stranger = {
      write: (bytes: Uint8Array): void => void early.push(bytes),
      heard,
      closed: false,
    };
    this.network.dialer.dial(TCP, (outcome) => {
      assert.ok(outcome.ok);
      const { connection } = outcome;
      stranger.write = (bytes) => connection.write(bytes);
      connection.attach({
        received: (bytes) => heard.push(...utf8Text(bytes).split(/(?<=-------\S+[$+#]\r\n)/)),
        drained: () => {},
        closed: () => {
          stranger.closed = true;
        },
      });
    });
    return stranger;
  }
}

test("the active side binds with a SEND without a body, and nothing else before its 200 (RFC 4975 §5.4)", async () => {
  const world = new World({ latencyMs: 10 });
  world.alice.send("hello");
  world.bob.send("hi");
  world.agree();
  await world.clock.run(500);
  assert.deepEqual(world.alice.news(), ["bound", "got hi", "accepted hello"]);
  const [first = "", second = "", ...rest] = world.network.pipes[0]?.written ?? [];
  assert.match(
    first,
    /^MSRP \S+ SEND\r\nTo-Path: .*\r\nFrom-Path: .*\r\nMessage-ID: \S+\r\nByte-Range: 1-0\/0\r\n-------\S+\$\r\n$/,
  );
  assert.match(second, /^MSRP \S+ 200 OK\r\n/);
  assert.equal(rest.length, 4);
});

test("messages pass both ways, and their senders hear of it (RFC 4975 §7.1)", async () => {
  const world = await new World({ latencyMs: 10 }).bound();
  world.alice.send("hello", { successReport: true });
  world.bob.send("x".repeat(100_000), { successReport: true });
  await world.clock.run(2_000);
  assert.deepEqual(world.bob.news(), [
    "got hello",
    `accepted ${"x".repeat(20)}`,
    `delivered ${"x".repeat(20)}`,
  ]);
  assert.deepEqual(world.alice.news(), [
    "accepted hello",
    "delivered hello",
    "got 100000 characters",
  ]);
});

test("a refused message fails with the status, and the session goes on (RFC 4975 §10.6)", async () => {
  const world = await new World().bound();
  world.bob.sink = () => 415;
  world.alice.send("hello");
  await world.clock.run(10);
  world.bob.sink = undefined;
  world.alice.send("again");
  await world.clock.run(10);
  assert.deepEqual(world.alice.news(), ["failed hello: refused 415", "accepted again"]);
});

test("a late failure is reported (RFC 4975 §7.1.4)", async () => {
  const world = await new World().bound();
  world.alice.send("hello", { successReport: true });
  await world.clock.run(10);
  world.alice.news();
  world.alice.send("later");
  await world.clock.run(10);
  world.bob.controls[1]?.refuse(403);
  await world.clock.run(10);
  assert.deepEqual(world.alice.news(), ["accepted later", "failed later: refused 403"]);
});

test("a session that nobody has is answered 481, and who goes on asking is closed (RFC 4975 §7.3)", async () => {
  const world = await new World().bound();
  const stranger = world.stranger();
  await world.clock.run(10);
  const paths = pathLines("msrp://bob.test:2855/nosuch;tcp", "msrp://eve.test:1/x;tcp");
  for (let count = 0; count < 9; count += 1) stranger.write(bodiless(paths, `eve0000${count}`));
  await world.clock.run(10);
  assert.equal(stranger.heard.filter((line) => / 481 /.test(line)).length, 9);
  assert.equal(stranger.closed, false);
  stranger.write(bodiless(paths, "eve00009"));
  await world.clock.run(10);
  assert.equal(stranger.closed, true);
});

test("a session is bound to one connection: another one gets 506 (RFC 4975 §5.4, §10.10)", async () => {
  const world = await new World().bound();
  const stranger = world.stranger();
  await world.clock.run(10);
  stranger.write(bodiless(pathLines(world.bob.uri, world.alice.uri), "eve00001"));
  await world.clock.run(10);
  assert.match(stranger.heard.join(), / 506 /);
  world.alice.send("still mine");
  await world.clock.run(10);
  assert.deepEqual(world.bob.news(), ["got still mine"]);
});

test("who does not show the agreed From-Path gets 481, bound or not (RFC 4975 §7.3)", async () => {
  const world = new World();
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  const stranger = world.stranger();
  await world.clock.run(10);
  stranger.write(bodiless(pathLines(world.bob.uri, "msrp://eve.test:1/forged;tcp"), "eve00001"));
  await world.clock.run(10);
  assert.match(stranger.heard.join(), / 481 /);
  assert.equal(world.bob.session.state, "awaiting");
});

test("a peer over TLS has to show the fingerprint of its description (RFC 4975 §14.4)", async () => {
  const world = new World();
  const right = { hash: "sha-256", value: "AA:BB" };
  const fingerprints = [{ hash: "sha-1", value: "CC" }, right];
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined, fingerprints });
  world.alice.session.agree({ remotePath: world.bob.uri, dial: TCP });
  await world.clock.run(100);
  assert.deepEqual(world.alice.news(), ["refused 481"]);
  const other = new World();
  other.network.fingerprints = [right];
  other.bob.session.agree({ remotePath: other.alice.uri, dial: undefined, fingerprints });
  other.alice.session.agree({ remotePath: other.bob.uri, dial: TCP });
  await other.clock.run(100);
  assert.deepEqual(other.alice.news(), ["bound"]);
});

test("unknown methods get 501, reports on nothing are ignored (RFC 4975 §7.1.2, §10.9)", async () => {
  const world = new World();
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  const peer = world.stranger();
  await world.clock.run(10);
  const paths = pathLines(world.bob.uri, world.alice.uri);
  peer.write(bodiless(paths, "bind0001"));
  for (const method of ["FILE_OFFSET", "AUTH", "CONSTRUCTOR", "NICKNAME", "REPORT"]) {
    peer.write(new MsrpWriter().request({ transactionId: "meth0001", method, paths, headers: [] }));
  }
  await world.clock.run(10);
  assert.deepEqual(
    peer.heard.map((frame) => frame.split(" ")[2]),
    ["200", "501", "501", "501", "501"],
  );
});

test("what comes before the description of the peer waits for it (RFC 6135 §4.2.2)", async () => {
  const world = new World();
  world.alice.send("early");
  world.alice.session.agree({ remotePath: world.bob.uri, dial: TCP });
  await world.clock.run(5_000);
  assert.deepEqual(world.alice.news(), []);
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  await world.clock.run(10);
  assert.deepEqual(world.alice.news(), ["bound", "accepted early"]);
  assert.deepEqual(world.bob.news(), ["bound", "got early"]);
});

test("a session that is not bound in 30 s is given up, by either side", async () => {
  const world = new World();
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  await world.clock.run(30_000);
  assert.deepEqual(world.bob.news(), ["unreachable"]);
  world.alice.send("hello");
  world.alice.session.agree({ remotePath: world.bob.uri, dial: { ...TCP, port: 9 } });
  await world.clock.run(10);
  assert.deepEqual(world.alice.news(), ["failed hello: session ended undefined", "unreachable"]);
});

test("an idle session is kept alive each 120 s; without an answer its connection is given up (RFC 4975 §7.1)", async () => {
  const world = await new World().bound();
  const frames = world.network.pipes[0]?.written ?? [];
  const before = frames.length;
  await world.clock.run(240_000);
  assert.equal(frames.length, before + 4);
});

test("who does not answer what keeps a session alive has lost it (RFC 4975 §7.1)", async () => {
  const world = new World();
  let answers = 1;
  world.network.listen("192.0.2.9:2855", (connection) =>
    connection.attach({
      received: (bytes) => {
        const parsed = parseMsrp(bytes);
        assert.ok(parsed.ok && parsed.value.kind === "request");
        answers -= 1;
        if (answers >= 0) connection.write(answerTo(parsed.value, 200));
      },
      drained: () => {},
      closed: () => {},
    }),
  );
  world.alice.session.agree({ remotePath: world.bob.uri, dial: { ...TCP, host: "192.0.2.9" } });
  await world.clock.run(149_000);
  assert.deepEqual(world.alice.news(), ["bound"]);
  await world.clock.run(1_500);
  assert.deepEqual(world.alice.news(), ["lost", "renew 1"]);
});

test("a lost session asks for a new exchange after 0.5, 2 and 8 s, and is given up after 30", async () => {
  const world = await new World().bound();
  world.network.cutAll();
  assert.deepEqual(world.alice.news(), ["lost"]);
  await world.clock.run(499);
  assert.deepEqual(world.alice.news(), []);
  await world.clock.run(1);
  assert.deepEqual(world.alice.news(), ["renew 1"]);
  await world.clock.run(2_000);
  assert.deepEqual(world.alice.news(), ["renew 2"]);
  await world.clock.run(8_000);
  assert.deepEqual(world.alice.news(), ["renew 3"]);
  await world.clock.run(19_500);
  assert.deepEqual(world.alice.news(), ["lost"]);
  assert.deepEqual(world.bob.news(), ["lost", "lost"]);
});

test("a session that comes back sends again what was not confirmed, and nothing arrives twice (RFC 4975 §5.4)", async () => {
  for (const resend of ["start", "confirmed"] as const) {
    const world = await new World({ latencyMs: 20, bytesPerMs: 50, alice: { resend } }).bound();
    world.alice.send("through");
    await world.clock.run(100);
    world.alice.send("x".repeat(60_000));
    world.alice.send("small");
    await world.clock.run(300);
    world.network.cutAll();
    await world.clock.run(500);
    assert.deepEqual(world.alice.news(), ["accepted through", "accepted small", "lost", "renew 1"]);
    world.bob.move();
    world.alice.move();
    world.agree();
    await world.clock.run(10_000);
    const x = "x".repeat(20);
    assert.deepEqual(world.alice.news(), ["bound again", `accepted ${x}`]);
    assert.deepEqual(
      world.bob.news().filter((line) => line.startsWith("got")),
      ["got through", "got small", "got 60000 characters"],
    );
    const again = world.network.pipes[1]?.written.some((frame) =>
      frame.includes("Byte-Range: 1-2048/60000"),
    );
    assert.equal(again, resend === "start");
  }
});

test("a peer that comes back by itself is taken again (RFC 4975 §5.4)", async () => {
  const world = await new World().bound();
  world.network.cutAll();
  world.alice.move();
  world.alice.session.agree({ remotePath: world.bob.uri, dial: TCP });
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  await world.clock.run(100);
  assert.deepEqual(world.bob.news(), ["lost", "bound again"]);
});

test("a refresh that changes nothing leaves the connection alone; a new path makes a new one (RFC 4975 §8.4)", async () => {
  const world = await new World().bound();
  world.agree();
  await world.clock.run(100);
  assert.equal(world.network.dials, 1);
  world.bob.move();
  world.alice.move();
  world.agree();
  world.alice.send("on the new one");
  await world.clock.run(100);
  assert.deepEqual(world.bob.news(), ["lost", "bound again", "got on the new one"]);
  assert.equal(world.alice.session.state, "bound");
});

test("481 to a message ends the session for its sender (RFC 4975 §10.8)", async () => {
  const world = await new World().bound();
  world.bob.session.close();
  world.alice.send("hello");
  await world.clock.run(10);
  assert.deepEqual(world.alice.news(), ["failed hello: refused 481", "refused 481"]);
});

test("closing fails what is not through, and the connection ends within five seconds", async () => {
  const world = await new World({ latencyMs: 50 }).bound();
  world.alice.send("hello");
  world.alice.session.close();
  world.alice.send("too late");
  await world.clock.run(1);
  assert.deepEqual(world.alice.news(), [
    "failed hello: session ended undefined",
    "closed",
    "failed too late: session ended undefined",
  ]);
  await world.clock.run(5_000);
  assert.equal(world.network.pipes[0]?.open, false);
  assert.equal(world.alice.endpoint.lines, 0);
});

test("a message above the peer's max-size is not sent (RFC 4975 §8.6)", async () => {
  const world = new World();
  world.bob.session.agree({ remotePath: world.alice.uri, dial: undefined });
  world.alice.session.agree({ remotePath: world.bob.uri, dial: TCP, maxSizeBytes: 10 });
  world.alice.send("ten octets");
  world.alice.send("eleven octets");
  await world.clock.run(100);
  assert.deepEqual(world.bob.news(), ["bound", "got ten octets"]);
  assert.ok(world.alice.news().includes("failed eleven octets: too large undefined"));
});

test("a nickname is asked for and answered (RFC 7701 §7)", async () => {
  const world = await new World().bound();
  const answers: (number | undefined)[] = [];
  const named: string[] = [];
  world.bob.session.close();
  const room = new Side("room", world.bob.endpoint, {});
  Object.assign(room, {
    nickname: (name: string, answer: (status: number) => void) => {
      named.push(name);
      answer(name === "taken" ? 425 : 200);
    },
  });
  const guest = new Side("guest", world.alice.endpoint, {});
  guest.session.nickname("early", (status) => answers.push(status));
  world.agree({ alice: guest, bob: room });
  await world.clock.run(100);
  for (const name of ['Alice "A"', "taken", ""])
    guest.session.nickname(name, (status) => answers.push(status));
  await world.clock.run(100);
  assert.deepEqual(named, ['Alice "A"', "taken", ""]);
  assert.deepEqual(answers, [undefined, 200, 425, 200]);
});

test("sessions with the same peer share a connection, and none keeps another waiting (RFC 4975 §5.4)", async () => {
  const world = new World({ latencyMs: 5, bytesPerMs: 100 });
  const pairs = [0, 1, 2].map((index) => ({
    alice: new Side(`alice${index}`, world.alice.endpoint, { waits: clientWaits }),
    bob: new Side(`bob${index}`, world.bob.endpoint, {}),
  }));
  const [first, second, third] = pairs;
  assert.ok(first && second && third);
  world.agree(first);
  await world.clock.run(100);
  for (const pair of [second, third]) world.agree(pair);
  await world.clock.run(100);
  assert.equal(world.network.dials, 1);
  for (const { alice } of pairs) alice.send("x".repeat(600_000));
  await world.clock.run(1_000);
  third.alice.send("small");
  // At 100 octets a millisecond all of it takes 18 s; what stands in the connection at most 1.4 s.
  await world.clock.run(4_000);
  assert.ok(third.bob.news().includes("got small"));
  await world.clock.run(20_000);
  for (const { alice, bob } of pairs) {
    assert.ok(bob.news().includes("got 600000 characters"));
    assert.ok(alice.news().includes(`accepted ${"x".repeat(20)}`));
  }
  first.alice.session.close();
  await world.clock.run(10_000);
  assert.equal(world.alice.endpoint.lines, 1);
  world.network.cutAll();
  assert.ok(second.alice.news().includes("lost") && third.alice.news().includes("lost"));
});

test("over WebSocket every message on the wire is one frame (RFC 7977 §5.1)", async () => {
  const world = new World();
  const url = "wss://im.test/msrp";
  world.network.listen(url, (connection: MsrpConnection) => world.bob.endpoint.taken(connection));
  world.agree(world, { transport: "wss", url });
  world.alice.send("x".repeat(9_000));
  world.bob.send("hello");
  await world.clock.run(100);
  for (const frame of world.network.pipes[0]?.written ?? []) {
    const [, id] = /^MSRP (\S+) /.exec(frame) ?? [];
    assert.equal(frame.indexOf(`-------${id}`), frame.length - `-------${id}$\r\n`.length);
  }
  assert.ok(world.bob.news().includes("got 9000 characters"));
});

test("a message in one chunk, larger than a frame may be to be held, passes in pieces (RFC 4975 §5.1)", async () => {
  const world = await new World({ latencyMs: 5, bytesPerMs: 1000, bob: {} }).bound();
  world.alice.send("x".repeat(400_000), { whole: true });
  await world.clock.run(2_000);
  assert.deepEqual(world.bob.news(), ["got 400000 characters"]);
  assert.deepEqual(world.alice.news(), [`accepted ${"x".repeat(20)}`]);
});

test("such a chunk that is cut off in the middle is begun anew, and given on once (RFC 4975 §5.4)", async () => {
  const world = await new World({ latencyMs: 5, bytesPerMs: 1000 }).bound();
  world.alice.send("x".repeat(400_000), { whole: true });
  await world.clock.run(200);
  world.network.cutAll();
  world.bob.move();
  world.alice.move();
  world.agree();
  await world.clock.run(2_000);
  assert.deepEqual(world.bob.news(), ["lost", "bound again", "got 400000 characters"]);
});

test("such a chunk for nobody is answered 481, and its pieces go nowhere (RFC 4975 §7.3)", async () => {
  const world = await new World().bound();
  const stranger = world.stranger();
  await world.clock.run(10);
  stranger.write(
    new MsrpWriter().request({
      transactionId: "large001",
      method: "SEND",
      paths: pathLines("msrp://bob.test:2855/nosuch;tcp", "msrp://eve.test:1/x;tcp"),
      headers: [
        ["Message-ID", "m1"],
        ["Content-Type", "text/plain"],
      ],
      body: new Uint8Array(200_000),
    }),
  );
  await world.clock.run(100);
  assert.match(stranger.heard.join(), / 481 /);
  assert.equal(stranger.closed, false);
});

test("a session id that is taken already is a mistake of ours", () => {
  const { alice } = new World();
  assert.throws(() => new MsrpSession(alice.uri, alice, alice.endpoint), RangeError);
  assert.throws(() => new MsrpSession("msrp://a.test:1;tcp", alice, alice.endpoint), RangeError);
});

test("a receiver that is slow stops its sender, whatever is to come, and nothing is lost", async () => {
  const world = await new World({ latencyMs: 5, bytesPerMs: 1000 }).bound();
  let octets = 0;
  world.bob.sink = () => ({
    write: (piece) => {
      octets += piece.length;
      return false;
    },
    end: () => 200,
  });
  world.alice.send("x".repeat(900_000), { chunkBytes: 16_384 });
  await world.clock.run(20_000);
  assert.ok(octets < 300_000, `${octets} octets came`);
  for (let turn = 0; turn < 200; turn += 1) {
    world.bob.controls.at(-1)?.resume();
    await world.clock.run(100);
  }
  assert.equal(octets, 900_000);
  assert.deepEqual(world.alice.news(), [`accepted ${"x".repeat(20)}`]);
});

test("a connection that says nothing, or stops in the middle of a frame, is closed in its time", async () => {
  const world = new World();
  const silent = world.stranger();
  const slow = world.stranger();
  await world.clock.run(10);
  slow.write(utf8Bytes("MSRP abcd1234 SE"));
  await world.clock.run(9_000);
  slow.write(utf8Bytes("N"));
  await world.clock.run(9_000);
  assert.equal(slow.closed, false);
  await world.clock.run(2_000);
  assert.equal(slow.closed, true);
  assert.equal(silent.closed, false);
  await world.clock.run(10_000);
  assert.equal(silent.closed, true);
});

test("an endpoint that stops takes nobody any more", async () => {
  const world = await new World().bound();
  world.bob.endpoint.stop();
  await world.clock.run(10);
  assert.deepEqual(world.bob.news(), ["lost"]);
  const stranger = world.stranger();
  await world.clock.run(10);
  assert.equal(stranger.closed, true);
});

function bodiless(paths: ReturnType<typeof pathLines>, transactionId: string): Uint8Array {
  return new MsrpWriter().request({
    transactionId,
    method: "SEND",
    paths,
    headers: [
      ["Message-ID", "bind"],
      ["Byte-Range", "1-0/0"],
    ],
  });
}

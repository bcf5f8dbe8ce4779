/** The MSRP relay of a running server, and clients that cannot be reached. RFC 4976, RFC 7977 §5.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DialTarget,
  type MsrpDialer,
  type MsrpTransport,
  parseReportStatus,
} from "@parlance/msrp";
import { DigestClient, formatDigestHeader, parseDigestHeader } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { hashing } from "./core/machine-ports.test.ts";
import { World } from "./core/world.test.ts";
import { Device } from "./testing/msrp-pipe.ts";
import { sameOctets } from "./testing/octets.ts";

const RELAY = "msrp://192.0.2.1:2855;tcp";
const PLAIN: Partial<ServerConfig> = { relay: { plain: true } };
const NO_BODY = new Uint8Array(0);

/** A world with a relay; whoever is in `reachable` can be connected to, by his host. */
async function relayed(config: Partial<ServerConfig> = PLAIN) {
  const reachable = new Map<string, Device>();
  const dialled: DialTarget[] = [];
  const dialer: MsrpDialer = {
    dial(target, done) {
      dialled.push(target);
      const device = "host" in target ? reachable.get(target.host) : undefined;
      queueMicrotask(() => {
        if (device === undefined) {
          return done({ ok: false, failure: { why: "no answer", detail: "" } });
        }
        device.connect((connection) => done({ ok: true, connection }));
      });
      return () => {};
    },
  };
  const world = await World.open(config, undefined, dialer);
  const place = { secure: false, host: "192.0.2.1", port: 2855 };
  world.server.media?.listens({ ...place, transport: "tcp" });
  world.server.media?.listens({ ...place, transport: "ws", port: 8080 });
  const device = (name: string, transport: MsrpTransport = "tcp"): Device =>
    new Device(name, transport).connect((connection) => world.server.media?.taken(connection));
  const login = async (of: Device, user: string, more: Login = {}): Promise<string> => {
    const { password = `${user}-secret`, headers = [], path = RELAY } = more;
    const digest = new DigestClient(
      { username: user, password, realm: undefined, peer: "relay" },
      { hashing, random: world.random },
    );
    of.ask("AUTH", path, headers);
    await world.settle();
    const challenges = values(of, "WWW-Authenticate").flatMap((text) => {
      const read = parseDigestHeader(text);
      return read.ok ? [read.value] : [];
    });
    digest.challenged(challenges, "relay", undefined);
    const parts = digest.authorize({ method: "AUTH", uri: path, body: NO_BODY }, "relay");
    if (parts === undefined) return "";
    of.ask("AUTH", path, [["Authorization", formatDigestHeader(parts)], ...headers]);
    await world.settle();
    return of.answers.at(-1)?.header("Use-Path") ?? "";
  };
  return { world, reachable, dialled, device, login, settle: () => world.settle() };
}

interface Login {
  readonly password?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly path?: string;
}

function values(of: Device, name: string): string[] {
  const last = of.answers.at(-1);
  return [...(last?.headers() ?? [])].flatMap(([known, value]) => (known === name ? [value] : []));
}

const statusOf = (of: Device) => of.answers.at(-1)?.status;

function reported(of: Device): number | undefined {
  const report = of.requests.find(({ method }) => method === "REPORT");
  const read = parseReportStatus(report?.header("Status") ?? "");
  return read.ok ? read.value.code : undefined;
}

test("two clients that cannot be reached hear each other by URIs that they were given", async () => {
  const { device, login } = await relayed();
  const [alice, bob] = [device("alice"), device("bob")];
  const [toAlice, toBob] = [await login(alice, "alice"), await login(bob, "bob")];
  assert.match(toAlice, /^msrp:\/\/192\.0\.2\.1:2855\/\S{20,};tcp$/);
  const id = alice.say(`${toAlice} ${toBob} ${bob.path}`, "hello", { failureReport: "yes" });
  assert.equal(alice.responses.at(-1), `${id} 200`);
  assert.deepEqual(bob.texts, ["hello"]);
  const [heard] = bob.requests;
  assert.equal(heard?.toPath, bob.path);
  assert.equal(heard?.fromPath, `${toBob} ${toAlice} ${alice.path}`);
  assert.notEqual(heard?.transactionId, id);
  bob.report(heard?.fromPath ?? "", heard?.messageId ?? "", "1-5/5");
  assert.equal(reported(alice), 200);
});

test("a client behind the relay and a device that can be reached talk both ways", async () => {
  const { device, login, reachable, dialled, settle } = await relayed();
  const [alice, dan] = [device("alice"), new Device("dan")];
  reachable.set("dan.example.com", dan);
  const relay = await login(alice, "alice");
  alice.say(`${relay} ${dan.path}`, "first");
  alice.say(`${relay} ${dan.path}`, "second");
  await settle();
  assert.deepEqual(dan.texts, ["first", "second"]);
  assert.deepEqual(dialled, [{ transport: "tcp", host: "dan.example.com", port: 7654 }]);
  dan.say(`${relay} ${alice.path}`, "back");
  assert.deepEqual(alice.texts, ["back"]);
});

test("a peer that came by a connection of its own is answered over that", async () => {
  const { device, login, dialled } = await relayed();
  const [alice, erin] = [device("alice"), device("erin", "ws")];
  const relay = await login(alice, "alice");
  erin.say(`${relay} ${alice.path}`, "I am a browser");
  alice.say(`${relay} ${erin.path}`, "hello, browser");
  assert.deepEqual(erin.texts, ["hello, browser"]);
  assert.deepEqual(dialled, []);
});

test("what cannot go on is reported to whoever sent it, unless he does not want to know", async () => {
  const { device, login, reachable, settle, world } = await relayed();
  const alice = device("alice");
  const relay = await login(alice, "alice");
  const nowhere = "msrp://nowhere.example.com:7654/x;tcp";
  alice.say(`${relay} ${nowhere}`, "lost", { failureReport: "no" });
  await settle();
  assert.equal(reported(alice), undefined);
  alice.say(`${relay} ${nowhere}`, "lost", { failureReport: "yes" });
  await settle();
  assert.equal(reported(alice), 408);
  const frank = new Device("frank");
  reachable.set("frank.example.com", frank);
  frank.answer = 415;
  const bea = device("bea");
  const other = await login(bea, "bob");
  bea.say(`${other} ${frank.path}`, "not of your kind", { failureReport: "partial" });
  await settle();
  assert.equal(reported(bea), 415);
  frank.answer = undefined;
  bea.requests.length = 0;
  bea.say(`${other} ${frank.path}`, "anybody there?", { failureReport: "yes" });
  await settle();
  await world.clock.pass(32_000);
  assert.equal(reported(bea), 408);
});

test("a long message goes on in pieces, each with its range", async () => {
  const { device, login } = await relayed();
  const [alice, bob] = [device("alice"), device("bob")];
  const [toAlice, toBob] = [await login(alice, "alice"), await login(bob, "bob")];
  const octets = new Uint8Array(200_000).map((_, at) => 97 + (at % 26));
  alice.say(`${toAlice} ${toBob} ${bob.path}`, octets, { messageId: "long" });
  sameOctets(bob.octetsOf("long"), octets);
  const ranges = bob.requests.map(({ byteRange }) => byteRange);
  assert.ok(ranges.length > 3);
  assert.ok(ranges.every((range) => range?.endsWith("/200000") === true));
});

test("a client that is not read stops the reading from whoever sends to it", async () => {
  const { device, login } = await relayed();
  const [alice, bob] = [device("alice"), device("bob")];
  const [toAlice, toBob] = [await login(alice, "alice"), await login(bob, "bob")];
  bob.end.stalled = true;
  let sent = 0;
  while (!alice.end.paused && sent < 100) {
    alice.say(`${toAlice} ${toBob} ${bob.path}`, new Uint8Array(15_000).fill(65));
    sent += 1;
  }
  assert.ok(sent > 30 && sent < 60, `${sent}`);
  bob.end.flow();
  assert.equal(alice.end.paused, false);
  assert.equal(bob.texts.length, sent);
});

test("nobody but a logged-in client is let through, and only by the connection that he logged in on", async () => {
  const { device, login, dialled } = await relayed();
  const [alice, mallory] = [device("alice"), device("mallory")];
  const relay = await login(alice, "alice");
  mallory.say(`${RELAY} msrp://inside.example.com:22/x;tcp`, "let me out");
  assert.equal(statusOf(mallory), 481);
  mallory.say(`${relay} msrp://inside.example.com:22/x;tcp`, "let me out");
  assert.deepEqual(dialled, []);
  assert.equal(alice.requests.at(-1)?.toPath, "msrp://inside.example.com:22/x;tcp"); // to the client, whatever it says
  alice.end.cut();
  mallory.say(`${relay} ${alice.path}`, "too late");
  assert.equal(statusOf(mallory), 481);
});

test("a wrong password is refused, and after the third the connection ends", async () => {
  const { device, login, world } = await relayed();
  const mallory = device("mallory");
  for (let round = 0; round < 3; round += 1) {
    await login(mallory, "alice", { password: "guess" });
    assert.equal(statusOf(mallory), 401);
  }
  assert.equal(mallory.end.open, false);
  assert.deepEqual(world.suspected, Array(3).fill("failed login 192.0.2.7"));
});

test("a URI ends in its time, and asked for again is good for longer", async () => {
  const { device, login, world } = await relayed();
  const [alice, dan] = [device("alice"), device("dan")];
  const headers = [["Expires", "100"]] as const;
  const relay = await login(alice, "alice", { headers });
  assert.equal(alice.answers.at(-1)?.header("Expires"), "100");
  await world.clock.pass(80_000);
  assert.equal(await login(alice, "alice", { headers }), relay);
  await world.clock.pass(80_000);
  const late = device("late");
  late.say(`${relay} ${alice.path}`, "in time");
  assert.deepEqual(alice.texts, ["in time"]);
  await world.clock.pass(30_000);
  device("later").say(`${relay} ${alice.path}`, "too late");
  assert.deepEqual(alice.texts, ["in time"]);
  assert.equal(dan.end.open, false); // it never said anything
});

test("times out of bounds are told with the bound", async () => {
  const { device, login } = await relayed();
  const alice = device("alice");
  await login(alice, "alice", { headers: [["Expires", "5"]] });
  assert.deepEqual([statusOf(alice), alice.answers.at(-1)?.header("Min-Expires")], [423, "60"]);
  await login(alice, "alice", { headers: [["Expires", "999999"]] });
  assert.deepEqual([statusOf(alice), alice.answers.at(-1)?.header("Max-Expires")], [423, "3600"]);
});

test("a user who is disabled has no URI any more", async () => {
  const { device, login, world } = await relayed();
  const [alice, dan] = [device("alice"), device("dan")];
  const relay = await login(alice, "alice");
  await world.server.admin.users.change("alice", { disabled: true });
  await world.clock.pass(2_000);
  dan.say(`${relay} ${alice.path}`, "are you there?");
  assert.deepEqual([statusOf(dan), alice.texts.length], [481, 0]);
});

test("without TLS there is no login, unless the operator allows it, and without a relay no AUTH", async () => {
  const strict = await relayed({ relay: { plain: false } });
  const alice = strict.device("alice");
  await strict.login(alice, "alice");
  assert.equal(statusOf(alice), 403);
  const none = await relayed({});
  const bob = none.device("bob");
  await none.login(bob, "bob");
  assert.equal(statusOf(bob), 481);
});

test("a user has so many URIs, and no more", async () => {
  const { device, login } = await relayed({ ...PLAIN, limits: { relayUrisPerUser: 2 } });
  await login(device("one"), "alice");
  await login(device("two"), "alice");
  const third = device("three");
  await login(third, "alice");
  assert.equal(statusOf(third), 403);
});

test("a client reaches a relay behind this one, and its answer comes back all the way", async () => {
  const { device, login, reachable, settle } = await relayed();
  const [alice, far] = [device("alice"), new Device("far")];
  reachable.set("far.example.com", far);
  const path = `${RELAY} msrp://far.example.com:2855;tcp`;
  alice.ask("AUTH", path);
  assert.equal(statusOf(alice), 403); // not logged in here
  await login(alice, "alice");
  const id = alice.ask("AUTH", path);
  await settle();
  assert.equal(far.requests.at(-1)?.fromPath, `${RELAY} ${alice.path}`);
  const answer = alice.answers.at(-1);
  assert.equal(alice.responses.at(-1), `${id} 200`);
  assert.equal(answer?.fromPath, `${RELAY} msrp://far.example.com:2855;tcp`);
  assert.equal(answer?.toPath, alice.path);
});

/** A client and a relay: challenged, granted, refreshed, refused; leases and what they let through. RFC 4976 §5.1, §6 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { digestAlgorithm, offeredAlgorithms, secretHash, utf8Bytes } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { MsrpNetwork } from "../../../../tools/test/msrp-network.ts";
import { hashing } from "../../../../tools/test/node-ports.ts";
import { SeededRandom } from "../../../testkit/src/machine/seeded-random.ts";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import {
  answerTo,
  type HeaderParts,
  MsrpRequest,
  MsrpWriter,
  parseMsrp,
  pathLines,
} from "../frame/index.ts";
import type { MsrpConnection } from "../ports.ts";
import { MsrpEndpoint } from "../session/index.ts";
import {
  type AuthVerdict,
  forwardPaths,
  judgeForward,
  leaseLifetime,
  type RelayAccess,
  RelayAuthority,
  RelayClient,
  RelayLeases,
  readAuth,
  relayPlan,
} from "./index.ts";

const RELAY = "msrps://alice@relay.test;tcp";
const TARGET = {
  transport: "tls",
  host: "relay.test",
  port: 2855,
  expect: { by: "name", name: "relay.test" },
} as const;
const LOCAL = "msrps://alice.invalid:2855/98cjs;tcp";

/** A relay that hands out URIs, and a client that wants one. */
class World {
  readonly clock = new VirtualClock();
  readonly network = new MsrpNetwork(this.clock);
  readonly log: string[] = [];
  readonly requests: MsrpRequest[] = [];
  readonly leases = new RelayLeases(new SeededRandom(5));
  readonly authority: RelayAuthority;
  client: RelayClient | undefined;
  /** Stands in for the relay's own answer. */
  override: ((request: MsrpRequest) => readonly [status: number, headers: HeaderParts]) | undefined;
  silent = false;
  asynchronous = false;

  constructor({ md5 = false } = {}) {
    this.authority = new RelayAuthority(
      {
        realm: "relay.test",
        algorithms: offeredAlgorithms(md5),
        keys: { current: new SeededRandom(1).bytes(32) },
        startedAt: this.clock.now(),
        lifetime: leaseLifetime,
      },
      {
        hashing,
        random: new SeededRandom(2),
        secrets: (username, realm, hash) => {
          const secret =
            username === "alice"
              ? secretHash(hashing, hash, { username, realm, password: "secret" })
              : undefined;
          return this.asynchronous ? Promise.resolve(secret) : secret;
        },
      },
    );
    this.network.listen("relay.test:2855", (connection) => this.#serve(connection));
  }

  start(more: Partial<RelayAccess> = {}): MsrpEndpoint {
    const endpoint = new MsrpEndpoint({
      clock: this.clock,
      random: new SeededRandom(9),
      dialer: this.network.dialer,
    });
    const access = {
      relayPath: RELAY,
      target: TARGET,
      username: "alice",
      password: "secret",
      localUri: LOCAL,
      ...more,
    };
    this.client = new RelayClient(
      access,
      {
        granted: (path, expiresS) =>
          this.log.push(`granted ${path.replace(/[^/]+;tcp$/, "…")} ${expiresS}`),
        lost: () => this.log.push("lost"),
        denied: (status) => this.log.push(`denied ${status}`),
      },
      endpoint,
      hashing,
    );
    return endpoint;
  }

  news(): readonly string[] {
    return this.log.splice(0);
  }

  #serve(connection: MsrpConnection): void {
    connection.attach({
      received: (bytes) => {
        const parsed = parseMsrp(bytes);
        assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
        this.requests.push(parsed.value);
        if (!this.silent) void this.#answer(parsed.value, connection);
      },
      drained: () => {},
      closed: () => {
        this.leases.dropHolder(connection.id);
      },
    });
  }

  async #answer(request: MsrpRequest, connection: MsrpConnection): Promise<void> {
    const own = this.override?.(request);
    if (own !== undefined) {
      connection.write(answerTo(request, own[0], { headers: own[1] }));
      return;
    }
    const now = this.clock.now();
    const source = { transport: "TLS", peer: connection.id, host: connection.remote.host };
    const verdict: AuthVerdict = await this.authority.judge(request, source, now);
    if (verdict.do === "refuse") {
      connection.write(answerTo(request, verdict.status, { headers: verdict.headers }));
      return;
    }
    const { username, expiresS, headers } = verdict;
    const lease = this.leases.grant(username, connection.id, now + expiresS * 1000, now);
    const usePath = ["Use-Path", `msrps://relay.test:2855/${lease?.token};tcp`] as const;
    connection.write(answerTo(request, 200, { headers: [usePath, ...headers] }));
  }
}

test("a client is challenged, answers, and gets a URI for as long as the relay likes (RFC 4976 §5.1)", async () => {
  for (const md5 of [false, true]) {
    const world = new World({ md5 });
    world.asynchronous = md5;
    world.start();
    await world.clock.run(10);
    assert.deepEqual(world.news(), ["granted msrps://relay.test:2855/… 900"]);
    const [first, second, ...rest] = world.requests;
    assert.ok(first && second);
    assert.deepEqual(
      [...first.headers()],
      [
        ["To-Path", RELAY],
        ["From-Path", LOCAL],
      ],
    );
    assert.match(
      second.header("Authorization") ?? "",
      /^Digest username="alice", realm="relay.test", .*algorithm=SHA-256, .*qop=auth, nc=00000001$/,
    );
    assert.deepEqual(rest, []);
    assert.equal(world.leases.size, 1);
  }
});

test("the URI is asked for again before it ends, with one request where the nonce still holds (RFC 4976 §5.1)", async () => {
  const world = new World();
  world.start({ expiresS: 120 });
  await world.clock.run(107_000);
  assert.deepEqual(world.news(), ["granted msrps://relay.test:2855/… 120"]);
  await world.clock.run(2_000);
  assert.deepEqual(world.news(), ["granted msrps://relay.test:2855/… 120"]);
  assert.equal(world.requests.length, 3);
  assert.match(world.requests[2]?.header("Authorization") ?? "", /nc=00000002/);
  await world.clock.run(600_000);
  assert.ok(world.news().every((line) => line === "granted msrps://relay.test:2855/… 120"));
});

test("a time that is out of bounds is brought into them (RFC 4976 §5.1)", async () => {
  for (const [expiresS, granted] of [
    [10, 60],
    [9000, 3600],
  ] as const) {
    const world = new World();
    world.start({ expiresS });
    await world.clock.run(10);
    assert.deepEqual(world.news(), [`granted msrps://relay.test:2855/… ${granted}`]);
  }
});

test("a relay that takes no time at all is asked without one", async () => {
  const world = new World();
  world.override = (request) => {
    if (request.header("Expires") !== undefined) return [423, []];
    return [200, [["Use-Path", "msrps://relay.test:2855/given;tcp"]]];
  };
  world.start({ expiresS: 900 });
  await world.clock.run(10);
  assert.deepEqual(world.news(), ["granted msrps://relay.test:2855/… 900"]);
});

test("a wrong password is tried once and not again (RFC 4976 §6.3)", async () => {
  const world = new World();
  world.start({ password: "wrong" });
  await world.clock.run(600_000);
  assert.deepEqual(world.news(), ["denied 401"]);
  assert.equal(world.requests.length, 2);
});

test("an answer from one who does not know the password is none (RFC 7616 §3.5)", async () => {
  const world = new World();
  world.override = (request) =>
    request.header("Authorization") === undefined
      ? [401, [["WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256']]]
      : [
          200,
          [
            ["Use-Path", "msrps://evil.test:1/x;tcp"],
            ["Authentication-Info", 'rspauth="00", cnonce="x", nc=00000001, qop=auth'],
          ],
        ];
  world.start();
  await world.clock.run(10);
  assert.deepEqual(world.news(), ["denied 200"]);
});

test("a relay that never has enough is given up; 403 is final", async () => {
  const world = new World();
  let nonce = 0;
  world.override = () => {
    nonce += 1;
    return [
      401,
      [["WWW-Authenticate", `Digest realm="r", nonce="${nonce}", qop="auth", stale=true`]],
    ];
  };
  world.start();
  await world.clock.run(1_000);
  assert.deepEqual(world.news(), ["denied 401"]);
  assert.ok(world.requests.length <= 5);
  const other = new World();
  other.override = () => [403, []];
  other.start();
  await other.clock.run(10);
  assert.deepEqual(other.news(), ["denied 403"]);
});

test("with its connection the URI is lost, and another one is obtained (RFC 4976 §6.3)", async () => {
  const world = new World();
  world.start();
  await world.clock.run(10);
  world.news();
  world.network.cutAll();
  assert.equal(world.leases.size, 0);
  await world.clock.run(2_000);
  assert.deepEqual(world.news(), ["lost", "granted msrps://relay.test:2855/… 900"]);
});

test("a relay that cannot be reached or says nothing is tried again, ever less often", async () => {
  const world = new World();
  world.network.failure = { why: "no answer", detail: "down" };
  world.start();
  await world.clock.run(100_000);
  assert.ok(world.network.dials >= 6 && world.network.dials <= 8, `${world.network.dials} dials`);
  world.network.failure = undefined;
  world.silent = true;
  await world.clock.run(200_000);
  world.silent = false;
  await world.clock.run(200_000);
  assert.ok(world.news().includes("granted msrps://relay.test:2855/… 900"));
  world.client?.close();
  assert.equal(world.client?.state, "terminated");
});

test("AUTH never goes over a connection that others can read (RFC 4976 §8, §9.2)", () => {
  const world = new World();
  const target = { transport: "tcp", host: "relay.test", port: 2855 } as const;
  assert.throws(() => world.start({ target }), RangeError);
});

test("credentials as relays and clients print them are read, without uri and algorithm, with quotes too many", (t) => {
  for (const { file, bytes } of corpusFor(t, "msrp-rfc-examples")) {
    const parsed = parseMsrp(bytes);
    if (!parsed.ok || !(parsed.value instanceof MsrpRequest) || parsed.value.method !== "AUTH")
      continue;
    const facts = readAuth(parsed.value);
    assert.ok(facts.ok, file);
    assert.equal(
      facts.value.credentials.length,
      parsed.value.header("Authorization") === undefined ? 0 : 1,
    );
  }
});

test("a client of the old school gets in: no uri, no algorithm, qop and nc in quotes", async () => {
  const world = new World({ md5: true });
  const source = { transport: "TLS", peer: "c1", host: "192.0.2.9" };
  const now = world.clock.now();
  const refused = await world.authority.judge(auth([]), source, now);
  assert.ok(refused.do === "refuse" && refused.status === 401);
  const nonce = /nonce="([^"]+)"/.exec(refused.headers[0]?.[1] ?? "")?.[1] ?? "";
  const md5 = digestAlgorithm("MD5");
  assert.ok(md5);
  const ha1 = secretHash(hashing, "md5", {
    username: "alice",
    realm: "relay.test",
    password: "secret",
  });
  const ha2 = hashing.hash("md5", `AUTH:${RELAY}`);
  const response = hashing.hash("md5", `${ha1}:${nonce}:00000001:c:auth:${ha2}`);
  const value = `Digest username="alice", realm="relay.test", nonce="${nonce}", qop="auth", nc="00000001", cnonce="c", response="${response}"`;
  const verdict = await world.authority.judge(auth([["Authorization", value]]), source, now);
  assert.equal(verdict.do, "grant");
  const other = await world.authority.judge(
    auth([["Authorization", value.replace("alice", "bob")]]),
    source,
    now,
  );
  assert.ok(other.do === "refuse" && other.status === 401 && other.failed);
});

test("malformed AUTH gets 400", async () => {
  const world = new World();
  const source = { transport: "TLS", peer: "c1", host: "192.0.2.9" };
  for (const headers of [
    [["Expires", "soon"]],
    [
      ["Expires", "1"],
      ["Expires", "2"],
    ],
    [["Authorization", 'Digest realm="open']],
    [["Authorization", 'Digest realm="relay.test", nonce="n"']],
  ] as const) {
    const verdict = await world.authority.judge(auth(headers), source, world.clock.now());
    assert.ok(verdict.do === "refuse" && verdict.status === 400, JSON.stringify(headers));
  }
});

test("the session forms of the digest are not for MSRP (RFC 4976 §9.1)", () => {
  const session = digestAlgorithm("MD5-sess");
  assert.ok(session);
  const options = {
    realm: "r",
    algorithms: [session],
    keys: { current: new Uint8Array(32) },
    startedAt: 0,
    lifetime: leaseLifetime,
  };
  const ports = { hashing, random: new SeededRandom(1), secrets: () => undefined };
  assert.throws(() => new RelayAuthority(options, ports), RangeError);
});

test("leases end with their time, their connection and their user, and are bounded", () => {
  const limits = { total: 4, perUser: 3, perHolder: 2 };
  const leases = new RelayLeases(new SeededRandom(1), limits);
  const first = leases.grant("alice", "c1", 1000, 0);
  assert.ok(first);
  assert.equal(leases.find(first.token, 999), first);
  assert.equal(leases.find(first.token, 1000), undefined);
  assert.ok(leases.grant("alice", "c1", 5000, 0));
  assert.equal(leases.grant("bob", "c1", 5000, 0), undefined);
  assert.ok(leases.grant("alice", "c2", 5000, 0));
  assert.equal(leases.grant("alice", "c3", 5000, 0), undefined);
  assert.ok(leases.grant("alice", "c3", 5000, 1000), "an expired one makes room");
  assert.equal(leases.size, 3);
  assert.equal(leases.dropHolder("c1").length, 1);
  assert.equal(leases.dropUser("alice").length, 2);
  assert.equal(leases.size, 0);
  for (const user of ["a", "b", "c", "d"]) assert.ok(leases.grant(user, user, 5000, 0));
  assert.equal(leases.grant("e", "e", 5000, 0), undefined);
  assert.equal(leases.expire(5000).length, 4);
});

test("a relay moves its URI from the one path to the other, for those alone who may (RFC 4976 §6.4)", () => {
  const lease = { token: "tok", username: "alice", holder: "c1", expiresAt: 1 };
  const find = (token: string) => (token === "tok" ? lease : undefined);
  const out = frame("msrps://relay.test:2855/tok;tcp msrp://bob.test:1/b;tcp", LOCAL);
  const verdict = judgeForward(out, "c1", find);
  assert.ok(verdict.do === "onward");
  assert.equal(verdict.uri, "msrp://bob.test:1/b;tcp");
  assert.equal(verdict.paths.toPath, "msrp://bob.test:1/b;tcp");
  assert.equal(verdict.paths.fromPath, `msrps://relay.test:2855/tok;tcp ${LOCAL}`);
  const back = frame(`msrps://relay.test:2855/tok;tcp ${LOCAL}`, "msrp://bob.test:1/b;tcp");
  const home = judgeForward(back, "c7", find);
  assert.ok(home.do === "to client");
  assert.equal(home.holder, "c1");
  assert.deepEqual(judgeForward(frame("msrps://relay.test:2855/no;tcp x", LOCAL), "c1", find), {
    do: "drop",
    reason: "no such lease",
  });
  assert.deepEqual(judgeForward(frame("msrps://relay.test:2855/tok;tcp", LOCAL), "c1", find), {
    do: "drop",
    reason: "not addressed further",
  });
  assert.equal(forwardPaths(frame("msrps://relay.test;tcp", LOCAL)), undefined);
});

test("the table of a client and its relay: timers have their rows, every state is reached and left", () => {
  const { machine } = relayPlan({ refreshMs: () => 1, retryMs: () => 1 });
  const reached = new Set<string>([machine.initial[0]]);
  for (const state of reached) {
    const [rows] = Object.entries(machine.rows).flatMap(([name, row]) =>
      name === state ? [row] : [],
    );
    for (const row of Object.values(rows ?? {})) reached.add(row[0]);
    const [timers] = Object.entries(machine.timers).flatMap(([name, each]) =>
      name === state ? [each] : [],
    );
    for (const timer of timers ?? [])
      assert.ok(Object.keys(rows ?? {}).includes(timer), `${timer} in ${state}`);
    assert.equal(Object.keys(rows ?? {}).includes("close"), state !== "terminated");
  }
  assert.deepEqual([...reached].sort(), Object.keys(machine.rows).sort());
});

function auth(headers: HeaderParts): MsrpRequest {
  const parts = {
    transactionId: "auth0001",
    method: "AUTH",
    paths: pathLines(RELAY, LOCAL),
    headers,
  };
  const parsed = parseMsrp(new MsrpWriter().request(parts));
  assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
  return parsed.value;
}

function frame(toPath: string, fromPath: string): MsrpRequest {
  const parsed = parseMsrp(
    utf8Bytes(
      `MSRP abcd1234 SEND\r\nTo-Path: ${toPath}\r\nFrom-Path: ${fromPath}\r\n-------abcd1234$\r\n`,
    ),
  );
  assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
  return parsed.value;
}

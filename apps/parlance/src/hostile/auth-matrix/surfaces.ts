/** Rows of the matrix about the other ways in: WebSocket, HTTP, the operator's listener, TLS; and about what answers tell. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { ownFolder } from "../../../../../tools/test/own-folder.ts";
import { ROUTES } from "../../operator/routes.ts";
import { type Scenario, type Scenarios, Scene } from "./scenario.ts";

const UPGRADE = {
  connection: "upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** The status of an attempt to open a WebSocket. */
async function upgrade(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const asked = httpRequest(url.replace("ws:", "http:"), { headers: { ...UPGRADE, ...headers } });
  const answered = Promise.withResolvers<number>();
  asked.on("response", (response) => {
    response.resume();
    answered.resolve(response.statusCode ?? 0);
  });
  asked.on("upgrade", (_, socket) => {
    socket.destroy();
    answered.resolve(101);
  });
  asked.on("error", answered.reject);
  asked.end();
  return answered.promise;
}

const otherOrigin: Scenario = async ({ victim }) => {
  const { webSocketUrl, httpUrl } = victim.server;
  const sip = { "sec-websocket-protocol": "sip" };
  for (const origin of ["http://evil.example", "null", `${httpUrl}.evil.example`, "x"]) {
    assert.equal(await upgrade(webSocketUrl, { ...sip, origin }), 403, origin);
  }
  assert.equal(await upgrade(webSocketUrl, { ...sip, origin: httpUrl }), 101);
};

const noSubprotocol: Scenario = async ({ victim }) => {
  const { webSocketUrl } = victim.server;
  assert.equal(await upgrade(webSocketUrl, {}), 400);
  assert.equal(await upgrade(webSocketUrl, { "sec-websocket-protocol": "chat" }), 400);
};

const operatorsOnly: Scenario = async ({ victim }) => {
  const api = `${victim.server.adminUrl}/api`;
  const routes = ROUTES.map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, "alice")]);
  for (const [method = "", path = ""] of [...routes, ["GET", "/nothing-of-this-name"]]) {
    for (const authorization of [undefined, "Bearer", "Bearer x", "Basic YWRtaW46YWRtaW4="]) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status } = await fetch(`${api}${path}`, { method, headers });
      assert.ok(
        status === 401 || status === 429 || (path.startsWith("/nothing") && status === 404),
        `${path}: ${status}`,
      );
    }
  }
  const alice = await victim.user("alice", "TCP");
  assert.equal((await alice.register(["Expires: 0"])).status, 200); // she and her password are still there
};

/** What a page of somebody else makes a browser of the operator send: his cookies, but never the token. */
const foreignPage: Scenario = async ({ victim }) => {
  const headers = {
    origin: "http://evil.example",
    cookie: "session=operator; token=operator",
    "content-type": "text/plain",
  };
  const body = JSON.stringify({ name: "mallory", password: "let me in" });
  const asked = { method: "POST", headers, body };
  const { status, headers: answered } = await fetch(`${victim.server.adminUrl}/api/users`, asked);
  assert.ok(status === 401 || status === 403, `${status}`);
  assert.equal(answered.get("set-cookie"), null);
  assert.equal(answered.get("access-control-allow-origin"), null);
  const alice = await victim.user("alice", "TCP");
  const made = await alice.message(`sip:mallory@${victim.domain}`, "are you there?");
  assert.equal(made.status, 404);
};

const metricsInPrivate: Scenario = async ({ victim }) => {
  const { httpUrl, adminUrl } = victim.server;
  for (const path of ["/metrics", "/api/users", "/healthz"]) {
    assert.equal((await fetch(`${httpUrl}${path}`)).status, 404);
  }
  assert.equal((await fetch(`${adminUrl}/metrics`)).status, 200);
  assert.equal(new URL(adminUrl).hostname, "127.0.0.1");
};

/** A server of its own that listens for TLS too. */
async function withTls(run: (scene: Scene, port: number) => Promise<void>): Promise<void> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "im.example.com" }], {
    keySize: 2_048,
  });
  const certificates = [{ certificate: pemFile("chain", cert), key: pemFile("key", key) }];
  const sip = ["udp://127.0.0.1:0", "tcp://127.0.0.1:0", "tls://127.0.0.1:0"];
  const scene = await Scene.open({ "listen.sip": sip, "tls.certificates": certificates });
  try {
    await run(scene, scene.victim.server.address("tls").port);
  } finally {
    await scene.stop();
  }
}

function pemFile(name: string, text: string): string {
  const path = join(ownFolder("matrix"), `${name}.pem`);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function dial(port: number, options: ConnectionOptions): TLSSocket {
  return connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
}

const oldTls: Scenario = () =>
  withTls(async (_, port) => {
    for (const version of ["TLSv1", "TLSv1.1"] as const) {
      const old = { minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" };
      const [error] = await once(dial(port, old), "error");
      assert.match(String(error), /protocol|version|handshake|reset/i);
    }
    const good = dial(port, { minVersion: "TLSv1.2" });
    await once(good, "secureConnect");
    good.destroy();
  });

const renegotiation: Scenario = () =>
  withTls(async (scene, port) => {
    const socket = dial(port, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
    await once(socket, "secureConnect");
    const failed = Promise.withResolvers<unknown>();
    socket.on("error", failed.resolve);
    socket.on("close", failed.resolve);
    socket.renegotiate({ rejectUnauthorized: false }, (error) => {
      assert.ok(error !== null, "the server agreed to renegotiate");
      failed.resolve(error);
    });
    await failed.promise;
    socket.destroy();
    await scene.victim.assertWell();
  });

const sipsInTheClear: Scenario = async (scene) => {
  const { victim, domain } = scene;
  const carol = await victim.user("carol", "UDP");
  await carol.register();
  const seen: string[] = [];
  carol.peer.respond = ({ text }) => {
    seen.push(text);
    return undefined;
  };
  const alice = await victim.user("alice", "TCP");
  const answer = await alice.message(`sips:carol@${domain}`, "only in secret");
  assert.ok([202, 416, 480].includes(answer.status ?? 0), `${answer.status}`);
  await victim.assertWell();
  assert.deepEqual(seen, []);
  await carol.register(["Expires: 0"]);
};

/** What went wrong is told without how it is built. */
const noStack: Scenario = async ({ victim, domain }) => {
  const peer = await victim.user("alice", "TCP");
  const answers = [
    (await peer.ask({ method: "MESSAGE", uri: `sip:bob@${domain}`, headers: ["Require: x"] })).text,
    (await peer.ask({ method: "FROBNICATE", uri: `sip:bob@${domain}` })).text,
    (await peer.ask({ method: "REGISTER", uri: `sip:${domain}`, headers: ["Contact: <<>>"] })).text,
  ];
  const { httpUrl, adminUrl } = victim.server;
  for (const url of [
    `${httpUrl}/%`,
    `${httpUrl}/../x`,
    `${adminUrl}/api/users?limit=x`,
    `${adminUrl}/x`,
  ]) {
    const response = await fetch(url);
    answers.push(`${[...response.headers].join("\n")}\n${await response.text()}`);
  }
  for (const answer of answers) {
    assert.doesNotMatch(
      answer,
      /\bat \S+ \(|node:|\.ts\b|\/packages\/|node_modules|fastify|sqlite/i,
    );
    assert.doesNotMatch(answer, /^(?:Server|X-Powered-By): .*\d/im);
  }
};

export const surfaces: Scenarios = new Map([
  ["ws-origin", otherOrigin],
  ["ws-subprotocol", noSubprotocol],
  ["admin-no-auth", operatorsOnly],
  ["admin-csrf", foreignPage],
  ["metrics-public", metricsInPrivate],
  ["tls-old", oldTls],
  ["tls-client-renegotiation", renegotiation],
  ["tls-sips-downgrade", sipsInTheClear],
  ["error-no-stack", noStack],
]);

/** Who gets what lets him in as the ready accounts: pages of the local service, and nobody else. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { type TestContext, test } from "node:test";
import { ServerProcess } from "../../../../tools/test/server-process.ts";

const USERS = ["alice", "bob", "carol"].map((name) => ({ name, password: `${name}-secret` }));
const READY = { "web.readyAccounts": ["alice", "bob", "nobody"].slice(0, 2) };

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function server(t: TestContext, set: Readonly<Record<string, unknown>>): Promise<URL> {
  const running = await ServerProcess.start({
    users: USERS,
    set: { ...set, rooms: [{ name: "lobby" }] },
  });
  t.after(() => running.stop());
  return new URL(running.httpUrl);
}

function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  path = "/welcome/accounts",
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const method = path === "/welcome" ? "GET" : "POST";
  request({ host: "127.0.0.1", port: url.port, path, method, headers }, (answer) => {
    let text = "";
    answer.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
  })
    .on("error", reject)
    .end();
  return promise;
}

test("a page of the local service gets what stands for two passwords, and no password", async (t) => {
  const url = await server(t, READY);
  const { status, text } = await ask(url, { host: url.host, origin: url.origin });
  assert.equal(status, 200);
  assert.doesNotMatch(text, /-secret/);
  const { accounts } = JSON.parse(text);
  assert.deepEqual(
    accounts.map(({ user }: { readonly user: string }) => user),
    ["sip:alice@im.example.com", "sip:bob@im.example.com"],
  );
  assert.match(accounts[0].secret.hashes["sha-256"], /^[0-9a-f]{64}$/);
  const told = JSON.parse((await ask(url, { host: url.host }, "/welcome")).text);
  assert.equal(told.tries, true);
  assert.deepEqual(told.rooms, [{ address: "sip:lobby@im.example.com", name: "lobby" }]);
});

test("foreign pages, names bent to this address, proxies and programs that say nothing get nothing", async (t) => {
  const url = await server(t, READY);
  const evil = `http://evil.example:${url.port}`;
  const asked: readonly Readonly<Record<string, string>>[] = [
    { host: url.host },
    { host: url.host, origin: evil },
    { host: url.host, origin: "null" },
    { host: `evil.example:${url.port}`, origin: evil },
    {
      host: `127.0.0.1.evil.example:${url.port}`,
      origin: `http://127.0.0.1.evil.example:${url.port}`,
    },
    { host: "127.0.0.1:1", origin: "http://127.0.0.1:1" },
    { host: url.host, origin: `https://${url.host}` },
    { host: url.host, origin: url.origin, "x-forwarded-for": "192.0.2.1" },
    { host: url.host, origin: url.origin, forwarded: "for=192.0.2.1" },
  ];
  for (const headers of asked) {
    const { status, text } = await ask(url, headers);
    assert.equal(status, 404, JSON.stringify(headers));
    assert.equal(text, '{"error":"not found"}');
  }
});

test("a service that is not told to has none, and tells nothing but its domain", async (t) => {
  const url = await server(t, {});
  assert.equal((await ask(url, { host: url.host, origin: url.origin })).status, 404);
  const told = JSON.parse((await ask(url, { host: url.host }, "/welcome")).text);
  assert.deepEqual(told, {
    domain: "im.example.com",
    tries: false,
    rooms: [],
    reachesOthers: false,
  });
});

test("a listener that others can reach has none, whatever the configuration says", async (t) => {
  const url = await server(t, { ...READY, "listen.http": "http://0.0.0.0:0" });
  const host = `127.0.0.1:${url.port}`;
  assert.equal((await ask(url, { host, origin: `http://${host}` })).status, 404);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { type AdminListenerOptions, adminListener } from "./admin-listener.ts";
import { HttpListener, type HttpListenerOptions, type HttpListening } from "./http-listener.ts";
import { OperatorToken } from "./operator-token.ts";
import { isPlainPath } from "./request-path.ts";

const WITHIN = { timeout: 20_000 };
const TOKEN = "a token that is long enough to be one";

async function page(
  t: TestContext,
  options: Partial<HttpListenerOptions> = {},
): Promise<HttpListening> {
  const listener = new HttpListener({ url: "http://127.0.0.1:0", ...options });
  listener.app.get("/", async () => "hello");
  listener.app.post("/echo", async ({ body }) => body);
  listener.app.get("/broken", async () => {
    throw new Error("select * from secrets at /var/lib");
  });
  t.after(() => listener.close());
  return listener.listen();
}

/** `/stream` answers until it is released. */
async function streaming(t: TestContext) {
  const released = Promise.withResolvers<void>();
  const listener = new HttpListener({ url: "http://127.0.0.1:0", limits: { requestMs: 50 } });
  listener.app.get("/stream", async (_, reply) => {
    reply.hijack();
    reply.raw.write("begun, ");
    await released.promise;
    reply.raw.end("ended");
  });
  t.after(() => listener.close());
  return { listening: await listener.listen(), release: released.resolve };
}

/** What comes back when these octets go in, until the end of the connection. */
async function raw({ host, port }: HttpListening, request: string): Promise<string> {
  const socket = connect({ host, port });
  socket.write(request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("every answer carries the security headers, also refusals", WITHIN, async (t) => {
  const { url } = await page(t);
  for (const path of ["/", "/nowhere", "/broken", "/%2e%2e/x"]) {
    const { headers } = await fetch(url + path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/, path);
    assert.match(policy, new RegExp(`wss://127.0.0.1:${new URL(url).port}`));
    assert.match(policy, /frame-ancestors 'none'; require-trusted-types-for 'script'$/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
    assert.equal(headers.get("server"), null);
  }
});

test("a Host that could break the policy does not get into it", WITHIN, async (t) => {
  const listening = await page(t);
  const answer = await raw(
    listening,
    "GET / HTTP/1.1\r\nHost: evil.test; script-src *\r\nConnection: close\r\n\r\n",
  );
  assert.match(answer, /connect-src 'self'; font-src/);
});

test("an error of ours shows a number and no more", WITHIN, async (t) => {
  const failures: string[] = [];
  const { url } = await page(t, { failed: (_, id) => failures.push(id) });
  const response = await fetch(`${url}/broken`);
  assert.equal(response.status, 500);
  assert.deepEqual(await response.json(), {
    code: "failed",
    error: "internal server error",
    id: failures[0],
  });
});

test("what is not there is 404", WITHIN, async (t) => {
  const { url } = await page(t);
  assert.equal((await fetch(`${url}/metrics`)).status, 404);
  assert.equal((await fetch(`${url}/`, { method: "DELETE" })).status, 404);
});

test(
  "a header section, a body and a wait over the limit are 431, 413 and 408",
  WITHIN,
  async (t) => {
    const listening = await page(t, { limits: { requestMs: 50, bodyBytes: 1_000 } });
    const long = await raw(
      listening,
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(17_000)}\r\n\r\n`,
    );
    assert.match(long, /^HTTP\/1\.1 431/);
    const large = await fetch(`${listening.url}/echo`, {
      method: "POST",
      body: JSON.stringify("x".repeat(1_000)),
      headers: { "content-type": "application/json" },
    });
    assert.equal(large.status, 413);
    assert.match(await raw(listening, "GET / HTTP/1.1\r\nHost: a\r\n"), /^HTTP\/1\.1 408/);
  },
);

test("an answer may take longer than a request has to come in", WITHIN, async (t) => {
  const { listening, release } = await streaming(t);
  const answer = await fetch(`${listening.url}/stream`);
  // Whoever asked later has had his time by then.
  assert.match(await raw(listening, "GET /stream HTTP/1.1\r\nHost: a\r\n"), /^HTTP\/1\.1 408/);
  release();
  assert.equal(await answer.text(), "begun, ended");
});

test(
  "connections beyond the bound are closed, and those within it are served",
  WITHIN,
  async (t) => {
    const { host, port, url } = await page(t, { limits: { connections: 1 } });
    const first = connect({ host, port });
    t.after(() => first.destroy());
    first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(first, "data");
    await assert.rejects(fetch(url));
    first.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(first, "data");
  },
);

test("requests that two servers could read differently are refused", WITHIN, async (t) => {
  const listening = await page(t);
  const ambiguous = [
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://other.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
  ];
  for (const request of ambiguous) {
    assert.match(await raw(listening, request), /^HTTP\/1\.1 400/, request);
  }
});

test("a path is plain when its segments stay segments after one decoding", () => {
  for (const path of ["/", "/a/b", "/a%20b", "/a//b", "/a?x=/../", "/%25", "/.well-known/x"]) {
    assert.ok(isPlainPath(path), path);
  }
  for (const path of [
    "",
    "a",
    "*",
    "/..",
    "/./a",
    "/a/%2E%2e",
    "/%5c",
    "/%00",
    "/%0a",
    "/%",
    "/%ff",
  ]) {
    assert.ok(!isPlainPath(path), path);
  }
});

test(
  "somebody who has followed a link to nothing sees a page, in his language",
  WITHIN,
  async (t) => {
    const { url } = await page(t);
    const asked = async (headers: Readonly<Record<string, string>>) => {
      const answer = await fetch(`${url}/nowhere`, { headers });
      assert.equal(answer.status, 404);
      return [answer.headers.get("content-type") ?? "", await answer.text()] as const;
    };
    const [type, english] = await asked({ accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    assert.match(type, /^text\/html/);
    assert.match(english, /<html lang="en">[^]*There is no such page here\./);
    const [, german] = await asked({ accept: "text/html", "accept-language": "de-DE,de;q=0.9" });
    assert.match(german, /<html lang="de">[^]*Diese Seite gibt es hier nicht\./);
    assert.deepEqual(await asked({ accept: "application/json" }), [
      "application/json; charset=utf-8",
      '{"error":"not found"}',
    ]);
  },
);

test("upgrades go to the path that takes them, all others end in 404", WITHIN, async (t) => {
  const upgrades = new Map([
    ["/sip", (_: unknown, socket: { end(text: string): void }) => socket.end("taken")],
  ]);
  const listening = await page(t, { upgrades });
  const upgrade = (path: string) =>
    raw(
      listening,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
  assert.equal(await upgrade("/sip?x=1"), "taken");
  assert.match(await upgrade("/other"), /^HTTP\/1\.1 404/);
});

async function admin(
  t: TestContext,
  options: Partial<AdminListenerOptions> = {},
): Promise<HttpListening> {
  const listener = adminListener({
    url: "http://127.0.0.1:0",
    token: new OperatorToken(TOKEN),
    metrics: { contentType: "text/plain; version=0.0.4", expose: async () => "up 1\n" },
    notReady: () => undefined,
    ...options,
  });
  t.after(() => listener.close());
  return listener.listen();
}

test("the admin listener tells health, readiness and metrics", WITHIN, async (t) => {
  let missing: string | undefined = "the store";
  const { url } = await admin(t, { notReady: () => missing });
  assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: "ok" });
  const waiting = await fetch(`${url}/readyz`);
  assert.equal(waiting.status, 503);
  assert.deepEqual(await waiting.json(), { status: "not ready", missing: "the store" });
  missing = undefined;
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.equal(await (await fetch(`${url}/metrics`)).text(), "up 1\n");
});

test("the API is for operators only, and so are metrics beyond this machine", WITHIN, async (t) => {
  const denied: string[] = [];
  const { port } = await admin(t, {
    url: "http://0.0.0.0:0",
    denied: (source) => denied.push(source),
    api: () => async (api) => {
      api.get("/users", async () => ["alice"]);
    },
  });
  const ask = (path: string, authorization = "") =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
  for (const path of ["/api/users", "/metrics"]) {
    for (const wrong of ["", "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, "Bearer x"]) {
      const response = await ask(path, wrong);
      assert.equal(response.status, 401, `${path} ${wrong}`);
      assert.equal(response.headers.get("www-authenticate"), "Bearer");
    }
  }
  assert.equal(denied.length, 10);
  const token = Buffer.from(TOKEN).toString("base64url");
  assert.equal((await ask("/api/users", `Bearer ${token}`)).status, 401);
});

test("the operator token is made once, for the owner's eyes only", WITHIN, async (t) => {
  const folder = ownFolder();
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "data", "operator-token");
  const made = OperatorToken.open(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const text = readFileSync(path, "utf8").trim();
  assert.ok(made.admits(`Bearer ${text}`));
  assert.ok(OperatorToken.open(path).admits(`bearer ${text}`));
  assert.ok(!made.admits(`Bearer ${text.toUpperCase()}`));
  assert.ok(!made.admits(undefined));
  const { url } = await admin(t, {
    token: made,
    api: () => async (api) => {
      api.get("/users", async () => ["alice"]);
    },
  });
  const response = await fetch(`${url}/api/users`, {
    headers: { authorization: `Bearer ${text}` },
  });
  assert.deepEqual(await response.json(), ["alice"]);
});

test(
  "a connection that is kept alive does not hold up the end of its listener",
  WITHIN,
  async (t) => {
    const listener = new HttpListener({ url: "http://127.0.0.1:0" });
    t.after(() => listener.close());
    listener.app.get("/", async () => "hello");
    const { host, port } = await listener.listen();
    const idle = connect({ host, port });
    idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(idle, "data");
    await listener.close();
    await once(idle, "close");
  },
);

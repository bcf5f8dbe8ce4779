/** Hostile XCAP and HTTP against the documents of the running server: the right refusal, and nothing changed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { casesFor } from "../../../../tools/test/corpora.ts";
import { within } from "../../../../tools/test/deadline.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import { WebUser } from "../../../../tools/test/web-user.ts";

const DOMAIN = "im.example.com";
const ANSWER_MS = 40_000;
const SLOW_MS = 2_000;
const TYPE = "application/resource-lists+xml";
const INDEX = `/xcap/resource-lists/users/sip:alice@${DOMAIN}/index`;
const LISTS =
  '<?xml version="1.0" encoding="UTF-8"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="friends"><entry uri="sip:bob@im.example.com"/></list></resource-lists>';

interface World {
  readonly server: ServerProcess;
  readonly alice: WebUser;
  readonly token: string;
}

async function start(t: TestContext): Promise<World> {
  const users = ["alice", "bob"].map((name) => ({ name, password: "pw" }));
  const server = await ServerProcess.start({
    users,
    domain: DOMAIN,
    set: { "limits.documentRequestBurst": 10_000 },
  });
  t.after(() => server.stop());
  const alice = new WebUser(server.httpUrl, "alice", "pw", "xcap");
  return { server, alice, token: await alice.token() };
}

async function putIndex({ alice }: World): Promise<string> {
  const headers = { "content-type": TYPE };
  const { status } = await alice.ask(INDEX, { method: "PUT", headers, body: LISTS });
  assert.ok(status === 200 || status === 201);
  return (await alice.ask(INDEX)).headers.get("etag") ?? "";
}

test("every request of the corpus gets one of its answers, and a refusal changes nothing", async (t) => {
  const world = await start(t);
  for (const one of casesFor(t, "xcap-bad")) {
    const name = textOf(one["name"]);
    if (name === "quota-docs" || name === "put-chunked-endless" || name === "put-slow") continue;
    const etag = await putIndex(world);
    const status = await statusOf(world, requestOf(one, world.token));
    const expected: unknown = one["expect"];
    assert.ok(Array.isArray(expected) && expected.includes(status), `${name}: ${status}`);
    assert.ok(world.server.alive, name);
    const now = await world.alice.ask(INDEX);
    if (status >= 400) assert.equal(now.headers.get("etag"), etag, name);
  }
});

test("a body that never ends is cut off at the limit, one that hardly comes after a while", async (t) => {
  const world = await start(t);
  const etag = await putIndex(world);
  const head = headOf("PUT", INDEX, world.token, [`Content-Type: ${TYPE}`]);
  const socket = open(world);
  socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const endless = (async () => {
    while (!socket.destroyed)
      if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
  })().catch(() => undefined);
  assert.match(await answerOf(socket), /^HTTP\/1\.1 413 /);
  socket.destroy();
  await endless;
  const slow = open(world);
  slow.write(`${head}Content-Length: 100\r\n\r\n`);
  const dripping = setInterval(() => void slow.write("x"), SLOW_MS);
  const told = await answerOf(slow);
  clearInterval(dripping);
  slow.destroy();
  assert.match(told, /^(HTTP\/1\.1 408 .*)?/);
  assert.equal((await world.alice.ask(INDEX)).headers.get("etag"), etag);
});

test("documents end at their quota, and those that are there stay", async (t) => {
  const world = await start(t);
  const statuses = new Map<number, number>();
  for (let at = 1; at <= 60; at += 1) {
    const headers = { "content-type": TYPE };
    const path = INDEX.replace("index", `doc${at}`);
    const { status } = await world.alice.ask(path, { method: "PUT", headers, body: LISTS });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(
    [...statuses],
    [
      [201, 50],
      [507, 10],
    ],
  );
  assert.equal((await world.alice.ask(INDEX.replace("index", "doc50"))).status, 200);
});

/** The octets of a case; what its path says is not normalised. */
function requestOf(one: Readonly<Record<string, unknown>>, token: string): string {
  const path = textOf(one["path"]).replace("/xcap-root", "/xcap");
  const headers = Object.entries(one["headers"] ?? {}).map(
    ([name, value]) => `${name}: ${String(value).replace("v*100000", "v".repeat(100_000))}`,
  );
  const given = new Set(headers.map((line) => line.split(":", 1)[0]?.toLowerCase()));
  const body = textOf(one["body"]).replace("@2MB@", "<entry/>\n".repeat(233_017));
  const type = textOf(one["contentType"]);
  const lines = [
    ...headers,
    ...(type === "" ? [] : [`Content-Type: ${type}`]),
    ...(given.has("content-length") || body === "" ? [] : [`Content-Length: ${body.length}`]),
  ];
  const who = one["user"] === null ? undefined : token;
  const head = headOf(textOf(one["method"]), path, who, lines, given.has("host"));
  return `${head}\r\n${body}`;
}

function headOf(
  method: string,
  path: string,
  token: string | undefined,
  lines: readonly string[],
  ownHost = false,
): string {
  const all = [
    `${method} ${path} HTTP/1.1`,
    ...(ownHost ? [] : ["Host: a"]),
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...lines,
  ];
  return `${all.join("\r\n")}\r\n`;
}

async function statusOf(world: World, request: string): Promise<number> {
  const socket = open(world);
  socket.write(request);
  const answer = await answerOf(socket);
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

function open({ server }: World) {
  const socket = connect({ port: Number(new URL(server.httpUrl).port), host: "127.0.0.1" });
  socket.on("error", () => socket.destroy());
  return socket;
}

/** Up to the end of its head, or of the connection. */
async function answerOf(socket: ReturnType<typeof open>): Promise<string> {
  let text = "";
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
      if (text.includes("\r\n\r\n")) resolve(text);
    });
    socket.on("close", () => resolve(text));
  });
  return within(ANSWER_MS, answer, () => "no answer");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

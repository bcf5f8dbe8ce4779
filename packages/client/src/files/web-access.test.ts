/** Tokens of those who ask at one time. RFC 6750 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import { codeOf } from "../people.test.ts";
import type { FetchAnswer, FetchRequest } from "./fetch.ts";
import { type FilePorts, WebAccess } from "./web-access.ts";

const CHALLENGE = 'Digest realm="im.example.com", nonce="n1", qop="auth", algorithm=SHA-256';

/** Gives a token to who has proved himself; `asked` is what came, in its order. */
function serverOf(asked: string[], voided: ReadonlySet<string>) {
  let tokens = 0;
  return async (url: string, { headers }: FetchRequest): Promise<FetchAnswer> => {
    const { pathname } = new URL(url);
    const proof = headers["authorization"] ?? "";
    asked.push(`${pathname} ${proof.split(" ")[0]}`);
    if (pathname !== "/token") return answer(voided.has(proof) ? 401 : 200, {});
    if (proof === "") return answer(401, { error: "unauthorized" }, CHALLENGE);
    tokens += 1;
    return answer(200, { access_token: `t${tokens}`, expires_in: 3_600 });
  };
}

function answer(status: number, value: object, challenge = ""): FetchAnswer {
  const fields = new Map([
    ["content-type", "application/json"],
    ["www-authenticate", challenge],
  ]);
  return {
    status,
    headers: { get: (name) => fields.get(name) ?? null },
    body: null,
    text: async () => JSON.stringify(value),
    arrayBuffer: () => Promise.reject(new Error("not asked for")),
  };
}

function accessTo(asked: string[], voided: ReadonlySet<string> = new Set()): WebAccess {
  const ports: FilePorts = {
    fetch: serverOf(asked, voided),
    clock: { now: () => 0, schedule: () => () => {} },
    random: seededRandom("web access"),
    hashing,
    startHash: () => assert.fail("nothing is hashed"),
  };
  return new WebAccess(
    ports,
    { username: "alice", password: "secret" },
    "https://im.example.com",
    "history",
  );
}

const READ = { method: "GET", path: "/history", signal: undefined };
const ONE_TOKEN = ["/token ", "/token Digest"];

test("one token is for all who ask at one time, and who gives up takes it from nobody (RFC 6750)", async () => {
  const asked: string[] = [];
  const access = accessTo(asked);
  const listeners: (() => void)[] = [];
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
    removeEventListener: () => {},
  };
  const given = codeOf(access.ask({ ...READ, signal }));
  const others = [access.ask(READ), access.ask(READ)];
  signal.aborted = true;
  for (const listener of listeners) listener();
  assert.equal(await given, "aborted");
  await Promise.all(others);
  assert.deepEqual(asked, [...ONE_TOKEN, "/history Bearer", "/history Bearer"]);
});

test("a token that has become void is replaced once for all who hear so", async () => {
  const asked: string[] = [];
  const access = accessTo(asked, new Set(["Bearer t1"]));
  await Promise.all([access.ask(READ), access.ask(READ)]);
  const tokens = asked.filter((one) => one.startsWith("/token"));
  assert.deepEqual(tokens, [...ONE_TOKEN, "/token Digest"]);
  assert.equal(asked.length, tokens.length + 4);
});

/** The operator's door: the token, the login of a browser, and what other sites and guessers get. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { fastify } from "fastify";
import { OperatorDoor, type OperatorDoorOptions } from "./operator-door.ts";
import { OperatorToken } from "./operator-token.ts";

const TOKEN = "a token that is long enough to be one";
const HOST = "127.0.0.1:8081";
const OWN = `http://${HOST}`;

function door(t: TestContext, options: Partial<OperatorDoorOptions> = {}) {
  let now = 1_000_000;
  const done: string[] = [];
  const token = new OperatorToken(TOKEN);
  const made = new OperatorDoor({
    token,
    secure: false,
    loopback: true,
    now: () => now,
    logged: async (action) => void done.push(action),
    ...options,
  });
  const app = fastify();
  t.after(() => app.close());
  app.register(async (scope) => {
    made.login(scope);
    await scope.register(async (inside) => {
      inside.addHook("onRequest", made.admit);
      made.standing(inside);
      inside.get("/who", (request) => made.operatorOf(request));
      inside.post("/change", (request) => made.operatorOf(request));
    });
  });
  const ask = (
    method: "GET" | "POST",
    url: string,
    headers: Record<string, string> = {},
    payload?: object,
  ) =>
    app.inject({ method, url, headers: { host: HOST, ...headers }, ...(payload && { payload }) });
  const login = (headers: Record<string, string> = {}) =>
    ask("POST", "/login", headers, { token: TOKEN });
  return { ask, login, done, pass: (ms: number) => (now += ms) };
}

/** What a browser sends back. */
function cookieOf(header: string | string[] | undefined): string {
  return String(header).split(";")[0] ?? "";
}

test("a login gives a cookie that no script reads and no other site sends, and a word for changes", async (t) => {
  const { ask, login, done } = door(t);
  const answer = await login({ origin: OWN });
  assert.equal(answer.statusCode, 200);
  const { csrf } = answer.json<{ csrf: string }>();
  assert.match(
    String(answer.headers["set-cookie"]),
    /^parlance-operator=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  const cookie = cookieOf(answer.headers["set-cookie"]);
  assert.equal((await ask("GET", "/who", { cookie })).body, "operator in a browser");
  assert.equal((await ask("GET", "/login", { cookie })).json<{ csrf: string }>().csrf, csrf);
  const changed = await ask("POST", "/change", { cookie, origin: OWN, "x-parlance-csrf": csrf });
  assert.equal(changed.body, "operator in a browser");
  assert.deepEqual(done, ["operator logged in"]);
});

test("with TLS the cookie is bound to the host and to TLS", async (t) => {
  const { login } = door(t, { secure: true, loopback: false });
  assert.match(
    String((await login()).headers["set-cookie"]),
    /^__Host-parlance-operator=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/,
  );
});

test("beyond this machine nobody logs in without TLS", async (t) => {
  const { login } = door(t, { loopback: false });
  const answer = await login();
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [403, "needs tls"]);
  assert.equal(answer.headers["set-cookie"], undefined);
});

test("a change by cookie needs the word of the login, and a page of this host", async (t) => {
  const { ask, login } = door(t);
  const answer = await login();
  const cookie = cookieOf(answer.headers["set-cookie"]);
  const { csrf } = answer.json<{ csrf: string }>();
  for (const [headers, code] of [
    [{ cookie }, "another site"],
    [{ cookie, origin: "http://evil.example", "x-parlance-csrf": csrf }, "another site"],
    [{ cookie, origin: "null", "x-parlance-csrf": csrf }, "another site"],
    [{ cookie, origin: OWN }, "no csrf token"],
    [{ cookie, origin: OWN, "x-parlance-csrf": `${csrf}x` }, "no csrf token"],
  ] as const) {
    const refused = await ask("POST", "/change", headers);
    assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [403, code]);
  }
  const foreign = await login({ origin: "http://evil.example" });
  assert.deepEqual([foreign.statusCode, foreign.headers["set-cookie"]], [403, undefined]);
});

test("a login ends by itself: after half an hour without a word, and after twelve hours", async (t) => {
  const { ask, login, pass } = door(t);
  const idle = cookieOf((await login()).headers["set-cookie"]);
  pass(29 * 60_000);
  assert.equal((await ask("GET", "/who", { cookie: idle })).statusCode, 200);
  pass(30 * 60_000);
  assert.equal((await ask("GET", "/who", { cookie: idle })).statusCode, 401);
  const busy = cookieOf((await login()).headers["set-cookie"]);
  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    pass(20 * 60_000);
    assert.equal((await ask("GET", "/who", { cookie: busy })).statusCode, 200);
  }
  pass(20 * 60_000);
  assert.equal((await ask("GET", "/who", { cookie: busy })).statusCode, 401);
});

test("logging out ends the login, not only the cookie", async (t) => {
  const { ask, login, done } = door(t);
  const answer = await login();
  const cookie = cookieOf(answer.headers["set-cookie"]);
  const { csrf } = answer.json<{ csrf: string }>();
  const out = await ask("POST", "/logout", { cookie, origin: OWN, "x-parlance-csrf": csrf });
  assert.equal(out.statusCode, 204);
  assert.match(String(out.headers["set-cookie"]), /^parlance-operator=; .*Max-Age=0/);
  assert.equal((await ask("GET", "/who", { cookie })).statusCode, 401);
  assert.deepEqual(done, ["operator logged in", "operator logged out"]);
});

test("who guesses has to wait, and who has the token has not", async (t) => {
  const { ask, pass } = door(t);
  const guess = (shown: string) =>
    ask("GET", "/who", { authorization: `Bearer ${shown.replaceAll(" ", "-")}` });
  for (let tries = 0; tries < 20; tries += 1) {
    const wrong = await guess(`guess ${tries}`);
    assert.equal(wrong.json<{ code: string }>().code, "wrong token");
  }
  const late = await ask("POST", "/login", {}, { token: "one more" });
  assert.deepEqual([late.statusCode, late.headers["retry-after"]], [429, "60"]);
  const fast = await guess("another");
  assert.deepEqual([fast.statusCode, fast.json<{ code: string }>().code], [429, "too many tries"]);
  assert.equal((await ask("POST", "/login", {}, { token: TOKEN })).statusCode, 200);
  pass(60_000);
  assert.equal((await guess("a minute later")).statusCode, 401);
});

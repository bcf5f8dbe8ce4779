/** What waits, by command, each its own process. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type Ended, runCommand } from "../../../tools/test/command.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";

suite("what waits, by command", () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: ["alice", "bob"].map((name) => ({ name, password: `secret of ${name}` })),
    });
    await run("bob", "settings", "set", "push-deferred=off");
    for (const text of ["one", "two", "three"]) {
      const sent = await run("alice", "send", "bob", text);
      assert.deepEqual([sent.status, /deferred/.test(sent.out)], [0, true]);
    }
  });
  after(() => server.kill());

  function run(name: string, command: string, ...words: readonly string[]): Promise<Ended> {
    const { host, port } = server.address("tcp");
    const [first, ...rest] = words;
    const part = PARTS.has(first ?? "") ? [first ?? ""] : [];
    const more = part.length > 0 ? rest : words;
    const login = ["--user", `sip:${name}@${DOMAIN}`, "--password", `secret of ${name}`];
    const where = ["--server", `tcp://${host}:${port}`, "--file-server", server.httpUrl];
    return runCommand([command, ...part, ...login, ...where, ...more]);
  }

  const bob = (...words: readonly string[]): Promise<Ended> => run("bob", "deferred", ...words);

  test("it is listed, fetched one by one or all, and removed", async () => {
    const list = await bob("list");
    assert.deepEqual([list.status, list.err], [0, ""]);
    assert.match(list.out, /^1 \S+ \S+ sip:alice@im\.example\.com, message, \d+ bytes\n2 /);
    const two = await bob("fetch", "2");
    assert.deepEqual([two.status, two.out], [0, "sip:alice@im.example.com: two\n"]);
    assert.equal((await bob("remove", "1")).out, "removed\n");
    const [left] = JSON.parse((await bob("list", "--json")).out);
    assert.match(left.id, /^sip:def-/);
    const rest = await bob("fetch", "--json");
    assert.equal(JSON.parse(rest.out).text, "three");
    const none = await bob("list");
    assert.deepEqual([none.status, none.out, none.err], [0, "", "nothing waits\n"]);
    assert.equal((await bob("remove", "1")).status, 1);
  });
});

const PARTS: ReadonlySet<string> = new Set(["list", "fetch", "remove", "set"]);

/** `parlance conform` against a server as its own process, and against what is none. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type Ended, RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["tester1", "tester2", "tester3"];

suite("conform by command", () => {
  const folder = ownFolder("conform");
  let server: ServerProcess;
  let target = "";

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: "a secret" })),
      set: { rooms: [{ name: "lobby", subject: "Anything" }], "history.default": true },
    });
    const { host, port } = server.address("tcp");
    target = `sip:${host}:${port}`;
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("says line by line what holds, and in the end how many", async () => {
    const only = await conform(target, "--room", `sip:lobby@${DOMAIN}`, "--only", "IMSpec-MSRP");
    assert.deepEqual([only.status, only.err], [0, ""]);
    const [alias = "", ...more] = only.out.trim().split("\n");
    assert.match(alias, /^✓ IMSpec-MSRP-S-001 {2}a name is given once, and all see it {2}\(\d/);
    assert.equal(more.at(-1), "3 passed, 0 failed, 0 not supported");
  });

  test("what the service lacks is no failure", async () => {
    const lacks = await conform(target, "--only", "a message to a group", "--json");
    assert.equal(lacks.status, 0);
    const { ids, verdict, why } = JSON.parse(lacks.out);
    assert.deepEqual([ids, verdict, why], [["IM-8.1.1-07a"], "not supported", "no group is named"]);
  });

  test("what fails is told with all that was said", async () => {
    const report = join(folder, "report.md");
    const where = ["--room", `sip:attic@${DOMAIN}`, "--report", report];
    const failed = await conform(target, "--only", "SMM-C-004", ...where);
    assert.equal(failed.status, 1);
    assert.match(failed.out, /^✗ IMSpec-SMM-C-004 .*: no such user or group \(404\)/);
    assert.match(failed.out, /0 passed, 1 failed, 0 not supported/);
    const text = readFileSync(report, "utf8");
    assert.match(
      text,
      /^\| IMSpec-SMM-C-004 \| .* \| failed \| no such user or group \(404\).* \|$/m,
    );
    assert.match(text, /^ {4}INVITE sip:attic@im\.example\.com/m);
  });

  test("without a server, or with an account that does not get in, it is said once", async (t) => {
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    t.after(() => silent.close());
    const address = silent.address();
    assert.ok(address !== null && typeof address === "object");
    const url = `tcp://127.0.0.1:${address.port}`;
    const who = `parlance: conform: sip:tester1@${DOMAIN} does not get in`;
    const mute = await conform(url, "--timeout", "1");
    assert.deepEqual([mute.status, mute.out, mute.err], [1, "", `${who}: no answer in 1 s\n`]);
    const nobody = await conform("tcp://127.0.0.1:1");
    assert.deepEqual([nobody.status, nobody.out], [1, ""]);
    assert.match(
      nobody.err,
      /^parlance: .*ECONNREFUSED 127\.0\.0\.1:1; is the server running\?\n$/,
    );
    const wrong = await conform(target, "-p", "guessed");
    assert.deepEqual([wrong.status, wrong.out], [1, ""]);
    assert.match(wrong.err, /tester1\S* does not get in: not authenticated \(401\)/);
  });

  test("accounts that are signed in elsewhere are told of", async (t) => {
    const { host, port } = server.address("tcp");
    const login = ["-u", `sip:tester2@${DOMAIN}`, "-p", "a secret", "-s", `tcp://${host}:${port}`];
    const other = new RunningCommand(["receive", ...login, "--json"]);
    t.after(() => other.kill());
    await other.line(/"type":"ready"/);
    const warned = await conform(target, "--only", "IM-8.1.1-P1", "--timeout", "5");
    assert.match(warned.err, /^warning: signed in on other devices as well, .*: sip:tester2@/);
  });

  test("what a run leaves is put away, also when it is broken off, and what was there stays", async () => {
    const { host, port } = server.address("tcp");
    const login = (name: string) => ["-u", `sip:${name}@${DOMAIN}`, "-p", "a secret"];
    const where = ["-s", `tcp://${host}:${port}`];
    const web = ["--file-server", server.httpUrl];
    const said = ["send", ...login("tester1"), ...where, "tester2", "kept before"];
    assert.equal((await runCommand(said)).status, 0);
    const kept = async (): Promise<string> => {
      const args = ["history", ...login("tester1"), ...where, ...web, "--json"];
      const { out } = await runCommand(args);
      return out.replaceAll(/^.*?"address":"([^"]*)".*?"text":"([^"]*)".*$/gm, "$1 $2");
    };
    const there = await kept();
    assert.match(there, /^sip:tester2@im\.example\.com kept before$/m);
    const more = ["--room", `sip:lobby@${DOMAIN}`, ...web];
    const whole = await conform(target, "--only", "groups", ...more);
    assert.deepEqual([whole.status, whole.err], [0, ""], whole.out);
    assert.equal(await kept(), there);
    const users = NAMES.flatMap((name) => ["--user", `sip:${name}@${DOMAIN}`]);
    const broken = new RunningCommand(["conform", target, ...users, "-p", "a secret", ...more]);
    await broken.line(/^✓ IMSpec-SMM-C-001/);
    broken.signal("SIGINT");
    const { status, out } = await broken.end();
    assert.equal(status, 1);
    assert.match(out, /^\d+ passed, 0 failed, 1 not supported, interrupted before \d+$/m);
    assert.equal(await kept(), there);
    const left = ["--data", server.data, "--admin", server.adminUrl];
    assert.equal((await runCommand(["admin", "sessions", "list", ...left])).out, "");
  });

  test("lists what it would try, and refuses what is incomplete", async () => {
    const list = await runCommand(["conform", "--list", "--only", "IMSpec-SMM-C-01"]);
    assert.equal(list.status, 0);
    assert.equal(list.out.trim().split("\n").length, 6);
    const two = await runCommand(["conform", target, "-u", "sip:a@x.test", "-p", "x"]);
    assert.deepEqual([two.status, two.out], [2, ""]);
    assert.match(two.err, /give three accounts/);
    assert.equal((await runCommand(["conform"])).status, 2);
    for (const [part, count] of [
      ["pager", 6],
      ["sessions", 6],
      ["groups", 11],
    ] as const) {
      const listed = await runCommand(["conform", "--list", "--only", part]);
      assert.equal(listed.out.trim().split("\n").length, count, listed.out);
    }
    assert.equal((await conform(target, "--only", "no such thing")).status, 2);
  });
});

function conform(at: string, ...more: readonly string[]): Promise<Ended> {
  const users = NAMES.flatMap((name) => ["--user", `sip:${name}@${DOMAIN}`]);
  const env = { PARLANCE_PASSWORD: "a secret" };
  return runCommand(["conform", at, ...users, ...more], { env });
}

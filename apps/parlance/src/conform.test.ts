/** `parlance conform` against a server as its own process, and against what is none. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type Ended, runCommand } from "../../../tools/test/command.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["tester1", "tester2", "tester3"];

suite("conform by command", () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-conform-"));
  let server: ServerProcess;
  let target = "";

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: "a secret" })),
      set: { rooms: [{ name: "lobby", subject: "Anything" }] },
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

  test("what fails is told with all that was said", async (t) => {
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    t.after(() => silent.close());
    const address = silent.address();
    assert.ok(address !== null && typeof address === "object");
    const report = join(folder, "report.md");
    const failed = await conform(
      `tcp://127.0.0.1:${address.port}`,
      "--only",
      "SMM-C-001",
      "--timeout",
      "2",
      "--report",
      report,
    );
    assert.equal(failed.status, 1);
    assert.match(failed.out, /^✗ IMSpec-SMM-C-001 .*: nothing came of it in 2 s/);
    assert.match(failed.out, /0 passed, 1 failed, 0 not supported/);
    const text = readFileSync(report, "utf8");
    assert.match(text, /^\| IMSpec-SMM-C-001 \| .* \| failed \| nothing came of it in 2 s \|$/m);
    assert.match(text, /^ {4}REGISTER sip:im\.example\.com SIP\/2\.0$/m);
  });

  test("lists what it would try, and refuses what is incomplete", async () => {
    const list = await runCommand(["conform", "--list", "--only", "IMSpec-SMM-C-01"]);
    assert.equal(list.status, 0);
    assert.equal(list.out.trim().split("\n").length, 6);
    const two = await runCommand(["conform", target, "-u", "sip:a@x.test", "-p", "x"]);
    assert.deepEqual([two.status, two.out], [2, ""]);
    assert.match(two.err, /give three accounts/);
    assert.equal((await runCommand(["conform"])).status, 2);
    assert.equal((await conform(target, "--only", "no such thing")).status, 2);
  });
});

function conform(at: string, ...more: readonly string[]): Promise<Ended> {
  const users = NAMES.flatMap((name) => ["--user", `sip:${name}@${DOMAIN}`]);
  const env = { PARLANCE_PASSWORD: "a secret" };
  return runCommand(["conform", at, ...users, ...more], { env });
}

/** `parlance config`, each as its own process, and what `start` says of the same faults. */
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "selfsigned";
import { runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";

test("config checks a file, explains keys and prints the schema, without a server", async (t) => {
  const ok = await runCommand(["config", "check", "--set", "domain=im.test"]);
  assert.deepEqual(
    [ok.status, ok.out.startsWith("ok: im.test on udp://127.0.0.1:5060 ")],
    [0, true],
  );
  const wrong = await runCommand(["config", "check", "--set", "limits.messageburst=3"]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /limits\.messageburst: no such key \(meant limits\.messageBurst\?\)/);
  const explained = await runCommand(["config", "explain", "limits.messageBurst"]);
  assert.match(explained.out, /default 50; PARLANCE_LIMITS_MESSAGE_BURST/);
  const entries = (await runCommand(["config", "explain"])).out;
  assert.doesNotMatch(entries, /PARLANCE_\w*\[\]/); // no shell can set it
  assert.match(entries, /^users\[\]\.name\n.*\n.*; in the list PARLANCE_USERS, as JSON$/m);
  assert.equal((await runCommand(["config", "explain", "limit"])).status, 1);
  const schema = await runCommand(["config", "schema"]);
  assert.equal(JSON.parse(schema.out).properties.domain.default, "parlance.test");
  const env = { PARLANCE_LISTEN_HTTP: "null", PARLANCE_DOMAIN: "env.test" };
  assert.match(
    (await runCommand(["config", "check"], { env })).out,
    /^ok: env\.test on (?!.*8080)/,
  );
  t.diagnostic(`${schema.out.length} characters of schema`);
});

test("a file of tls that is missing, or does not fit, is told by its key", async (t) => {
  const place = ownFolder("tls-files");
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const { cert, private: key } = await generate([{ name: "commonName", value: "one.test" }]);
  const other = await generate([{ name: "commonName", value: "two.test" }]);
  const [pem, own] = [join(place, "own.pem"), join(place, "own.key")];
  const [strange, none] = [join(place, "strange.key"), join(place, "none.pem")];
  writeFileSync(pem, cert);
  writeFileSync(own, key);
  writeFileSync(strange, other.private);
  const pairs = [
    { certificate: none, key: own },
    { certificate: pem, key: strange },
    { certificate: pem, key: own },
  ];
  const certificates = `tls.certificates=${JSON.stringify(pairs)}`;
  const wrong = ["--set", certificates, "--set", `tls.authorities=${JSON.stringify([none])}`];
  const told = [
    "parlance: configuration",
    `  tls.certificates.0.certificate: no such file: ${none}`,
    `  tls.certificates.1: ${strange} is not the key of ${pem}`,
    `  tls.authorities.0: no such file: ${none}\n`,
  ].join("\n");
  const checked = await runCommand(["config", "check", ...wrong]);
  assert.deepEqual([checked.status, checked.err], [1, told]);
  const data = join(place, "data");
  const started = await runCommand(["start", "--set", `data=${data}`, ...wrong]);
  assert.deepEqual([started.status, started.err], [1, told]);
  assert.equal(existsSync(data), false);
  const right = `tls.certificates=${JSON.stringify(pairs.slice(2))}`;
  assert.equal((await runCommand(["config", "check", "--set", right])).status, 0);
});

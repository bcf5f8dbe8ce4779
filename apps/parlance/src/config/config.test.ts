import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TRANSPORT_LIMITS } from "@parlance/node";
import { defaultLimits } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { formatExplanation, formatPage, jsonSchema, keys } from "./explain.ts";
import { LIMITS } from "./limits.ts";
import { ConfigurationError, leafPaths, loadConfiguration, variableOf } from "./load.ts";

function file(text: string): string {
  const path = join(ownFolder("config"), "parlance.yaml");
  writeFileSync(path, text);
  return path;
}

function faults(sources: Parameters<typeof loadConfiguration>[0]): string {
  try {
    loadConfiguration(sources);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return "";
}

test("nothing at all is a whole configuration that follows the specification strictly", () => {
  const config = loadConfiguration({});
  assert.equal(config.compat.plainSip, false);
  assert.equal(config.domain, "parlance.test");
  assert.deepEqual(config.listen.sip, ["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"]);
});

test("that a session is recorded is told by default, and wherever the operator names it", () => {
  const usual = loadConfiguration({}).conferences.announce;
  assert.deepEqual(usual, ["welcome", "alias", "recording", "time"]);
  const set = ['conferences.announce=["recording"]'];
  assert.deepEqual(loadConfiguration({ set }).conferences.announce, ["recording"]);
});

test("--set wins over the environment, which wins over the file, which wins over the base", () => {
  const sources = {
    base: { domain: "base.test", data: "base", store: "memory:", log: { level: "error" } },
    file: file("domain: file.test\ndata: file\nstore: sqlite:file.db\n"),
    environment: { PARLANCE_DOMAIN: "env.test", PARLANCE_DATA: "env" },
    set: ["domain=set.test"],
  };
  const { domain, data, store, log } = loadConfiguration(sources);
  assert.deepEqual(
    [domain, data, store, log.level],
    ["set.test", "env", "sqlite:file.db", "error"],
  );
});

test("values of --set and the environment may be JSON", () => {
  const config = loadConfiguration({
    environment: { PARLANCE_COMPAT_PLAIN_SIP: "true", HOME: "/nowhere" },
    set: ['listen.sip=["udp://[::1]:0"]', "limits.bindingsPerUser=3", "listen.http=null"],
  });
  assert.equal(config.compat.plainSip, true);
  assert.deepEqual(config.listen.sip, ["udp://[::1]:0"]);
  assert.equal(config.limits.bindingsPerUser, 3);
  assert.equal(config.listen.http, null);
});

test("every fault is told with its path, all of them at once", () => {
  const text = faults({ file: file("domian: x\nlisten:\n  sip: 5060\nlog: { level: loud }\n") });
  assert.match(text, /^domian: no such key$/m);
  assert.match(text, /^listen\.sip: .*array/m);
  assert.match(text, /^log\.level: /m);
});

test("a wrong case of a known key is answered with the right one", () => {
  assert.match(
    faults({ set: ["compat.plainsip=true"] }),
    /compat\.plainsip: no such key \(meant compat\.plainSip\?\)/,
  );
});

test("a file that is absent, no YAML or no mapping is a clear error", () => {
  assert.match(faults({ file: "/nonexistent.yaml" }), /^no such file: \/nonexistent\.yaml$/);
  assert.match(faults({ file: file("a: [1") }), /parlance\.yaml: /);
  assert.match(faults({ file: file("just words") }), /expected keys and values/);
});

test("keys named like parts of Object are refused, not followed", () => {
  assert.match(faults({ set: ["__proto__.domain=x"] }), /__proto__: no such key/);
  assert.match(faults({ set: ["constructor=x"] }), /constructor: no such key/);
  assert.equal(({} as { domain?: string }).domain, undefined);
});

test("--set without a value is a clear error", () => {
  assert.match(faults({ set: ["domain"] }), /--set domain: expected key\.path=value/);
});

test("every key is explained: type, default and environment variable", () => {
  for (const { path, about } of keys()) assert.notEqual(about, "", `${path} has no description`);
  assert.match(
    formatExplanation(keys("compat")),
    /compat\.plainSip[\s\S]*PARLANCE_COMPAT_PLAIN_SIP/,
  );
  assert.match(formatPage(), /\| `listen\.sip` \|/);
  assert.ok(Object.hasOwn(jsonSchema(), "properties"));
});

test("no two keys share an environment variable", () => {
  const variables = leafPaths().map(variableOf);
  assert.equal(new Set(variables).size, variables.length);
});

test("the bounds are those of the server, with their numbers", () => {
  const usual = new Map(Object.entries({ ...TRANSPORT_LIMITS, ...defaultLimits }));
  for (const [name, row] of Object.entries(LIMITS)) {
    assert.equal(row.usual, usual.get(name), `limits.${name}`);
  }
});

test("a listener that is no URL of its kind, or lacks its certificate, is told with its path", () => {
  assert.match(
    faults({ set: ['listen.sip=["sctp://x:1"]'] }),
    /^listen\.sip\.0: expected udp, tcp/m,
  );
  assert.match(faults({ set: ["listen.http=ftp://x"] }), /^listen\.http: expected http/m);
  assert.match(
    faults({ set: ['listen.sip=["tls://127.0.0.1:5061"]'] }),
    /^tls\.certificates: tls:\/\/127\.0\.0\.1:5061 needs a certificate/m,
  );
});

test("a bound below its least, or a shortest time above the longest, is told with its path", () => {
  assert.match(faults({ set: ["limits.connections=-1"] }), /^limits\.connections: /m);
  assert.match(
    faults({ set: ["limits.minExpiresSeconds=9000"] }),
    /^limits\.minExpiresSeconds: is above maxExpiresSeconds/m,
  );
});

const CORE = ["core.mode=as", "core.next=sip:192.0.2.10:5080;transport=tcp"];
const PEER = 'core.trustedPeers=[{"name":"core","addresses":["192.0.2.10"]}]';

test("behind a core: where it is and how it is known have to be said, and users need no passwords", () => {
  assert.match(faults({ set: ["core.mode=as"] }), /^core\.next: core\.mode as needs it$/m);
  assert.match(faults({ set: CORE }), /^core\.trustedPeers: core\.mode as needs tlsNames/m);
  assert.match(faults({ set: [...CORE, PEER] }), /listener in listen\.trusted$/m);
  assert.match(faults({ set: ["core.next=http://core"] }), /^core\.next: expected sip:/m);
  const users = 'users=[{"name":"alice"}]';
  assert.match(faults({ set: [users] }), /^users\.0\.password: is missing$/m);
  const trusted = 'listen.trusted=["tcp://192.0.2.20:5070"]';
  const { core } = loadConfiguration({ set: [...CORE, PEER, trusted, users] });
  assert.equal(core.mode, "as");
});

test("the configuration that docs/ims.md shows is a whole one", () => {
  const page = readFileSync(new URL("../../../../docs/ims.md", import.meta.url), "utf8");
  const shown = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const { core, listen } = loadConfiguration({ file: file(shown) });
  assert.equal(core.mode, "as");
  assert.deepEqual(core.names, ["as.im.example.com"]);
  assert.deepEqual(listen.trusted, ["tcp://192.0.2.20:5070"]);
});

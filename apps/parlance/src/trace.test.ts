/** Tracing as an operator does it: whom, for how long, live and afterwards, and what the audit log says of it. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect } from "@parlance/client/node";
import type { TraceStep } from "@parlance/server";
import { runCommand } from "../../../tools/test/command.ts";
import { within } from "../../../tools/test/deadline.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const WAIT_MS = 20_000;
let server: ServerProcess;
let tcp: string;

before(async () => {
  const users = ["alice", "bob", "carol"].map((name) => ({ name, password: `secret of ${name}` }));
  server = await ServerProcess.start({ domain: DOMAIN, users });
  const { host, port } = server.address("tcp");
  tcp = `tcp://${host}:${port}`;
});

after(() => server.kill());

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const token = readFileSync(join(server.data, "operator.token"), "utf8").trim();
  const type = init.body === undefined ? {} : { "content-type": "application/json" };
  const headers = { authorization: `Bearer ${token}`, ...type };
  return fetch(`${server.adminUrl}/api${path}`, { ...init, headers });
}

function command(...words: readonly string[]) {
  return runCommand(["trace", ...words, "--data", server.data, "--admin", server.adminUrl]);
}

async function send(from: string, to: string, text: string): Promise<void> {
  const account = ["--user", `sip:${from}@${DOMAIN}`, "--password", `secret of ${from}`];
  const { status, err } = await runCommand(["send", ...account, "--server", tcp, to, text]);
  assert.equal(status, 0, err);
}

async function stepsOf(query: string): Promise<readonly TraceStep[]> {
  const { steps } = (await (await ask(`/trace?form=json&${query}`)).json()) as {
    steps: readonly TraceStep[];
  };
  return steps;
}

async function audited(): Promise<readonly string[]> {
  const { entries } = (await (await ask("/audit?limit=50")).json()) as {
    entries: readonly { action: string; subject: string }[];
  };
  return entries.map(({ action, subject }) => `${action}: ${subject}`).toReversed();
}

interface Told {
  readonly steps: readonly TraceStep[];
  readonly missed: number;
}

/** Steps of a live feed until one fits. */
async function until(response: Response, fits: (step: TraceStep) => boolean): Promise<TraceStep[]> {
  const seen: TraceStep[] = [];
  let text = "";
  for await (const piece of response.body ?? []) {
    text += new TextDecoder().decode(piece);
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, data] = /^event: steps\ndata: (.*)$/.exec(event) ?? [];
      if (data === undefined) continue;
      const told = JSON.parse(data) as Told; // by the operator API
      seen.push(...told.steps);
      if (seen.some(fits)) return seen;
    }
  }
  return seen;
}

test("nobody is traced until an operator says so, and the audit log has each of his words", async () => {
  await send("alice", "bob", "before");
  assert.deepEqual(await stepsOf(""), []);
  const started = await command("start", "alice", "--minutes", "5");
  assert.match(started.out, /^tracing sip:alice@im\.example\.com until 20/);
  await send("alice", "bob", "while");
  await send("carol", "bob", "somebody else's");
  const steps = await stepsOf("");
  assert.ok(steps.some(({ title }) => title === "MESSAGE sip:bob@im.example.com"));
  assert.ok(steps.every(({ users }) => !users.includes("sip:carol@im.example.com")));
  assert.match((await command("users")).out, /^sip:alice@im\.example\.com until/);
  assert.equal((await command("stop", "alice")).status, 0);
  assert.equal((await command("stop", "alice")).status, 1);
  await command("--show-text");
  assert.deepEqual(await audited(), [
    "trace read: everybody",
    "trace started: sip:alice@im.example.com",
    "trace read: everybody",
    "trace ended: sip:alice@im.example.com",
    "trace read with text: everybody",
  ]);
});

test("a live feed tells what happens as it happens, of whom and of what it was asked for", async (t) => {
  const ended = new AbortController();
  t.after(() => ended.abort());
  await ask("/trace/users", { method: "POST", body: JSON.stringify({ user: "alice" }) });
  const query = new URLSearchParams({ user: "alice", protocols: "sip,decision", words: "message" });
  const live = await ask(`/trace/live?${query}`, { signal: ended.signal });
  assert.equal(live.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.equal(live.headers.get("cache-control"), "no-store");
  const seen = until(live, ({ status, method }) => status === 202 && method === "MESSAGE");
  await send("alice", "carol", "as it happens");
  const steps = await within(WAIT_MS, seen, () => "the feed");
  const told = new Set(steps.map(({ protocol }) => protocol));
  assert.deepEqual([...told].toSorted(), ["decision", "sip"]);
  assert.doesNotMatch(JSON.stringify(steps), /as it happens|secret/);
  const sequences = steps.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    sequences.toSorted((a, b) => a - b),
  );
  assert.equal((await ask("/trace/users/alice", { method: "DELETE" })).status, 204);
});

test("a question that makes no sense is refused with its reason", async () => {
  for (const [path, init, why] of [
    ["/trace?form=xml", {}, /form: /],
    ["/trace/live?protocols=smtp", {}, /protocols/],
    ["/trace/users", { method: "POST", body: "{}" }, /user: /],
    ["/trace/users", { method: "POST", body: '{"user":"alice","minutes":9999}' }, /minutes: /],
  ] as const) {
    const response = await ask(path, init);
    assert.equal(response.status, 400, path);
    assert.match(((await response.json()) as { error: string }).error, why);
  }
});

test("who hides from others is found in the trace all the same", async (t) => {
  await command("start", "alice", "--minutes", "5");
  const [user, password] = [`sip:alice@${DOMAIN}`, "secret of alice"];
  const alice = await connect({ user, password, server: tcp });
  t.after(() => alice.close());
  await alice.send(`sip:bob@${DOMAIN}`, "guess who", { anonymous: true }).accepted;
  const steps = await stepsOf("user=alice");
  const hidden = steps.filter(({ from }) => from?.includes("anonymous.invalid"));
  assert.ok(
    hidden.some(({ title }) => title === `MESSAGE sip:bob@${DOMAIN}`),
    "as it came",
  );
  await command("stop", "alice");
});

test("a collector gets what is traced as it is recorded, without what people wrote (HEP3 §3)", async (t) => {
  const collector = createSocket("udp4");
  t.after(() => collector.close());
  const packets: Buffer[] = [];
  const enough = Promise.withResolvers<void>();
  collector.on("message", (packet) => {
    packets.push(packet);
    if (packet.includes("MESSAGE sip:bob@")) enough.resolve();
  });
  await new Promise<void>((bound) => collector.bind(0, "127.0.0.1", () => bound()));
  const { port } = collector.address();
  const started = await ServerProcess.start({
    domain: DOMAIN,
    users: [{ name: "alice", password: "secret of alice" }],
    set: { "trace.everybody": true, "trace.hep": `udp://127.0.0.1:${port}` },
  });
  t.after(() => started.kill());
  const sip = started.address("tcp");
  const account = ["--user", `sip:alice@${DOMAIN}`, "--password", "secret of alice"];
  const where = ["--server", `tcp://${sip.host}:${sip.port}`];
  await runCommand(["send", ...account, ...where, "bob", "not for collectors"]);
  await within(WAIT_MS, enough.promise, () => "the collector");
  assert.ok(packets.every((packet) => packet.subarray(0, 4).toString() === "HEP3"));
  assert.ok(packets.every((packet) => packet.readUInt16BE(4) === packet.length));
  assert.ok(!Buffer.concat(packets).includes("not for collectors"));
});

test("what was traced leaves as text, JSON, a capture and HEP", async () => {
  const type = async (form: string) =>
    (await ask(`/trace?form=${form}`)).headers.get("content-type");
  assert.equal(await type("full"), "text/plain; charset=utf-8");
  assert.equal(await type("json"), "application/json; charset=utf-8");
  assert.equal(await type("pcap"), "application/vnd.tcpdump.pcap");
  const hep = new Uint8Array(await (await ask("/trace?form=hep")).arrayBuffer());
  assert.equal(new TextDecoder().decode(hep.subarray(0, 4)), "HEP3");
});

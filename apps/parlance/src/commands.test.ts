/** The commands beside a running server, each as its own process: what they print and how they end. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { type Ended, RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol", "dave"];
let server: ServerProcess;
let url: string;
const running = new Set<RunningCommand>();

before(async () => {
  const accounts = NAMES.map((name) => ({ name, password: `secret of ${name}` }));
  const set = { "trace.everybody": true };
  server = await ServerProcess.start({ domain: DOMAIN, users: accounts, set });
  const { host, port } = server.address("tcp");
  url = `tcp://${host}:${port}`;
});

after(async () => {
  await Promise.all([...running].map((each) => each.kill()));
  await server.kill();
});

function account(name: string, password = `secret of ${name}`): readonly string[] {
  return ["--user", `sip:${name}@${DOMAIN}`, "--password", password, "--server", url];
}

function operator(): readonly string[] {
  return ["--data", server.data, "--admin", server.adminUrl];
}

function send(...words: readonly string[]): Promise<Ended> {
  return runCommand(["send", ...account("alice"), ...words]);
}

function users(...args: readonly string[]): Promise<Ended> {
  return runCommand(["users", ...args, ...operator()]);
}

function trace(...args: readonly string[]): Promise<Ended> {
  return runCommand(["trace", ...operator(), ...args]);
}

/** Somebody who listens until the test is over. */
async function listener(name: string, ...more: readonly string[]): Promise<RunningCommand> {
  const command = new RunningCommand(["receive", ...account(name), "--json", ...more]);
  running.add(command);
  await command.line(/"type":"ready"/);
  return command;
}

function firstLine({ out, err }: Ended): string {
  return `${out}${err}`.split("\n")[0] ?? "";
}

test("send says what became of the message: delivered, deferred, or why not", async () => {
  const bob = await listener("bob");
  const delivered = await send("--wait", "delivered", "bob", "hello");
  assert.deepEqual([delivered.status, delivered.out], [0, "delivered\n"]);
  const event = JSON.parse(await bob.line(/"type":"message"/));
  assert.deepEqual([event.from, event.kind, event.text], [`sip:alice@${DOMAIN}`, "text", "hello"]);

  const deferred = await send(`sip:carol@${DOMAIN}`, "for later");
  assert.deepEqual([deferred.status, deferred.out], [0, "deferred\n"]);

  const nobody = await send("nobody", "hello");
  assert.equal(nobody.status, 1);
  assert.match(nobody.out, /^failed: no such user or group \(404\)$/m);

  const { status, out } = await send("--json", "nobody", "hello");
  assert.equal(status, 1);
  const { id, ...rest } = JSON.parse(out);
  assert.match(id, /^\S{16,}$/);
  assert.deepEqual(rest, {
    state: "failed",
    recipients: [{ address: `sip:nobody@${DOMAIN}`, state: "failed" }],
    code: "no such user or group",
    status: 404,
  });
  await bob.kill();
});

test("send ends with 3 when the stage that is waited for has not come in its time", async () => {
  const bob = await listener("bob"); // it shows nobody that it has been seen
  const unseen = await send("--wait", "displayed", "--timeout", "2", "bob", "look");
  assert.deepEqual([unseen.status, unseen.out], [3, "delivered: not displayed in 2 s\n"]);
  const away = await send("--wait", "delivered", "--timeout", "2", "carol", "for later");
  assert.deepEqual([away.status, away.out], [3, "deferred: not delivered in 2 s\n"]);
  const both = await send("--wait", "delivered", "--timeout", "2", "bob", "carol", "for both");
  assert.equal(both.status, 3);
  const some = await send("--wait", "delivered", "--timeout", "2", "bob", "nobody", "for one");
  assert.deepEqual([some.status, /^ {2}sip:nobody@\S+ failed$/m.test(some.out)], [1, true]);
  await bob.kill();
});

test("send takes a long text from standard input, and several recipients", async () => {
  const bob = await listener("bob", "--count", "1");
  const text = `first line\n${"long ".repeat(600)}`;
  const sent = await runCommand(["send", ...account("alice"), "bob", "dave", "-"], {
    input: `${text}\n`,
  });
  assert.equal(sent.status, 0);
  assert.match(sent.out, new RegExp(`^ {2}sip:bob@${DOMAIN} (accepted|delivered)$`, "m"));
  assert.match(sent.out, new RegExp(`^ {2}sip:dave@${DOMAIN} \\w+$`, "m"));
  const event = JSON.parse(await bob.line(/"type":"message"/));
  assert.equal(event.text, text);
  assert.equal((await bob.end()).status, 0); // --count 1
});

test("receive --displayed tells the sender that his message was seen", async () => {
  const bob = await listener("bob", "--displayed");
  const sent = await send("--wait", "displayed", "bob", "look");
  assert.deepEqual([sent.status, sent.out], [0, "displayed\n"]);
  bob.signal("SIGINT");
  assert.equal((await bob.end()).status, 0);
});

test("without --json, receive prints a line for each message that cannot steer the terminal", async () => {
  const bob = new RunningCommand(["receive", ...account("bob"), "--count", "1"]);
  running.add(bob);
  await bob.line(/^listening as sip:bob@/);
  await send("bob", "red \u001b[31m and\ntwo lines");
  const { out } = await bob.end();
  assert.match(out, /^sip:alice@im\.example\.com: red \ufffd\[31m and two lines$/m);
});

test("wrong usage ends with 2 and says what was meant", async () => {
  for (const [args, says] of [
    [["strat"], /unknown command 'strat'\n\(Did you mean start\?\)/],
    [["send", "bob", "hello"], /required option '-u, --user <ADDRESS>'/],
    [["send", ...account("alice"), "hello"], /expected an address and a text/],
    [["send", ...account("alice"), "--wait", "seen", "bob", "x"], /accepted, delivered, displayed/],
    [["send", ...account("alice"), "--timeout", "soon", "bob", "x"], /a number above 0/],
    [["send", ...account("alice"), "--expires", "soon", "bob", "x"], /expires: expected seconds/],
    [
      ["send", ...account("alice"), "--no-receipts", "--wait", "delivered", "bob", "x"],
      /--wait delivered needs the receipts/,
    ],
    [["send", ...account("alice"), "--nickname", "x", "bob", "x"], /--nickname goes with --join/],
    [["receive", ...account("alice"), "--nickname", "x"], /--nickname goes with --join/],
    [
      ["send", ...account("alice"), "--store", "/none/x.db", "bob", "x"],
      /--store: no such folder: \/none/,
    ],
    [["receive", ...account("alice"), "--count", "-1"], /a whole number from 1 on/],
    [["chat", "--user", "alice", "--password", "x"], /--user: expected sip:NAME@DOMAIN/],
    [["chat", "--user", `sip:alice@${DOMAIN}`], /give --password or set PARLANCE_PASSWORD/],
    [["users", "list", "--admin", "nowhere"], /http:\/\/HOST:PORT/],
  ] as const) {
    const { status, err } = await runCommand(args);
    assert.equal(status, 2, args.join(" "));
    assert.match(err, says);
    assert.doesNotMatch(err, /^ +at /m);
  }
});

test("a message to a domain that the server has no way to ends with 1 and says so", async () => {
  const { status, out } = await send("x@else.example", "hello");
  const words = "failed: refused (403): nothing goes from here to that domain\n";
  assert.deepEqual([status, out], [1, words]);
});

test("a wrong password, or no server, ends with 1 and says so", async () => {
  const wrong = await runCommand(["send", ...account("alice", "guessed"), "bob", "x"]);
  assert.equal(wrong.status, 1);
  assert.match(
    firstLine(wrong),
    /^parlance: not authenticated \(401\); wrong password, no such account, or another server than meant .*: .* passwd$/,
  );
  const args = ["--user", `sip:alice@${DOMAIN}`, "--server", "tcp://127.0.0.1:1"];
  const env = { PARLANCE_PASSWORD: "x" };
  const nobody = await runCommand(["send", ...args, "bob", "x"], { env });
  assert.equal(nobody.status, 1);
  assert.match(firstLine(nobody), /^parlance: offline: .*; is the server running\?$/);
});

test("--version is that of the package", async () => {
  const file = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  assert.equal((await runCommand(["--version"])).out, `${version}\n`);
});

test("users: a made-up password works at once, a changed one and a removal end what is registered", async () => {
  const added = await users("add", "erin", "--display-name", "Erin");
  assert.equal(added.status, 0);
  const [, password = ""] = /^added erin, password (\S{12})$/m.exec(added.out) ?? [];
  const erin = new RunningCommand(["receive", ...account("erin", password), "--json"]);
  running.add(erin);
  await erin.line(/"type":"ready"/);
  const listed: readonly Record<string, unknown>[] = JSON.parse(
    (await users("list", "--json")).out,
  );
  const view = listed.find(({ name }) => name === "erin");
  assert.deepEqual([view?.["displayName"], view?.["contacts"]], ["Erin", 1]);
  assert.match((await users("list")).out, /^erin +sip:erin@im\.example\.com +1 registered$/m);

  assert.equal((await users("passwd", "erin", "--password", "another one")).status, 0);
  await erin.line(/"type":"connection","state":"offline"/); // her old password is worth nothing
  await erin.kill();
  const again = new RunningCommand(["receive", ...account("erin", "another one"), "--json"]);
  running.add(again);
  await again.line(/"type":"ready"/);
  assert.equal((await users("remove", "erin")).status, 0);
  await again.line(/"type":"connection","state":"(?:offline|reconnecting)"/);
  assert.match((await send("erin", "still there?")).out, /no such user/);
  await again.kill();
});

test("users: an account without a password is nobody's to log in with", async () => {
  const added = await users("add", "heidi", "--no-password");
  assert.deepEqual([added.status, added.out], [0, "added heidi\n"]);
  const login = await runCommand(["send", ...account("heidi", "undefined"), "sip:bob", "x"]);
  assert.notEqual(login.status, 0);
  assert.equal((await users("remove", "heidi")).status, 0);
});

test("users says why not", async () => {
  for (const [args, says] of [
    [["add", "alice"], /there is such a user already/],
    [["add", "al ice"], /name: 1 to 64 letters/],
    [["passwd", "nobody"], /no such user/],
    [["remove", "../alice"], /no such user/],
  ] as const) {
    const { status, err } = await users(...args);
    assert.equal(status, 1, args.join(" "));
    assert.match(err, says);
  }
  const elsewhere = await runCommand(["users", "list", "--data", "/nonexistent"]);
  assert.match(elsewhere.err, /cannot read \/nonexistent\/operator\.token: .* --data/);
  const nobody = ["--data", server.data, "--admin", "http://127.0.0.1:1"];
  assert.match((await runCommand(["users", "list", ...nobody])).err, /no server answers at http/);
});

test("trace prints the ladder of a user, whole messages, and a capture, all without credentials", async (t) => {
  await send("dave", "traced");
  const { out: ladder } = await trace("--user", "alice", "--since", "5");
  const steps = ladder.split("\n").filter((line) => line.includes("/TCP  MESSAGE sip:dave@"));
  assert.match(
    steps.at(-1) ?? "",
    /^\d\d:\d\d:\d\d\.\d{6} {2}<-- 127\.0\.0\.1:\d+\/TCP {2}MESSAGE/,
  );
  assert.doesNotMatch(ladder, /REGISTER.*sip:carol/);
  const { out: full } = await trace("--user", "alice", "--full");
  assert.match(full, /^MESSAGE sip:dave@im\.example\.com SIP\/2\.0$/m);
  assertNoCredentials(full);
  assert.doesNotMatch(full, /traced/);
  const { out: shown } = await trace("--user", "alice", "--full", "--show-text");
  assert.match(shown, /^traced$/m);
  assert.equal((await trace("alice", "--full")).out, full);

  const file = join(folder(t), "alice.pcap");
  const written = await trace("--user", "alice", "--pcap", file);
  assert.equal(written.status, 0);
  assert.match(written.err, /^wrote .*alice\.pcap, \d+ octets$/m);
  const packets = readPcap(readFileSync(file));
  assert.ok(packets.length >= 4);
  const [first] = packets;
  assert.match(first ?? "", /^REGISTER sip:im\.example\.com SIP\/2\.0\r\n/);
  assert.ok(packets.some((text) => text.startsWith("MESSAGE sip:dave@im.example.com SIP/2.0\r\n")));
  assertNoCredentials(packets.join("\n"));
});

test("trace says why there is nothing, and what to do", async (t) => {
  const nobody = await trace("--user", "nobody-at-all");
  assert.deepEqual([nobody.status, nobody.out], [1, ""]);
  assert.match(nobody.err, /nothing of nobody-at-all is in the trace, and no account is called so/);
  const idle = await trace("--user", `bob@${DOMAIN}`, "--conversation", "none", "--json");
  assert.deepEqual([idle.status, idle.out], [0, '{"steps":[]}']);
  assert.match(idle.err, /nothing of bob@.*, of conversation none is in the trace yet/);
  const quiet = await ServerProcess.start({
    domain: DOMAIN,
    users: [{ name: "alice", password: "secret of alice" }],
  });
  t.after(() => quiet.kill());
  const at = ["--data", quiet.data, "--admin", quiet.adminUrl];
  const file = join(folder(t), "none.pcap");
  const told = "nothing of alice is in the trace, and he is not traced: trace start alice";
  for (const form of [[], ["--pcap", file]]) {
    const none = await runCommand(["trace", ...at, "--user", "alice", ...form]);
    assert.deepEqual([none.status, none.out], [0, ""]);
    assert.equal(none.err.split("\n")[0], told);
  }
  const all = await runCommand(["trace", ...at]);
  assert.match(all.err, /^nothing is in the trace, and nobody is traced: trace start NAME$/m);
  const nowhere = await runCommand(["trace", ...at, "--pcap", "/none/x.pcap"]);
  assert.deepEqual([nowhere.status, nowhere.err.includes("no such folder: /none")], [1, true]);
  assert.equal((await runCommand(["trace", "users", ...at])).err, "nobody is traced\n");
  const started = await runCommand(["trace", "start", "alcie", ...at]);
  assert.match(started.err, /^warning: there is no account alcie; users list prints all$/m);
});

test("the operator's listener wants the token, says what was wrong, and remembers what was done", async () => {
  const token = readFileSync(join(server.data, "operator.token"), "utf8").trim();
  const ask = (path: string, init: RequestInit & { readonly bearer?: string } = {}) =>
    fetch(`${server.adminUrl}/api${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${init.bearer ?? token}`,
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
      },
    });
  assert.equal((await ask("/users", { bearer: "guessed" })).status, 401);
  assert.equal((await fetch(`${server.adminUrl}/api/users`)).status, 401);

  const broken = await ask("/users", { method: "POST", body: "{" });
  assert.equal(broken.status, 400);
  assert.match(((await broken.json()) as { error: string }).error, /JSON/);
  const extra = await ask("/users", { method: "POST", body: JSON.stringify({ name: 7, x: 1 }) });
  assert.equal(extra.status, 400);
  const { error } = (await extra.json()) as { error: string };
  assert.match(error, /name: .*string/);
  assert.match(error, /password: /);
  assert.match(error, /"x"/);

  const body = JSON.stringify({ name: "frank", password: "secret" });
  assert.equal((await ask("/users", { method: "POST", body })).status, 201);
  assert.equal((await ask("/users", { method: "POST", body })).status, 409);
  assert.deepEqual(await (await ask("/users/frank/contacts")).json(), { contacts: [] });
  assert.equal((await ask("/users/frank/contacts", { method: "DELETE" })).status, 204);
  assert.equal((await ask("/users/frank/history-hold", { method: "PUT" })).status, 204);
  assert.equal((await ask("/users/frank/history-hold", { method: "PUT" })).status, 204);
  assert.equal((await ask("/users/nobody/history-hold", { method: "PUT" })).status, 404);
  assert.equal((await ask("/users/frank", { method: "DELETE" })).status, 204);
  assert.deepEqual(await (await ask("/users/frank/history-hold")).json(), { held: true });
  assert.equal((await ask("/users/frank/history-hold", { method: "DELETE" })).status, 204);
  assert.equal((await ask("/users/frank/history-hold", { method: "DELETE" })).status, 404);
  assert.equal((await ask("/users/frank", { method: "DELETE" })).status, 404);

  const { entries } = (await (await ask("/audit?limit=10")).json()) as {
    entries: readonly { action: string; subject: string; actor: string }[];
  };
  const frank = entries.filter(({ subject }) => subject === "frank");
  assert.deepEqual(
    frank.map(({ action, actor }) => `${actor}: ${action}`),
    [
      "operator: history released",
      "operator: user removed",
      "operator: history held",
      "operator: user disconnected",
      "operator: user added",
    ],
  );
  assert.doesNotMatch(JSON.stringify(entries), /secret/);
});

function folder(t: TestContext): string {
  const path = ownFolder("commands");
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function assertNoCredentials(text: string): void {
  const values = [...text.matchAll(/\b(?:response|nonce|cnonce|opaque)="?([^",\r\n]*)/g)];
  assert.ok(values.length > 0, "there were logins");
  for (const [whole, value = ""] of values) assert.match(value, /^[*x-]*$/i, whole);
}

/** Payloads of a capture of raw IPv4 packets. */
function readPcap(bytes: Buffer): readonly string[] {
  assert.equal(bytes.readUInt32BE(0), 0xa1b2c3d4);
  assert.deepEqual([bytes.readUInt16BE(4), bytes.readUInt16BE(6)], [2, 4]);
  assert.equal(bytes.readUInt32BE(20), 101); // LINKTYPE_RAW
  const payloads: string[] = [];
  for (let at = 24; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 8);
    assert.equal(bytes.readUInt32BE(at + 12), length);
    const packet = bytes.subarray(at + 16, at + 16 + length);
    assert.equal(packet.readUInt8(0), 0x45); // IPv4, a header of 20 octets
    assert.equal(packet.readUInt16BE(2), length);
    const head = packet.readUInt8(9) === 6 ? 20 + (packet.readUInt8(32) >> 4) * 4 : 28;
    payloads.push(packet.subarray(head).toString());
    at += 16 + length;
  }
  return payloads;
}

/** Files by command, each its own process: send, receive and chat, over each transport, through lines that break. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, type TestContext, test } from "node:test";
import { generate } from "selfsigned";
import { BreakingProxy } from "../../../tools/test/breaking-proxy.ts";
import { RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol", "dave", "erin"];
const CONTENT = randomBytes(3_000_000);
const PROXY_HOST = "127.0.0.3";

suite("files by command", () => {
  let server: ServerProcess;
  let proxy: BreakingProxy;
  const accounts = NAMES.map((name) => ({ name, password: `secret of ${name}` }));
  let picture: string;
  let folder: string;

  before(async () => {
    folder = ownFolder("files");
    picture = join(folder, "große reise.png");
    writeFileSync(picture, CONTENT);
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: accounts,
      set: { "media.host": PROXY_HOST },
    });
    proxy = await BreakingProxy.start(PROXY_HOST, server.address("tcp", 1));
  });
  after(async () => {
    proxy.close();
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  for (const scheme of ["tcp", "udp", "ws"]) {
    test(`${scheme}: a file is sent, offered, taken, and both say so`, async (t) => {
      const inbox = join(folder, scheme);
      const bob = await receiver(t, "bob", inbox, scheme);
      const sent = await send(scheme, "--file", picture, "bob");
      assert.deepEqual([sent.status, sent.out, sent.err], [0, "delivered\n", ""]);
      const offer = JSON.parse(await bob.line(/"event":"offer"/));
      assert.deepEqual(
        [offer.type, offer.from, offer.name, offer.contentType, offer.sizeBytes, offer.via],
        ["file", `sip:alice@${DOMAIN}`, "große reise.png", "image/png", CONTENT.length, "session"],
      );
      const done = JSON.parse(await bob.line(/"event":"done"/));
      assert.deepEqual([done.id, done.sizeBytes, done.verified], [offer.id, CONTENT.length, true]);
      assert.equal(done.path, join(inbox, "große reise.png"));
      assert.ok(CONTENT.equals(readFileSync(done.path)));
      assert.deepEqual(readdirSync(inbox), ["große reise.png"]);
      await leaves(bob);
    });
  }

  test("tls: signalling and file are both secured, by an authority of the own", async (t) => {
    const pem = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const [certificate, key] = [join(folder, "server.pem"), join(folder, "server.key")];
    writeFileSync(certificate, pem.cert);
    writeFileSync(key, pem.private);
    const secured = await ServerProcess.start({
      domain: DOMAIN,
      users: accounts,
      set: {
        "listen.sip": ["tls://127.0.0.1:0"],
        "listen.msrp": ["tls://127.0.0.1:0"],
        "listen.http": "https://127.0.0.1:0",
        "media.host": "localhost",
        "tls.certificates": [{ certificate, key }],
      },
    });
    t.after(() => secured.kill());
    const url = `tls://localhost:${secured.address("tls").port}`;
    const login = (name: string) => [...accountAt(name, url), "--authority", certificate];
    const inbox = join(folder, "tls");
    const trace = join(folder, "tls.txt");
    const options = ["--json", "--files", inbox];
    const bob = new RunningCommand(["receive", ...login("bob"), ...options]);
    t.after(() => bob.kill());
    await bob.line(/"type":"ready"/);
    const file = ["--trace", trace, "--file", picture, "bob"];
    const sent = await runCommand(["send", ...login("alice"), ...file]);
    assert.deepEqual([sent.status, sent.out, sent.err], [0, "delivered\n", ""]);
    assert.ok(CONTENT.equals(readFileSync(join(inbox, "große reise.png"))));
    assert.match(readFileSync(trace, "utf8"), /\/TLS\nMSRP \S+ SEND\n/);
    await leaves(bob);

    const web = ["--file-server", secured.url("https").replace("127.0.0.1", "localhost")];
    const owner = [...login("alice"), ...web];
    for (const [words, told] of [
      [["history", ...owner], "no conversations are kept\n"],
      [["block", ...owner], "nobody is blocked\n"],
      [["groups", "list", ...owner], "no groups yet\n"],
    ] as const) {
      const { status, err } = await runCommand(words);
      assert.deepEqual([status, err], [0, told], words[0]);
    }
    const stranger = await runCommand(["block", ...accountAt("alice", url), ...web]);
    assert.deepEqual([stranger.status, stranger.err.includes("; --authority FILE")], [1, true]);
    for (const [wrong, why] of [
      [key, `--authority: no certificate in ${key}`],
      [join(folder, "none.pem"), `--authority: no such file: ${join(folder, "none.pem")}`],
    ] as const) {
      const refused = await runCommand(["rooms", ...accountAt("alice", url), "--authority", wrong]);
      assert.deepEqual([refused.status, refused.err], [2, `parlance: ${why}\n`]);
    }
  });

  test("a connection that breaks on the way costs nothing: the file is the same, octet by octet", async (t) => {
    const inbox = join(folder, "broken");
    const large = join(folder, "large.bin");
    const content = randomBytes(30_000_000);
    writeFileSync(large, content);
    const bob = await receiver(t, "bob", inbox);
    proxy.breakAfter(content.length / 2);
    const sending = send("tcp", "--json", "--file", large, "--type", "application/x-large", "bob");
    const { status, out } = await sending;
    assert.equal(status, 0);
    assert.equal(proxy.willBreak, false);
    const { id, ...rest } = JSON.parse(out);
    assert.match(id, /^\S{16,}$/);
    const facts = { name: "large.bin", sizeBytes: content.length, via: "session" };
    assert.deepEqual(rest, { ...facts, state: "delivered" });
    const { path } = JSON.parse(await bob.line(/"event":"done"/));
    assert.equal(sha256(readFileSync(path)), sha256(content));
    await leaves(bob);
  });

  test("by way of the file server, for somebody who comes later", async (t) => {
    const inbox = join(folder, "later");
    const sent = await send("ws", "--file", picture, "--via", "http", "carol");
    assert.deepEqual(
      [sent.status, sent.out],
      [0, "deferred: it is on the server until the other side fetches it\n"],
    );
    const options = ["--json", "--files", inbox, "--count", "1"];
    const carol = new RunningCommand(["receive", ...account("carol", "ws"), ...options]);
    t.after(() => carol.kill());
    const { status, out } = await carol.end();
    assert.equal(status, 0);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events
        .filter(({ type }) => type === "file")
        .map(({ event, via }) => [event, via])
        .at(0),
      ["offer", "http"],
    );
    assert.equal(events.filter(({ event }) => event === "done").length, 1);
    assert.ok(CONTENT.equals(readFileSync(join(inbox, "große reise.png"))));
  });

  test("what does not work ends with 1 and says why; wrong usage ends with 2", async (t) => {
    const bob = await receiver(t, "bob", join(folder, "small"), "tcp", "--max-file", "1MB");
    for (const [status, args, says] of [
      [1, ["--file", picture, "bob"], /^failed: declined/],
      [1, ["--file", picture, "--via", "session", "dave"], /^failed: not reachable/],
      [1, ["--file", picture, "nobody"], /^failed: no such user or group/],
      [
        1,
        ["--file", picture, "--via", "http", "bob"],
        /^failed: not supported: no file server is known/,
      ],
      [1, ["--file", join(folder, "none"), "bob"], /^parlance: no such file: \/.*none$/m],
      [1, ["--file", folder, "bob"], /is no file/],
      [2, ["--file", picture, "bob", "carol"], /expected one address/],
      [2, ["--file", picture, "--anonymous", "bob"], /neither --anonymous nor/],
      [2, ["--file", picture, "--type", "nonsense", "bob"], /type: expected a media type/],
      [2, ["--file", picture, "--via", "pigeon", "bob"], /auto, session, http/],
    ] as const) {
      const ended = await send("tcp", ...args);
      assert.equal(ended.status, status, args.join(" "));
      assert.match(ended.out + ended.err, says, args.join(" "));
    }
    const failed = JSON.parse(await bob.line(/"event":"failed"/));
    assert.equal(failed.reason, "it is larger than is taken");
    await leaves(bob);
  });

  test("Ctrl-C gives a file up on both sides, and leaves nothing of it", async (t) => {
    const inbox = join(folder, "given-up");
    const endless = join(folder, "endless.bin");
    writeFileSync(endless, randomBytes(60_000_000));
    const bob = await receiver(t, "bob", inbox);
    const file = ["--file", endless, "bob"];
    const alice = new RunningCommand(["send", ...account("alice", "tcp"), ...file]);
    t.after(() => alice.kill());
    await bob.line(/"event":"offer"/);
    alice.signal("SIGINT");
    const { status, out } = await alice.end();
    assert.deepEqual([status, out], [1, "failed: aborted\n"]);
    await bob.line(/"event":"failed"/);
    assert.deepEqual(readdirSync(inbox), []);
    await leaves(bob);
  });

  test("in the chat: a file is sent, offered, accepted by its number, declined, and stands there the next time", async (t) => {
    const inbox = join(folder, "chat");
    mkdirSync(inbox);
    const alice = await chat(t, "alice", "erin");
    const erin = await chat(t, "erin", "alice", "--store", join(folder, "erin.db"));
    alice.write(`/file "${picture}"`);
    await alice.line(/^you: file große reise\.png \(3\.0 MB, image\/png\)/);
    await erin.line(
      /^alice: file große reise\.png \(3\.0 MB, image\/png\) {2}\/accept 1 or \/decline 1$/,
    );
    erin.write(`/accept 1 ${join(folder, "nowhere")}`);
    await erin.line(/^no such folder: /);
    erin.write(`/accept ${inbox}`);
    const saved = join(inbox, "große reise.png");
    await erin.line(/^alice: file große reise\.png .*✓ saved as /);
    await alice.line(/^you: file große reise\.png .* {2}✓✓$/);
    assert.ok(CONTENT.equals(readFileSync(saved)));

    alice.write(`/file ${picture.replaceAll(" ", "\\ ")}`);
    await erin.line(/\/accept 2 or \/decline 2$/);
    erin.write("/decline");
    await erin.line(/✗ declined$/);
    await alice.line(/✗ failed: declined/);
    for (const [typed, says] of [
      ["/accept", /^no file is offered$/],
      ["/decline 7", /^no file 7 is offered$/],
      ["/cancel", /^no such file is on its way$/],
      ["/cancel soon", /^\/cancel takes the number of a file$/],
      ["/file", /^\/file needs the path of a file$/],
      ["/file /nowhere/at/all", /no such file: \/nowhere\/at\/all$/],
    ] as const) {
      erin.write(typed);
      await erin.line(says);
    }
    alice.write("/quit");
    assert.equal((await alice.end()).err, "");
    erin.write("/quit");
    await erin.end();
    const again = await chat(t, "erin", "alice", "--store", join(folder, "erin.db"));
    const shown = again.out.split("\n").filter((line) => line.startsWith("alice: file"));
    assert.deepEqual(shown, [
      `alice: file große reise.png (3.0 MB, image/png)  ✓ saved as ${saved}`,
      "alice: file große reise.png (3.0 MB, image/png)  ✗ declined",
    ]);
    again.write("/quit");
    await again.end();
  });

  test("--trace writes SIP and MSRP, without credentials, for the owner's eyes", async (t) => {
    const bob = await receiver(t, "bob", join(folder, "traced"));
    const trace = join(folder, "trace.txt");
    const sent = await send("tcp", "--trace", trace, "--file", picture, "bob");
    assert.equal(sent.status, 0);
    const text = readFileSync(trace, "utf8");
    assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} {2}--> 127\.0\.0\.1:\d+\/TCP\nREGISTER sip:/m);
    assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} {2}--> 127\.0\.0\.3:\d+\/TCP\nMSRP \S+ SEND\n/m);
    assert.match(text, /… and \d+ more bytes/);
    for (const [whole, value = ""] of text.matchAll(/\b(?:response|nonce|cnonce)="?([^",\n]*)/g)) {
      assert.match(value, /^x*$/, whole);
    }
    await leaves(bob);
  });

  function account(name: string, scheme: string): readonly string[] {
    const { host, port } = server.address(scheme === "udp" ? "udp" : "tcp");
    return accountAt(name, scheme === "ws" ? server.webSocketUrl : `${scheme}://${host}:${port}`);
  }

  function send(scheme: string, ...words: readonly string[]) {
    return runCommand(["send", ...account("alice", scheme), ...words]);
  }

  async function receiver(
    t: TestContext,
    name: string,
    inbox: string,
    scheme = "tcp",
    ...more: readonly string[]
  ): Promise<RunningCommand> {
    const options = ["--json", "--files", inbox, ...more];
    const command = new RunningCommand(["receive", ...account(name, scheme), ...options]);
    t.after(() => command.kill());
    await command.line(/"type":"ready"/);
    return command;
  }

  async function chat(
    t: TestContext,
    name: string,
    ...more: readonly string[]
  ): Promise<RunningCommand> {
    const command = new RunningCommand(["chat", ...account(name, "tcp"), ...more]);
    t.after(() => command.kill());
    await command.line(/^You are /);
    return command;
  }
});

/** With a goodbye: a device that is only gone is waited for. */
async function leaves(command: RunningCommand): Promise<void> {
  command.signal("SIGINT");
  assert.equal((await command.end()).status, 0);
}

function accountAt(name: string, url: string): readonly string[] {
  const password = `secret of ${name}`;
  return ["--user", `sip:${name}@${DOMAIN}`, "--password", password, "--server", url];
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

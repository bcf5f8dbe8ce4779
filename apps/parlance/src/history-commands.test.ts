/** History by command, each its own process: pages, search, export, removal, and in the chat. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type Ended, RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol"];

suite("history by command", () => {
  let server: ServerProcess;
  let folder: string;

  before(async () => {
    folder = ownFolder("history");
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: `secret of ${name}` })),
      set: { "history.default": true },
    });
    for (const text of ["the Invoice of May", "請求書を送りました", "red \u001b[31m alert"])
      assert.equal((await say("bob", text)).status, 0);
    assert.equal((await say("carol", "hello carol")).status, 0);
  });
  after(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  function account(name: string): readonly string[] {
    const { host, port } = server.address("tcp");
    const login = ["--user", `sip:${name}@${DOMAIN}`, "--password", `secret of ${name}`];
    const where = ["--server", `tcp://${host}:${port}`, "--file-server", server.httpUrl];
    return [...login, ...where];
  }

  const say = (to: string, text: string): Promise<Ended> =>
    runCommand(["send", ...account("alice"), to, text]);

  const alice = (command: string, ...words: readonly string[]): Promise<Ended> =>
    runCommand([...command.split(" "), ...account("alice"), ...words]);

  test("history prints conversations, and what was said in one of them", async () => {
    const list = await alice("history");
    assert.deepEqual([list.status, list.err], [0, ""]);
    assert.match(list.out, /^sip:carol@\S+ \(user\): \S+ \S+ you: hello carol\nsip:bob@/);
    const bob = await alice("history", "bob", "--limit", "2");
    const [first = "", second = ""] = bob.out.split("\n");
    assert.match(first, /^\d{4}-\d\d-\d\d \d\d:\d\d you: 請求書を送りました$/);
    assert.match(second, /you: red \ufffd\[31m alert$/);
    const [, cursor = ""] = /^older: --before (\S+)$/m.exec(bob.err) ?? [];
    const older = await alice("history", "bob", "--before", cursor, "--json");
    const [message] = older.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual([message.text, message.direction], ["the Invoice of May", "out"]);
    assert.equal(older.err, "");
  });

  test("search finds parts of words, export writes whole files, remove removes", async () => {
    const found = await alice("search", "voice", "may");
    assert.match(found.out, /^bob, \S+ \S+ you: the Invoice of May\n$/);
    const none = await alice("search", "--in", "carol", "invoice");
    assert.deepEqual([none.status, none.out, none.err], [0, "", "nothing found\n"]);
    const empty = await alice("search", "--in", "carol", "invoice", "--json");
    assert.deepEqual([empty.out, empty.err], ["", ""]);
    assert.equal((await alice("history", "nobody")).err, "nothing is kept of nobody\n");
    const [hit] = (await alice("search", "求書", "--json")).out.split("\n");
    const { id, matches } = JSON.parse(hit ?? "");
    assert.deepEqual(matches, [{ start: 1, length: 2 }]);

    const page = join(folder, "history.html");
    const exported = await alice("export", "--format", "html", "-o", page);
    assert.deepEqual([exported.status, exported.out, exported.err], [0, "", ""]);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>[^]*請求書[^]*<\/html>\n$/);
    assert.equal(statSync(page).mode & 0o777, 0o600);
    const nowhere = await alice("export", "-o", join(folder, "none", "history.html"));
    assert.deepEqual(
      [nowhere.status, nowhere.err],
      [1, `parlance: no such folder: ${join(folder, "none")}\n`],
    );
    const lines = (await alice("export", "--format", "jsonl", "--with", "carol")).out.trim();
    assert.equal(JSON.parse(lines).text, "hello carol");

    assert.equal((await alice("history remove", id)).out, "removed\n");
    const again = await alice("history remove", id);
    assert.deepEqual([again.status, again.err], [1, "parlance: it was not there\n"]);
    assert.equal((await alice("history remove", "--with", "carol")).status, 0);
    assert.doesNotMatch((await alice("history")).out, /carol/);
    assert.equal((await alice("history remove")).status, 2);
  });

  test("where no server answers, the commands say so as send does", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nowhere = [...account("alice").slice(0, -1), `http://127.0.0.1:${port}`];
    const page = join(folder, "nothing.html");
    for (const words of [["history"], ["search", "x"], ["export", "-o", page]]) {
      const { status, err } = await runCommand([...words, ...nowhere]);
      const why = `connect ECONNREFUSED 127.0.0.1:${port}; is the server running?`;
      assert.deepEqual([status, err], [1, `parlance: offline: ${why}\n`]);
    }
  });

  test("without a server that is known, the commands say what they need", async () => {
    const [, , , , ...rest] = account("alice");
    const login = ["--user", `sip:alice@${DOMAIN}`, "--password", "x", ...rest.slice(0, 2)];
    const { status, err } = await runCommand(["search", ...login, "x"]);
    assert.equal(status, 2);
    assert.match(err, /give --file-server/);
  });

  test("/history goes back further each time, /search finds, and what was said elsewhere comes", async (t) => {
    const chat = new RunningCommand(["chat", ...account("bob"), "alice"]);
    t.after(() => chat.kill());
    await chat.line(/You are bob/);
    for (let count = 1; count <= 3; count += 1) await say("bob", `line ${count}`);
    await chat.line(/^alice: line 3/);
    chat.write("/history 1");
    await chat.line(/ alice: line 3$/);
    chat.write("/history 1");
    await chat.line(/ alice: line 2$/);
    chat.write("/search LINE 1");
    await chat.line(/ alice: line 1$/);
    const other = await runCommand(["send", ...account("bob"), "alice", "from my other device"]);
    assert.equal(other.status, 0);
    await chat.line(/^you, elsewhere: from my other device/);
    chat.write("/quit");
    assert.equal((await chat.end()).status, 0);
  });

  test("a group made for once goes by its subject also on the device that is not in it", async (t) => {
    const [here, there, bob] = [["bob"], ["carol"], []].map((peer, place) => {
      const chat = new RunningCommand(["chat", ...account(place === 2 ? "bob" : "alice"), ...peer]);
      t.after(() => chat.kill());
      return chat;
    });
    assert.ok(here && there && bob);
    for (const one of [here, there, bob]) await one.line(/^You are /);
    here.write("/create bob about lunch");
    await bob.line(/^alice asks you into a group \(lunch\)/);
    bob.write("/yes");
    await bob.line(/^lines go to lunch/);
    for (const text of ["soup?", "or salad?"]) {
      bob.write(text);
      await here.line(new RegExp(`^bob: ${text.replace("?", "\\?")}$`));
      await there.line(new RegExp(`^bob in lunch, elsewhere: ${text.replace("?", "\\?")}$`));
    }
    here.write("and bread");
    await there.line(/^you, elsewhere to lunch: and bread$/);
    there.write("/list");
    await there.line(/^lunch$/);
  });

  test("a file that one has sent from another device is shown as one's own, and not offered", async (t) => {
    const chat = new RunningCommand(["chat", ...account("bob"), "carol"]);
    t.after(() => chat.kill());
    await chat.line(/You are bob/);
    const picture = join(folder, "tiny.png");
    writeFileSync(picture, "a picture");
    for (const to of ["alice", "carol"]) {
      const how = ["--via", "http", "--file", picture];
      const sent = await runCommand(["send", ...account("bob"), ...how, to]);
      assert.equal(sent.status, 0, sent.err);
    }
    await chat.line(/^you, elsewhere to alice: file tiny\.png \(9 bytes, image\/png\)$/);
    await chat.line(/^you, elsewhere: file tiny\.png \(9 bytes, image\/png\)$/);
    chat.write("/accept");
    await chat.line(/^no file is offered$/);
    chat.write("/quit");
    assert.equal((await chat.end()).status, 0);
  });
});

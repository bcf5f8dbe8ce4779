/** What a user owns, by command, each its own process, over real sockets: settings, who is blocked, groups, contacts, the profile. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type Ended, RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol"];

suite("what a user owns, by command", () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: `secret of ${name}` })),
      set: {
        rooms: [{ name: "lobby", displayName: "Lobby" }],
        groups: [{ name: "team", members: ["alice", "bob"] }],
      },
    });
  });
  after(() => server.kill());

  function account(name: string, transport: "tcp" | "ws" = "tcp"): readonly string[] {
    const login = ["--user", `sip:${name}@${DOMAIN}`, "--password", `secret of ${name}`];
    if (transport === "ws")
      return [...login, "--server", `${server.httpUrl}/sip`.replace("http", "ws")];
    const { host, port } = server.address("tcp");
    return [...login, "--server", `tcp://${host}:${port}`, "--file-server", server.httpUrl];
  }

  const as = (name: string, command: string, ...words: readonly string[]): Promise<Ended> =>
    runCommand([...command.split(" "), ...account(name), ...words]);
  const say = (to: string): Promise<Ended> => as("carol", "send", to, "hello");

  test("who has nothing yet is told so, and a program gets an empty list", async () => {
    for (const [command, words] of [
      ["groups", "no groups yet"],
      ["contacts", "no contacts yet"],
      ["block list", "nobody is blocked"],
      ["deferred list", "nothing waits"],
    ] as const) {
      const none = await as("carol", command);
      assert.deepEqual([none.status, none.out, none.err], [0, "", `${words}\n`]);
      const json = await as("carol", command, "--json");
      assert.deepEqual([json.out, json.err], ["[]\n", ""]);
    }
  });

  test("settings are set, obeyed, and printed (IM-5.2.4-P1, IM-5.2.4-K1)", async () => {
    const usual = await as("bob", "settings");
    assert.deepEqual([usual.status, usual.err], [0, ""]);
    assert.match(usual.out, /^bar-sessions {3}off\nbar-messages {3}off\n/);
    const set = await as("bob", "settings set", "bar-messages=on", "push-deferred=off", "--json");
    assert.equal(set.status, 0, set.err);
    const holds = JSON.parse(set.out);
    assert.deepEqual([holds.barMessages, holds.pushDeferred, holds.visible], [true, false, true]);
    const barred = await say("bob");
    assert.deepEqual([barred.status, barred.out.startsWith("failed: not reachable")], [1, true]);
    const over = await runCommand(["settings", "get", ...account("bob", "ws"), "--json"]);
    assert.deepEqual(JSON.parse(over.out), holds);
    await as("bob", "settings set", "bar-messages=off", "push-deferred=on");
    assert.equal((await say("bob")).out, "deferred\n");
  });

  test("rooms and devices are listed, and a device is signed out by another one", async (t) => {
    const rooms = await as("bob", "rooms");
    assert.deepEqual([rooms.status, rooms.err], [0, ""]);
    assert.equal(
      rooms.out,
      `sip:lobby@${DOMAIN}  room, 0 there  Lobby\nsip:team@${DOMAIN}  group, 2 members, 0 there\n`,
    );
    const [team] = JSON.parse((await as("carol", "rooms", "--json")).out);
    assert.deepEqual([team.address, team.kind, team.present], [`sip:lobby@${DOMAIN}`, "room", 0]);
    assert.equal((await as("bob", "devices")).err, "no devices\n");
    const listening = new RunningCommand(["receive", ...account("bob"), "--json"]);
    t.after(() => listening.kill());
    await listening.line(/"type":"ready"/);
    const [device] = JSON.parse((await as("bob", "devices", "--json")).out);
    assert.match(device.name, /^parlance receive, /);
    const other = await as("bob", "devices sign-out", "abc");
    assert.deepEqual([other.status, other.err], [1, "parlance: no device of yours: abc\n"]);
    const out = await as("bob", "devices sign-out", device.id);
    assert.deepEqual([out.status, out.out], [0, ""], out.err);
    const ended = await listening.ended;
    assert.deepEqual([ended.status, /signed out/.test(ended.err)], [1, true], ended.err);
    assert.equal((await as("bob", "devices")).err, "no devices\n");
  });

  test("what is typed wrong ends with 2, what is refused with 1", async () => {
    for (const [words, why] of [
      [["settings set", "quiet=on"], /no such setting: quiet; there are bar-sessions, /],
      [["settings set", "visible=perhaps"], /visible: expected on or off/],
      [["settings set"], /missing required argument/],
      [["settings", "bar-files"], /bar-files: expected on or off/],
      [["settings", "bar-file=on"], /no such setting: bar-file; there are/],
      [["profile", "Bob"], /unknown command Bob; .* profile set NAME, or profile clear/],
      [["profile set"], /missing required argument/],
      [["contacts", "carol"], /unknown command carol; .* contacts add ADDRESS/],
      [["block add"], /missing required argument/],
      [["unblock"], /missing required argument/],
      [["groups create", "x", "--most", "none"], /whole number/],
      [["groups set", "x"], /nothing to be changed is named/],
      [["profile set", "x".repeat(65)], /the name is longer than 64/],
      [["block", "not@one@x"], /^parlance: not an address: /],
    ] as const) {
      const [command, ...more] = words;
      const ended = await as("bob", command, ...more);
      assert.equal(ended.status, 2, command);
      assert.match(ended.err, why);
    }
    for (const command of ["block", "settings", "groups"]) {
      const late = await runCommand([command, ...account("bob"), "remove", "set", "list"]);
      assert.equal(late.status, 2);
    }
    const late = await runCommand(["block", ...account("bob"), "remove", "carol"]);
    assert.match(late.err, /options come behind the command: block remove …/);
    const nowhere = account("bob").slice(0, -2);
    const lost = await runCommand(["block", "list", ...nowhere]);
    assert.equal(lost.status, 2);
    assert.match(lost.err, /give --file-server/);
    const stranger = account("bob").with(3, "wrong");
    const refused = await runCommand(["block", "list", ...stranger]);
    assert.equal(refused.status, 1);
    assert.match(refused.err, /^parlance: not authenticated/);
  });

  test("who is blocked is not heard, until he is let in again", async () => {
    const added = await as("alice", "block add", "carol", `sip:bob@${DOMAIN}`);
    assert.deepEqual([added.status, added.out, added.err], [0, "blocked\n", ""]);
    assert.equal((await say("alice")).status, 1);
    const list = await as("alice", "block", "--json");
    assert.deepEqual(JSON.parse(list.out), [`sip:carol@${DOMAIN}`, `sip:bob@${DOMAIN}`]);
    const lines = await as("alice", "block list");
    assert.equal(lines.out, `sip:carol@${DOMAIN}\nsip:bob@${DOMAIN}\n`);
    assert.equal((await as("alice", "block remove", "carol")).out, "removed\n");
    const mistyped = await as("alice", "block add", "caorl", "sip:x@else.example");
    assert.deepEqual([mistyped.status, mistyped.out], [0, "blocked\n"]);
    assert.equal(mistyped.err, unknown("caorl"));
    await as("alice", "block remove", "caorl", "sip:x@else.example");
    assert.equal((await say("alice")).out, "deferred\n");
    const again = await as("alice", "block remove", "carol");
    assert.equal(again.status, 1);
    assert.match(again.err, /not blocked: sip:carol@/);
  });

  test("block, unblock and settings do what is typed first", async () => {
    const blocked = await as("carol", "block", "bob", "sip:x@else.example");
    assert.deepEqual([blocked.status, blocked.out, blocked.err], [0, "blocked\n", ""]);
    const json = await as("carol", "unblock", "sip:x@else.example", "--json");
    assert.deepEqual(JSON.parse(json.out), [`sip:bob@${DOMAIN}`]);
    assert.equal((await as("carol", "block")).out, `sip:bob@${DOMAIN}\n`);
    assert.equal((await as("carol", "unblock", "bob")).out, "removed\n");
    const none = await as("carol", "unblock", "bob");
    assert.deepEqual([none.status, none.err], [1, `parlance: not blocked: sip:bob@${DOMAIN}\n`]);
    assert.match((await as("carol", "settings", "visible=off")).out, /^visible +off$/m);
    assert.match((await as("carol", "settings", "visible=on")).out, /^visible +on$/m);
    assert.match((await as("carol", "settings")).out, /^visible +on$/m);
  });

  test("a group is made, shown, changed and ended", async () => {
    const made = await as(
      "alice",
      "groups create",
      "lunch",
      "bob",
      "--title",
      "Lunch",
      "--subject",
      "where?",
      "--no-member-invites",
    );
    assert.deepEqual([made.status, made.out], [0, `made sip:lunch@${DOMAIN}\n`]);
    const again = await as("alice", "groups create", "lunch");
    assert.deepEqual([again.status, again.err], [1, "parlance: there is a group lunch already\n"]);
    const taken = await as("bob", "groups create", "lunch");
    assert.equal(taken.status, 1);
    assert.match(taken.err, /^parlance: conflict \(409\): another has this address/);
    assert.equal((await as("alice", "groups add", "lunch", "carol")).out, "3 members\n");
    assert.equal((await as("alice", "groups remove", "lunch", "bob")).out, "2 members\n");
    const none = await as("alice", "groups remove", "lunch", "bob");
    assert.deepEqual([none.status, none.err], [1, `parlance: no members: sip:bob@${DOMAIN}\n`]);
    const mistyped = await as("alice", "groups add", "lunch", "bbo", "sip:x@else.example");
    assert.deepEqual([mistyped.status, mistyped.out], [0, "4 members\n"]);
    assert.equal(mistyped.err, unknown("bbo"));
    await as("alice", "groups remove", "lunch", "bbo", "sip:x@else.example");
    const second = ["second", "bob", "caorl", "--reader", "bbo"];
    assert.equal((await as("alice", "groups create", ...second)).err, unknown("caorl", "bbo"));
    assert.equal((await as("alice", "groups delete", "second")).out, "deleted\n");
    const shown = await as("alice", "groups show", "lunch");
    assert.deepEqual(shown.out.split("\n"), [
      `sip:lunch@${DOMAIN}  Lunch`,
      "about: where?",
      "group, for members, members may not ask others",
      `member: sip:alice@${DOMAIN}`,
      `member: sip:carol@${DOMAIN}`,
      "",
    ]);
    const set = ["--subject", "Dinner", "--writers", "moderators", "--moderator", "carol"];
    const changed = await as("alice", "groups set", "lunch", ...set, "--reader", "bob");
    assert.deepEqual(changed.out.split("\n"), [
      `sip:lunch@${DOMAIN}  Lunch`,
      "about: Dinner",
      "group, for members, members may not ask others",
      "who moderates writes, and nobody else",
      `moderator: sip:carol@${DOMAIN}`,
      `reads only: sip:bob@${DOMAIN}`,
      `member: sip:alice@${DOMAIN}`,
      `member: sip:carol@${DOMAIN}`,
      "",
    ]);
    const reset = ["--no-moderator", "--no-reader", "--writers", "everybody"];
    const back = await as("alice", "groups set", "lunch", ...reset);
    assert.doesNotMatch(back.out, /moderat|reads only/);
    const list = await as("alice", "groups");
    assert.equal(list.out, `sip:lunch@${DOMAIN}  2 members  Lunch\n`);
    assert.equal((await say("lunch")).status, 0);
    assert.equal((await as("alice", "groups delete", "lunch")).out, "deleted\n");
    for (const [verb, ...words] of [
      ["add", "lunch", "bob"],
      ["remove", "lunch", "bob"],
      ["set", "lunch", "--title", "x"],
    ]) {
      const missing = await as("alice", `groups ${verb}`, ...words);
      assert.deepEqual(
        [missing.status, missing.err],
        [1, "parlance: no group of yours: lunch\n"],
        verb,
      );
    }
    const gone = await as("alice", "groups delete", "lunch");
    assert.deepEqual([gone.status, gone.err], [1, "parlance: no group of yours: lunch\n"]);
    const json = JSON.parse((await as("alice", "groups list", "--json")).out);
    assert.deepEqual(json, []);
  });

  test("contacts and the profile are the same wherever they are asked for", async () => {
    const added = await as("alice", "contacts add", "bob", "--name", "Bob\u001b", "--list", "work");
    assert.equal(added.out, `work:\n  sip:bob@${DOMAIN}  Bob\ufffd\n`, added.err);
    const removed = await as("alice", "contacts remove", "bob", "--json");
    assert.deepEqual(JSON.parse(removed.out), [{ name: "work", contacts: [] }]);
    const none = await as("alice", "contacts remove", "bob");
    assert.deepEqual(
      [none.status, none.err],
      [1, `parlance: not in your lists: sip:bob@${DOMAIN}\n`],
    );
    const named = await as("alice", "profile set", "Alice Ångström");
    assert.equal(named.out, `sip:alice@${DOMAIN}  Alice Ångström\n`);
    const over = await runCommand(["profile", "show", ...account("alice", "ws"), "--json"]);
    assert.equal(JSON.parse(over.out).displayName, "Alice Ångström");
    assert.equal((await as("alice", "profile name", "Al")).out, `sip:alice@${DOMAIN}  Al\n`);
    assert.equal((await as("alice", "profile clear")).out, `sip:alice@${DOMAIN}\n`);
  });

  test("the chat blocks, lets in again, and sets (IM-5.2.4-P1)", async (t) => {
    const chat = new RunningCommand(["chat", ...account("bob"), "carol"]);
    t.after(() => chat.kill());
    await chat.line(/^You are bob/);
    for (const [typed, told] of [
      ["/block", /^nobody is blocked$/],
      ["/block carol", /^carol is blocked/],
      ["/block", /^carol$/],
      ["/unblock carol,alice", /^carol is let in again$/],
      ["", /^alice is not blocked$/],
      ["/settings keep-messages=on", /^keep-messages {2}on$/],
      ["/settings", /^visible {8}on$/],
      ["/settings quiet=on", /^no such setting: quiet/],
    ] as const) {
      if (typed !== "") chat.write(typed);
      await chat.line(told);
    }
  });

  test("each command says what it does, and how it ends", async () => {
    for (const command of [
      "settings",
      "settings set",
      "block",
      "block add",
      "groups",
      "groups create",
      "contacts add",
      "profile name",
    ]) {
      const { status, out } = await runCommand([...command.split(" "), "--help"]);
      assert.equal(status, 0);
      assert.match(out, /Usage: parlance /);
      if (command.includes(" ")) assert.match(out, /Exit status: 0 done, 1 no connection/);
    }
  });
});

function unknown(...names: readonly string[]): string {
  const shown = names.map((one) => `sip:${one}@${DOMAIN}`).join(", ");
  return `warning: the server shows you no account ${shown}; is the name right?\n`;
}

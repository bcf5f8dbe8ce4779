/** Groups by command, each its own process: chat, send and receive in rooms, over real sockets. */
import assert from "node:assert/strict";
import { after, before, suite, type TestContext, test } from "node:test";
import { RunningCommand, runCommand } from "../../../tools/test/command.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol", "dave"];

suite("groups by command", () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: `secret of ${name}` })),
      set: {
        rooms: [
          { name: "lobby", subject: "Anything", moderators: ["alice"], allowAnonymity: true },
        ],
        groups: [{ name: "team", members: ["alice", "bob", "carol"] }],
      },
    });
  });
  after(() => server.kill());

  test("send and receive in a room, with the roster, line by line", async (t) => {
    const bob = started(t, [
      "receive",
      ...account("bob", "tcp"),
      "--json",
      "--join",
      "lobby",
      "--nickname",
      "Bobby",
    ]);
    await bob.line(/"type":"ready"/);
    const sent = await runCommand([
      "send",
      ...account("alice", "ws"),
      "--join",
      "lobby",
      "--wait",
      "delivered",
      "hello",
    ]);
    assert.deepEqual([sent.status, sent.out, sent.err], [0, "delivered\n", ""]);
    const event = JSON.parse(await bob.line(/"type":"message".*"hello"/));
    assert.deepEqual(
      [event.from, event.conversation, event.reach, event.own, event.text],
      [`sip:alice@${DOMAIN}`, `sip:lobby@${DOMAIN}`, "all", false, "hello"],
    );
    const carol = started(t, ["receive", ...account("carol", "ws"), "--join", "lobby"]);
    await carol.line(/^listening as sip:carol@/);
    const added = JSON.parse(await bob.line(/"event":"added"/));
    assert.deepEqual([added.room, added.name], [`sip:lobby@${DOMAIN}`, "carol"]);
    carol.signal("SIGINT");
    const removed = JSON.parse(await bob.line(/"event":"removed"/));
    assert.deepEqual([removed.name, removed.why], ["carol", "left"]);
    const nowhere = await runCommand([
      "send",
      ...account("alice", "tcp"),
      "--join",
      "nowhere",
      "x",
    ]);
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.err, /no such user or group \(404\)/);
    bob.signal("SIGINT");
    assert.equal((await bob.end()).status, 0);
  });

  test("a chat room from coming in to leaving, by what is typed", async (t) => {
    const [alice, owl, carol] = await chats(t, "alice", "dave", "carol");
    alice.write("/join lobby");
    await alice.line(/^lines go to .*lobby/i);
    owl.write("/join lobby as Night Owl anonymously");
    await owl.line(/^lines go to/);
    await alice.line(/Night Owl is here/);
    alice.write("hello, all");
    await alice.line(/^you: hello, all {2}✓✓$/);
    await owl.line(/^alice: hello, all/);
    owl.write("/whisper alice only for you");
    await alice.line(/^Night Owl, to you alone: only for you/);
    owl.write("/nick Owl");
    await alice.line(/^lobby: Night Owl is called Owl now$/);
    alice.write("/subject");
    await alice.line(/^Anything$/);
    alice.write("/invite carol");
    await carol.line(/^alice asks you into .*: \/yes or \/no$/);
    carol.write("/yes");
    await carol.line(/^lines go to/);
    await alice.line(/carol is here/);
    alice.write("/who");
    await alice.line(/^ {2}alice \(you/);
    await alice.line(/^ {2}Owl$/);
    carol.write("/kick Owl");
    await carol.line(/^refused \(403\)/);
    alice.write("/whisper dave psst");
    await alice.line(/^dave is not in lobby$/);
    alice.write("/kick Owl");
    await owl.line(/^you were sent away from/);
    await alice.line(/Owl was sent away/);
    alice.write("/invite bob");
    await alice.line(/^bob does not come: not reachable \(480\)$/);
    alice.write("/invite dave, nobody");
    await alice.line(/^asked: dave, nobody$/);
    await alice.line(/^nobody does not come: no such user or group \(404\)$/);
    await owl.line(/^alice asks you into/);
    owl.write("/no");
    await owl.line(/^declined$/);
    await alice.line(/^dave does not come: declined \(603\)$/);
    carol.write("/leave");
    await carol.line(/^you have left/);
    carol.write("anybody?");
    await carol.line(/^to whom\? /);
    await alice.line(/carol has left/);
    alice.write("/kick");
    await alice.line(/^\/kick needs a name$/);
  });

  test("who has no partner yet answers a message to a group to all of it, and is told so", async (t) => {
    const [alice, bob, carol] = await chats(t, "alice", "bob", "carol");
    alice.write("/to team good morning");
    for (const one of [bob, carol]) {
      await one.line(/^alice: good morning$/);
      await one.line(/^lines go to team$/);
    }
    bob.write("you, too");
    await carol.line(/^bob: you, too$/);
  });

  test("a group for once, out of nothing and with a subject", async (t) => {
    const [alice, dave] = await chats(t, "alice", "dave");
    alice.write("/create dave about lunch");
    await dave.line(/^alice asks you into a group \(lunch\): \/yes or \/no$/);
    dave.write("/no");
    await alice.line(/^declined \(603\)/);
    alice.write("/create dave, nobody about lunch");
    await dave.line(/asks you into a group/);
    dave.write("/yes");
    await alice.line(/^lines go to lunch/);
    await alice.line(/^nobody does not come: no such user or group \(404\)$/);
    await dave.line(/^lines go to lunch/);
    dave.write("when?");
    await alice.line(/^dave: when\?/);
    for (const one of [alice, dave]) {
      one.write("/subject");
      await one.line(/^lunch$/);
      assert.equal(one.out.match(/^lines go to lunch/gm)?.length, 1);
    }
  });

  function account(name: string, scheme: "tcp" | "ws"): readonly string[] {
    const { host, port } = server.address(scheme === "ws" ? "http" : scheme);
    const url = scheme === "ws" ? `ws://${host}:${port}/sip` : `tcp://${host}:${port}`;
    return ["--user", `sip:${name}@${DOMAIN}`, "--password", `secret of ${name}`, "--server", url];
  }

  async function chats<const Names extends readonly string[]>(
    t: TestContext,
    ...names: Names
  ): Promise<{ readonly [K in keyof Names]: RunningCommand }> {
    const all = names.map((name) => started(t, ["chat", ...account(name, "tcp")]));
    for (const command of all) await command.line(/^You are /);
    // As many as there are names, in their order.
    return all as unknown as { readonly [K in keyof Names]: RunningCommand };
  }
});

function started(t: TestContext, args: readonly string[]): RunningCommand {
  const command = new RunningCommand(args);
  t.after(() => command.kill());
  return command;
}

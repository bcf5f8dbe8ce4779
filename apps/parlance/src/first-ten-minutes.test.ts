/** What a newcomer is promised: two people chat, one goes away, the server dies, and nothing is lost or out of order. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { RunningCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";

const FREE_PORTS = ["http=null", "msrp=[]", "admin=http://127.0.0.1:0"].flatMap((listener) => [
  "--set",
  `listen.${listener}`,
]);

test("three messages for somebody who is away outlive kill -9 of the server, arrive in order, and are reported", async (t) => {
  const data = ownFolder("minutes");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const server = await start(t, data, 0);
  const alice = await chat(t, server, "alice", "bob");
  let bob = await chat(t, server, "bob", "alice");

  alice.write("hello");
  await bob.line(/^alice: hello$/);
  await alice.line(/^you: hello {2}✓✓ seen$/);
  bob.write("hello yourself");
  await alice.line(/^bob: hello yourself$/);
  await bob.line(/^you: hello yourself {2}✓✓ seen$/);
  bob.endInput(); // he goes
  assert.equal((await bob.end()).status, 0);

  const words = ["one", "two", "three"];
  for (const word of words) {
    alice.write(word);
    await alice.line(new RegExp(`^you: ${word} {2}⏸ deferred$`));
  }
  server.command.signal("SIGKILL");
  await server.command.end();
  await alice.line(/^connection lost$/);
  const again = await start(t, data, server.port);
  await alice.line(/^connected again$/);

  bob = await chat(t, { ...again, passwords: server.passwords }, "bob", "alice");
  for (const word of words) await bob.line(new RegExp(`^alice: ${word}$`));
  assert.deepEqual(
    bob.out.match(/^alice: .*$/gm),
    words.map((word) => `alice: ${word}`),
  );
  for (const word of words) {
    await alice.line(new RegExp(`^you: ${word} {2}✓✓`));
  }
  alice.write("/quit");
  assert.equal((await alice.end()).status, 0);
});

test("in the chat: a list, somebody else, a command that is none, and a line that begins with a slash", async (t) => {
  const data = ownFolder("minutes");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const server = await start(t, data, 0);
  const alice = await chat(t, server, "alice");
  const bob = await chat(t, server, "bob", "carol");
  alice.write("hello?");
  await alice.line(/^to whom\? \/to NAME$/);
  alice.write("/nope");
  await alice.line(/no command \/nope/);
  alice.write("/to bob,carol to both of you");
  await alice.line(/^you: to both of you/);
  await bob.line(/^alice, elsewhere: to both of you$/);
  bob.write("/to alice //not a command");
  await alice.line(/^bob, elsewhere: \/\/not a command$/);
  alice.write("/to team");
  alice.write("//hello team");
  await bob.line(/^alice in team, elsewhere: \/hello team$/);
  alice.write("/list");
  await alice.line(/^team$/);
});

test("in a room everybody is told that one records it, also who comes later", async (t) => {
  const data = ownFolder("minutes");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const server = await start(t, data, 0, ["--set", 'listen.msrp=["tcp://127.0.0.1:0"]']);
  const [alice, bob, carol] = [
    await chat(t, server, "alice"),
    await chat(t, server, "bob"),
    await chat(t, server, "carol"),
  ];
  for (const one of [alice, bob]) {
    one.write("/join lobby");
    await one.line(/^lines go to /);
  }
  alice.write("/record on Minutes");
  await bob.line(/alice records this session\.$/);
  carol.write("/join lobby");
  await carol.line(/alice records this session\.$/);
  alice.write("/record off");
  for (const one of [bob, carol]) await one.line(/alice does not record any more\.$/);
});

interface Server {
  readonly command: RunningCommand;
  readonly port: number;
  readonly passwords: ReadonlyMap<string, string>;
}

/** The local service on a port of its own. */
async function start(
  t: TestContext,
  data: string,
  port: number,
  more: readonly string[] = [],
): Promise<Server> {
  const sip = `listen.sip=["tcp://127.0.0.1:${port}"]`;
  const options = ["--local", "--set", `data=${data}`, "--set", sip, ...FREE_PORTS, ...more];
  const command = new RunningCommand(["start", ...options]);
  t.after(() => command.kill());
  const ready = await command.line(/^ready /);
  const shown = command.out.matchAll(/sip:(\w+)@parlance\.test +(\w{12})$/gm);
  return {
    command,
    port: Number(/tcp:\/\/127\.0\.0\.1:(\d+)/.exec(ready)?.[1]),
    passwords: new Map([...shown].map(([, name = "", password = ""]) => [name, password])),
  };
}

async function chat(
  t: TestContext,
  { port, passwords }: Server,
  name: string,
  ...peer: readonly string[]
): Promise<RunningCommand> {
  const user = ["--user", `sip:${name}@parlance.test`, "--server", `tcp://127.0.0.1:${port}`];
  const env = { PARLANCE_PASSWORD: passwords.get(name) ?? "" };
  const command = new RunningCommand(["chat", ...user, ...peer], { env });
  t.after(() => command.kill());
  await command.line(/^You are /);
  return command;
}

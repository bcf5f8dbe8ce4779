/** An evening of four people at their terminals: chat room, private words, a chosen name, a group out of a conversation, the team, a server that is killed. Real processes. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RunningCommand } from "../../../../tools/test/command.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol", "dave"] as const;
type Terminals = Readonly<Record<(typeof NAMES)[number], RunningCommand>>;

test("four people talk in a room, a group and the team, one hides, one is sent away, and the server is killed among it", async (t) => {
  const evening = await Evening.begin(t);
  const people = await evening.terminals();
  await inTheLobby(people);
  await hiddenUnderAName(people);
  await aGroupOutOfAConversation(people);
  await killed(people, evening);
  await theTeam(people);
  await sentAway(people);
});

async function inTheLobby({ alice, bob }: Terminals): Promise<void> {
  alice.write("/join lobby");
  await alice.line(/^lines go to lobby/);
  bob.write("/join lobby as Bobby");
  await bob.line(/^lines go to lobby/);
  await alice.line(/^lobby: Bobby is here$/);
  alice.write("good evening");
  await alice.line(/^you: good evening {2}✓✓$/);
  await bob.line(/^alice: good evening$/);
  bob.write("/whisper alice who else comes?");
  await alice.line(/^Bobby, to you alone: who else comes\?$/);
}

/** He chooses a name on the page, and nobody learns who he is. */
async function hiddenUnderAName({ alice, bob, dave }: Terminals): Promise<void> {
  dave.write("/join lobby anonymously");
  const line = await dave.line(/^choose a name at http/);
  await chooseName(/http\S+/.exec(line)?.[0] ?? "", "Night Owl");
  await alice.line(/^lobby: (?:Night Owl is here|.* is called Night Owl now)$/);
  dave.write("hoo");
  await alice.line(/^Night Owl: hoo$/);
  await bob.line(/^Night Owl: hoo$/);
  alice.write('/whisper "Night Owl" psst');
  await dave.line(/^alice, to you alone: psst$/);
  for (const { out } of [alice, bob]) assert.doesNotMatch(out, /dave/i);
}

async function aGroupOutOfAConversation({ alice, bob, carol }: Terminals): Promise<void> {
  alice.write("/to bob hungry?");
  await bob.line(/^alice, elsewhere: hungry\?$/);
  bob.write("/to alice yes");
  await alice.line(/^bob: yes$/);
  alice.write("/create carol about lunch");
  await carol.line(/^alice asks you into a group \(lunch\), with bob: \/yes or \/no$/);
  carol.write("/yes");
  // Out of a session he comes unasked; it may not be open yet.
  const line = await bob.line(/^(?:alice asks you into a group \(lunch\)|lines go to lunch)/);
  if (line.startsWith("alice asks")) {
    bob.write("/yes");
    await bob.line(/^lines go to lunch/);
  }
  await carol.line(/^lines go to lunch/);
  await alice.line(/^lines go to lunch/);
  carol.write("pizza");
  await alice.line(/^carol: pizza$/);
  await bob.line(/^carol: pizza$/);
}

/** What the server has taken comes to all, and all are where they were. */
async function killed(people: Terminals, evening: Evening): Promise<void> {
  const { alice, bob, carol, dave } = people;
  await evening.kill();
  for (const one of Object.values(people)) await one.line(/^connection lost$/);
  bob.write("or pasta?");
  await bob.line(/^you: or pasta\? {2}…$/);
  await evening.start();
  for (const one of [alice, carol, dave]) await one.line(/^connected again$/);
  await alice.line(/^bob: or pasta\?$/);
  await carol.line(/^bob: or pasta\?$/);
  dave.write("still here");
  await alice.line(/^Night Owl in lobby, elsewhere: still here$/);
}

async function theTeam({ alice, bob, carol, dave }: Terminals): Promise<void> {
  alice.write("/join team");
  for (const one of [bob, carol, dave]) {
    await one.line(/^alice asks you into team/);
    one.write("/yes");
  }
  await alice.line(/^lines go to team/);
  for (const one of [bob, carol, dave]) await one.line(/^lines go to team/);
  dave.write("it is me");
  await alice.line(/^dave: it is me$/);
}

async function sentAway({ alice, bob, dave }: Terminals): Promise<void> {
  alice.write("/to lobby");
  await alice.line(/^lines go to lobby$/);
  alice.write('/mute "Night Owl"');
  await dave.line(/^lobby: you may only read now$/);
  dave.write("/to lobby");
  dave.write("and me?");
  await dave.line(/^you: and me\? .*✗ failed: refused \(403\): you may only read here/);
  alice.write('/kick "Night Owl"');
  await dave.line(/^you were sent away from lobby/);
  // Where the roster came back later than he went, nobody knows how.
  await alice.line(/^lobby: Night Owl (?:was sent away|is not here any more)$/);
  dave.write("/join lobby");
  await dave.line(/^refused \(403\): .*; you were sent away, .* a moderator asks you$/);
  bob.write("/to lobby");
  bob.write("/join lobby anonymously");
  await bob.line(/^refused: you are in by name/);
  bob.write("/quit");
  assert.equal((await bob.end()).status, 0);
  await alice.line(/^lobby: Bobby has left$/);
}

/** As a browser does it: the page, and what is written on it. */
async function chooseName(url: string, name: string): Promise<void> {
  const page = await fetch(url);
  assert.equal(page.status, 200);
  const token = /name="t" value="([^"]+)"/.exec(await page.text())?.[1] ?? assert.fail("no form");
  const { origin, pathname } = new URL(page.url);
  const form = new URLSearchParams({ t: token, alias: name });
  const answer = await fetch(new URL(pathname, origin), { method: "POST", body: form });
  assert.equal(answer.status, 200, await answer.text());
}

class Evening {
  readonly #folder = ownFolder("evening");
  readonly #t: TestContext;
  #server: ServerProcess | undefined;
  #ports: Readonly<Record<string, unknown>> = { "listen.sip": ["tcp://127.0.0.1:0"] };

  private constructor(t: TestContext) {
    this.#t = t;
    mkdirSync(join(this.#folder, "data"));
    t.after(async () => {
      if (this.#server?.alive === true) await this.#server.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  static async begin(t: TestContext): Promise<Evening> {
    const evening = new Evening(t);
    await evening.start();
    return evening;
  }

  async terminals(): Promise<Terminals> {
    const { host, port } = this.#running.address("tcp");
    const all = NAMES.map((name) => {
      const user = `sip:${name}@${DOMAIN}`;
      const args = ["--user", user, "--password", name, "--server", `tcp://${host}:${port}`];
      const command = new RunningCommand(["chat", ...args]);
      this.#t.after(() => command.kill());
      return [name, command] as const;
    });
    for (const [, command] of all) await command.line(/^You are /);
    return Object.fromEntries(all) as unknown as Terminals; // one for each of the names
  }

  async kill(): Promise<void> {
    await this.#running.kill();
  }

  /** On the same ports as before. */
  async start(): Promise<void> {
    this.#server = await ServerProcess.start({
      data: join(this.#folder, "data"),
      keepData: true,
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: name })),
      set: {
        ...this.#ports,
        rooms: [{ name: "lobby", moderators: ["alice"], allowAnonymity: true }],
        groups: [{ name: "team", members: NAMES }],
        "conferences.aliasPage": true,
        "conferences.announce": [],
      },
    });
    const [sip, msrp] = [this.#server.address("tcp"), this.#server.address("tcp", 1)];
    this.#ports = {
      "listen.sip": [`tcp://127.0.0.1:${sip.port}`],
      "listen.msrp": [`tcp://127.0.0.1:${msrp.port}`],
      "listen.http": this.#server.httpUrl,
    };
  }

  get #running(): ServerProcess {
    assert.ok(this.#server !== undefined);
    return this.#server;
  }
}

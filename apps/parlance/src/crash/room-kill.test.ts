/** The server is killed while people talk in its rooms: they come back into the same ones, and nothing that was taken is lost. Real processes. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, type ImClient, type Room } from "@parlance/client/node";
import { within } from "../../../../tools/test/deadline.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol"];
const LIVES = 3;
const PATIENCE_MS = 30_000;

test("a room is killed three times: its people are in it again, and each text that it took is with each of them once", async (t) => {
  const trial = await Trial.begin(t);
  const people = await Promise.all(NAMES.map((name) => trial.person(name)));
  const rooms = await Promise.all(people.map(({ im }) => im.join(`sip:lobby@${DOMAIN}`)));
  await everybody(rooms, NAMES.length);
  const taken: string[] = [];
  for (let life = 1; life <= LIVES; life += 1) {
    for (const [at, room] of rooms.entries()) {
      const text = `${NAMES[at]} in life ${life}`;
      const sent = room.send(text);
      await within(PATIENCE_MS, sent.accepted, () => `${text}: ${sent.state}`);
      taken.push(text);
    }
    await trial.restart();
    await everybody(rooms, NAMES.length);
  }
  for (const { name, heard } of people) {
    const others = taken.filter((text) => !text.startsWith(name));
    await within(
      PATIENCE_MS,
      heard.all(others.length),
      () => `${name} heard ${heard.texts.length}`,
    );
    assert.deepEqual(heard.texts.toSorted(), others.toSorted());
  }
});

test("a group made for once goes on under its address, loses nothing that it took, and stays closed to others", async (t) => {
  const trial = await Trial.begin(t);
  const [alice, bob, carol] = await Promise.all(NAMES.map((name) => trial.person(name)));
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
  const group = await alice.im.createGroup([`sip:bob@${DOMAIN}`], { subject: "Lunch" });
  await everybody([group], 2);
  const { address } = group;
  const texts: string[] = [];
  for (let life = 1; life <= LIVES; life += 1) {
    await trial.restart();
    const text = `still hungry in life ${life}?`; // said to whoever is back, and kept for who is not
    const sent = group.send(text);
    await within(PATIENCE_MS, sent.accepted, () => `${text}: ${sent.state}`);
    texts.push(text);
  }
  await within(PATIENCE_MS, bob.heard.all(LIVES), () => bob.heard.texts.join());
  assert.deepEqual(bob.heard.texts, texts);
  assert.equal(group.address, address);
  await assert.rejects(carol.im.join(address));
});

/** Resolves when all of them see so many in the room. */
async function everybody(rooms: readonly Room[], count: number): Promise<void> {
  for (const room of rooms) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (room.state === "in" && room.members.length === count) resolve();
    };
    room.on("state", look);
    room.on("roster", look);
    look();
    await within(PATIENCE_MS, promise, () => `${room.state}, ${room.members.length} members`);
  }
}

/** Texts of others, each as often as it came. */
class Heard {
  readonly texts: string[] = [];
  #came = (): void => {};

  constructor(im: ImClient) {
    void this.#listen(im);
  }

  all(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#came = () => {
      if (this.texts.length >= count) resolve();
    };
    this.#came();
    return promise;
  }

  async #listen(im: ImClient): Promise<void> {
    for await (const message of im.messages()) {
      if (message.kind === "text" && message.reach !== "system") {
        this.texts.push(message.text);
        this.#came();
      }
    }
  }
}

interface Person {
  readonly name: string;
  readonly im: ImClient;
  readonly heard: Heard;
}

class Trial {
  readonly #folder = ownFolder("rooms");
  readonly #t: TestContext;
  #server: ServerProcess | undefined;
  #ports: Readonly<Record<string, unknown>> = { "listen.sip": ["tcp://127.0.0.1:0"] };

  private constructor(t: TestContext) {
    this.#t = t;
    t.after(async () => {
      if (this.#server?.alive === true) await this.#server.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  static async begin(t: TestContext): Promise<Trial> {
    const trial = new Trial(t);
    await trial.#start();
    return trial;
  }

  async person(name: string): Promise<Person> {
    const { host, port } = this.#running.address("tcp");
    const user = `sip:${name}@${DOMAIN}`;
    const server = `tcp://${host}:${port}`;
    const im = await connect({ user, password: name, server, sessions: { groups: "accept" } });
    this.#t.after(() => im.close());
    return { name, im, heard: new Heard(im) };
  }

  async restart(): Promise<void> {
    await this.#running.kill();
    await this.#start();
  }

  get #running(): ServerProcess {
    assert.ok(this.#server !== undefined);
    return this.#server;
  }

  async #start(): Promise<void> {
    const data = join(this.#folder, "data");
    mkdirSync(data, { recursive: true });
    this.#server = await ServerProcess.start({
      data,
      keepData: true,
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: name })),
      set: {
        ...this.#ports,
        rooms: [{ name: "lobby" }],
        "conferences.announce": [],
        "limits.registersPerSecond": 100,
        "limits.registerBurst": 1_000,
      },
    });
    const [sip, msrp] = [this.#server.address("tcp"), this.#server.address("tcp", 1)];
    this.#ports = {
      "listen.sip": [`tcp://127.0.0.1:${sip.port}`],
      "listen.msrp": [`tcp://127.0.0.1:${msrp.port}`],
    };
  }
}

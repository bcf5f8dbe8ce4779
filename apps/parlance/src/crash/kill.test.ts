/** What was acknowledged survives kill -9 of the server, whenever it comes: real processes, sockets and files. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { Inbox } from "../../../../tools/test/inbox.ts";
import { connectPeer, type Transport } from "../../../../tools/test/peers.ts";
import { RawUser } from "../../../../tools/test/raw-user.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import type { WireMessage } from "../../../../tools/test/wire-message.ts";

const LIVES = 30;
const DOMAIN = "im.example.com";
const NAMES = ["tcp-sender", "second-sender", "udp-sender", "present", "absent"];
const SENDERS: readonly (readonly [string, Transport])[] = [
  ["tcp-sender", "TCP"],
  ["second-sender", "TCP"],
  ["udp-sender", "UDP"],
];
/** Requests of one sender that are under way at the same time. */
const WINDOW = 8;
const MOST_ACKNOWLEDGED = 120;
const ALL_ARRIVED_MS = 20_000;
const NO_LIMITS = {
  "limits.messagesPerSecond": 1_000_000,
  "limits.messageBurst": 1_000_000,
  "limits.transactionsPerSource": 100_000,
  "limits.deferredMessagesPerUser": 1_000_000,
  "trace.bytes": 0,
};

test("thirty kills under load: every message answered 200 or 202 arrives, and a repeated one under its own name", async (t) => {
  const trial = new Trial(t);
  for (let life = 1; life <= LIVES; life += 1) await trial.live(life);
  const { acknowledged, arrived } = await trial.end();
  t.diagnostic(`${acknowledged.size} acknowledged, ${arrived.length} arrived`);
  assert.ok(acknowledged.size >= LIVES);
  const bodies = new Map<string, string>();
  for (const message of arrived) {
    const id = messageIdOf(message);
    assert.equal(bodies.get(id) ?? message.body, message.body, `two messages are called ${id}`);
    bodies.set(id, message.body);
  }
  assert.deepEqual(
    [...acknowledged].filter((id) => !bodies.has(id)),
    [],
  );
});

class Trial {
  /** By imdn.Message-ID: answered 200 or 202. */
  readonly #acknowledged = new Set<string>();
  readonly #arrived: WireMessage[] = [];
  readonly #random = numbers(20_261_121);
  #data: string | undefined;
  #server: ServerProcess | undefined;

  constructor(t: TestContext) {
    t.after(async () => {
      if (this.#server?.alive === true) await this.#server.kill();
      if (this.#data !== undefined) rmSync(this.#data, { recursive: true, force: true });
    });
  }

  /** Senders write to somebody who is there and to somebody who is not, until the server is killed. */
  async live(life: number): Promise<void> {
    const server = await this.#start();
    const present = await this.#receive(server, "present");
    const senders = await Promise.all(
      SENDERS.map(async ([name, transport]) => {
        const sender = new RawUser(await connectPeer(server, transport), accountOf(name));
        await sender.challenge();
        return { name, sender };
      }),
    );
    const killed = Promise.withResolvers<void>();
    let left = 1 + this.#random(MOST_ACKNOWLEDGED);
    const acknowledge = (id: string): void => {
      this.#acknowledged.add(id);
      left -= 1;
      if (left === 0) killed.resolve(server.kill());
    };
    const work = senders.flatMap(({ name, sender }) =>
      Array.from({ length: WINDOW }, (_, lane) =>
        keepWriting(sender, `${life}-${name}-${lane}`, acknowledge),
      ),
    );
    await killed.promise;
    for (const { sender } of senders) sender.peer.close();
    present.user.peer.close();
    await Promise.all(work);
    this.#arrived.push(...present.inbox.seen);
  }

  /** Everybody comes back, and gets what waits for him. */
  async end(): Promise<{
    readonly acknowledged: ReadonlySet<string>;
    readonly arrived: readonly WireMessage[];
  }> {
    const server = await this.#start();
    for (const name of ["present", "absent"]) {
      const { user, inbox } = await this.#receive(server, name);
      const missing = new Set([...this.#acknowledged].filter((id) => id.endsWith(name)));
      for (const message of this.#arrived) missing.delete(messageIdOf(message));
      await inbox.until((seen) => {
        for (const message of seen) missing.delete(messageIdOf(message));
        return missing.size === 0;
      }, ALL_ARRIVED_MS);
      this.#arrived.push(...inbox.seen);
      user.peer.close();
    }
    return { acknowledged: this.#acknowledged, arrived: this.#arrived };
  }

  async #receive(server: ServerProcess, name: string) {
    const user = new RawUser(await connectPeer(server, "TCP"), accountOf(name));
    const inbox = new Inbox(user);
    const answer = await user.register();
    if (answer.status !== 200) await new Promise((r) => setTimeout(r, 500));
    assert.equal(answer.status, 200, `${answer.text}${server.errors}`);
    return { user, inbox };
  }

  async #start(): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      domain: DOMAIN,
      users: NAMES.map((name) => ({ name, password: name })),
      keepData: true,
      set: NO_LIMITS,
      ...(this.#data === undefined ? {} : { data: this.#data }),
    });
    this.#data = server.data;
    this.#server = server;
    return server;
  }
}

/** One message after the other, in turn to both, until the connection or the server is gone. */
async function keepWriting(
  sender: RawUser,
  lane: string,
  acknowledge: (id: string) => void,
): Promise<void> {
  for (let count = 1; sender.peer.open; count += 1) {
    const to = count % 2 === 0 ? "present" : "absent";
    const id = `${lane}-${count}-${to}`;
    const answer = await sender
      .message(`sip:${to}@${DOMAIN}`, envelope(sender.address, to, id), [
        "Content-Type: message/cpim",
      ])
      .catch(() => undefined); // the connection has ended, and so has the loop
    if (answer === undefined) continue;
    assert.match(answer.startLine, / (?:200|202) /);
    acknowledge(id);
  }
}

function envelope(from: string, to: string, id: string): string {
  return [
    `From: <${from}>`,
    `To: <sip:${to}@${DOMAIN}>`,
    "NS: imdn <urn:ietf:params:imdn>",
    `imdn.Message-ID: ${id}`,
    "",
    "Content-Type: text/plain",
    "",
    `this is ${id}`,
  ].join("\r\n");
}

function messageIdOf({ body }: WireMessage): string {
  return /^imdn\.Message-ID: (\S+)\r$/m.exec(body)?.[1] ?? "";
}

function accountOf(name: string) {
  return { name, password: name, domain: DOMAIN };
}

/** xorshift32: the same kills for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

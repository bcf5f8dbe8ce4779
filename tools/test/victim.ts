/** A server that hostile input is thrown at, and what it makes of each piece. */
import assert from "node:assert/strict";
import { connectPeer, type Peer, type Transport } from "./peers.ts";
import { RawUser } from "./raw-user.ts";
import { type ServerOptions, ServerProcess } from "./server-process.ts";

/** A status, or what happens instead of an answer. */
export type Outcome = number | "silent" | "close";

export interface Attack {
  readonly octets: string;
  readonly transport: Transport;
  /** Whether no answer may be the answer: then an answered OPTIONS shows that none will come. */
  readonly mayBeSilent: boolean;
  /** Write it octet by octet, each in a segment of its own as far as the system lets it. */
  readonly dripping?: boolean;
}

const DOMAIN = "im.example.com";
const PASSWORDS = new Map([
  ["alice", "correct horse"],
  ["bob", "battery staple"],
  ["carol", "wonderland"],
  ["dan", "rabbit hole"],
]);
/**
 * What the corpora allow an honest request to wait behind a hostile one, and as much again on a machine
 * that is busy with other tests.
 */
const HEALTHY_MS = 2_000;

/** Everybody comes from one address here, and faster than people type. */
const ROOMY = {
  "trace.bytes": 0,
  "limits.transactionsPerSource": 100_000,
  "limits.connectionsPerSource": 10_000,
  "limits.messagesPerSecond": 100_000,
  "limits.messageBurst": 100_000,
  "limits.registersPerSecond": 100_000,
  "limits.registerBurst": 100_000,
};

export class Victim {
  readonly server: ServerProcess;
  readonly domain: string;
  readonly #control: RawUser;
  readonly #peers: Peer[] = [];

  static async start(options: Omit<ServerOptions, "users"> = {}): Promise<Victim> {
    const { domain = DOMAIN, set = {}, ...rest } = options;
    const users = [...PASSWORDS].map(([name, password]) => ({ name, password }));
    const server = await ServerProcess.start({ ...rest, domain, users, set: { ...ROOMY, ...set } });
    return new Victim(server, domain, await connectPeer(server, "TCP"));
  }

  private constructor(server: ServerProcess, domain: string, control: Peer) {
    this.server = server;
    this.domain = domain;
    this.#control = new RawUser(control, this.#account("alice"));
  }

  /** On a peer that ends with the server. */
  async user(name: string, transport: Transport): Promise<RawUser> {
    const peer = await connectPeer(this.server, transport);
    this.#peers.push(peer);
    return this.userOn(peer, name);
  }

  passwordOf(name: string): string {
    return this.#account(name).password;
  }

  /** Whoever owns the peer writes as this user. */
  userOn(peer: Peer, name: string): RawUser {
    return new RawUser(peer, this.#account(name));
  }

  /** On a peer of its own; or on one that has, for example, a nonce already. */
  async attack(attack: Attack, on?: Peer): Promise<Outcome> {
    const peer = on ?? (await connectPeer(this.server, attack.transport));
    try {
      const outcome = await this.#outcome(attack, peer);
      await this.assertWell();
      return outcome;
    } finally {
      peer.close();
    }
  }

  /** Alive, and an honest request is answered in time. */
  async assertWell(): Promise<void> {
    assert.ok(this.server.alive, this.server.errors);
    const answer = await this.#control.ask(
      { method: "OPTIONS", uri: `sip:${this.domain}` },
      HEALTHY_MS,
    );
    assert.equal(answer.status, 200);
  }

  /** Nothing in the log but printable text, and no fault of our own. */
  assertCleanLog(): void {
    const { errors } = this.server;
    // Controls, and what turns the direction of text around.
    assert.doesNotMatch(errors, /[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    const faults = errors.split("\n").filter((line) => line.includes('"level":"error"'));
    assert.deepEqual(faults, []);
  }

  async stop(): Promise<void> {
    for (const peer of [...this.#peers, this.#control.peer]) peer.close();
    await this.server.kill(); // in order it would wait for contacts that never answer
  }

  async #outcome(attack: Attack, peer: Peer): Promise<Outcome> {
    await write(attack, peer);
    const answered = peer
      .take(({ status = 0 }) => status >= 200)
      .then(
        ({ status = 0 }): Outcome => status,
        (): Outcome => (peer.open ? "silent" : "close"),
      );
    return attack.mayBeSilent ? Promise.race([answered, this.#silence()]) : answered;
  }

  /** Two round trips of somebody else: by then the octets before have been read. */
  async #silence(): Promise<Outcome> {
    await this.assertWell();
    await this.assertWell();
    return "silent";
  }

  #account(name: string) {
    return { name, password: PASSWORDS.get(name) ?? "", domain: this.domain };
  }
}

async function write({ octets, dripping }: Attack, peer: Peer): Promise<void> {
  if (dripping !== true) return peer.send(octets);
  for (const octet of octets) {
    peer.send(octet);
    await new Promise(setImmediate);
    if (!peer.open) return;
  }
}

/** Puts a header line after the start line. */
export function withHeader(octets: string, line: string): string {
  const end = octets.indexOf("\r\n");
  return `${octets.slice(0, end + 2)}${line}\r\n${octets.slice(end + 2)}`;
}

/** The answers that leave open whether the request was good: handled, or a login is wanted first. */
export const HANDLED: readonly Outcome[] = [200, 202, 401, 407, 404, 480];

/** What a scenario of the matrix stands on: a server, and bob, who keeps what he is sent. */
import assert from "node:assert/strict";
import { Inbox } from "../../../../../tools/test/inbox.ts";
import type { RawUser } from "../../../../../tools/test/raw-user.ts";
import { Victim } from "../../../../../tools/test/victim.ts";

/** Proves one row: refused, and without the forbidden effect. */
export type Scenario = (scene: Scene) => Promise<void>;

/** Rows by the name that the corpus gives them. */
export type Scenarios = ReadonlyMap<string, Scenario>;

export class Scene {
  readonly victim: Victim;
  readonly bob: RawUser;
  readonly inbox: Inbox;
  #fences = 0;

  static async open(set: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
    const victim = await Victim.start({ set });
    const bob = await victim.user("bob", "TCP");
    const inbox = new Inbox(bob);
    assert.equal((await bob.register()).status, 200);
    return new Scene(victim, bob, inbox);
  }

  private constructor(victim: Victim, bob: RawUser, inbox: Inbox) {
    this.victim = victim;
    this.bob = bob;
    this.inbox = inbox;
  }

  get domain(): string {
    return this.victim.domain;
  }

  addressOf(name: string): string {
    return `sip:${name}@${this.domain}`;
  }

  /** Neither now nor later: a good message that was sent afterwards has come, and this has not. */
  async assertNotDelivered(text: string): Promise<void> {
    this.#fences += 1;
    const fence = `fence ${this.#fences}`;
    const alice = await this.victim.user("alice", "TCP");
    assert.equal((await alice.message(this.bob.address, fence)).status, 200);
    await this.inbox.until((seen) => seen.some(({ body }) => body === fence));
    const evil = this.inbox.seen.filter((message) => message.text.includes(text));
    assert.deepEqual(evil, [], `${text} was delivered`);
  }

  /** Somebody who is away comes back, and nothing with this text has waited for him. */
  async assertNotStored(name: string, text: string): Promise<void> {
    const user = await this.victim.user(name, "TCP");
    const inbox = new Inbox(user);
    const alice = await this.victim.user("alice", "TCP");
    assert.equal((await alice.message(user.address, "kept")).status, 202);
    await user.register();
    await inbox.until((seen) => seen.some(({ body }) => body === "kept"));
    assert.ok(inbox.seen.every((message) => !message.text.includes(text)));
    await user.register(["Expires: 0"]);
  }

  stop(): Promise<void> {
    return this.victim.stop();
  }
}

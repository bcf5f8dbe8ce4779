/** What the tests of sessions share: two who talk, and what is seen on the wire. */
import type { TestContext } from "node:test";
import { parseMessage, type SipMessage, SipRequest, SipResponse } from "@parlance/sip";
import type { World, WorldClientOptions, WorldOptions } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import type { Conversation } from "../conversation/conversation.ts";
import type { ConnectOptions } from "../options.ts";
import { worldFor } from "../people.test.ts";

export interface Talking {
  readonly world: World;
  readonly alice: ImClient;
  readonly bob: ImClient;
  /** Alice's conversation with Bob, which has an open session. */
  readonly chat: Conversation;
}

export interface Wishes {
  readonly world?: WorldOptions;
  readonly alice?: WorldClientOptions;
  readonly bob?: WorldClientOptions;
}

export async function inSession(t: TestContext, wishes: Wishes = {}): Promise<Talking> {
  const world = await worldFor(t, wishes.world);
  const alice = await world.client("alice", wishes.alice);
  const bob = await world.client("bob", wishes.bob);
  const chat = alice.conversation(bob.address);
  await world.until(chat.open());
  return { world, alice, bob, chat };
}

/** INVITEs that left a client, those in a dialog included. */
export function invitesIn(world: World): number {
  return world.log.text("-> server").match(/ INVITE sip:/g)?.length ?? 0;
}

/** The SENDs that went to the server, as they were written, as far as the ladder keeps them. */
export function sentInSessions(world: World): readonly string[] {
  return world.log.octets("server").filter((text) => /^MSRP \S+ SEND/.test(text));
}

/** What a client says and hears over SIP. */
export function wire(): {
  readonly trace: NonNullable<ConnectOptions["trace"]>;
  readonly out: SipMessage[];
  readonly in: SipMessage[];
} {
  const seen = { out: [] as SipMessage[], in: [] as SipMessage[] };
  return {
    ...seen,
    trace(step) {
      if (step.protocol !== "sip") return;
      const { direction, message } = step;
      const read = message instanceof Uint8Array ? parseMessage(message) : undefined;
      const known = message instanceof Uint8Array ? (read?.ok ? read.value : undefined) : message;
      if (known !== undefined) seen[direction].push(known);
    },
  };
}

export function requests(messages: readonly SipMessage[], method: string): SipRequest[] {
  return messages.filter(
    (message): message is SipRequest => message instanceof SipRequest && message.method === method,
  );
}

export function responses(messages: readonly SipMessage[], method: string): SipResponse[] {
  return messages.filter(
    (message): message is SipResponse =>
      message instanceof SipResponse && message.cseq.method === method && message.status >= 200,
  );
}

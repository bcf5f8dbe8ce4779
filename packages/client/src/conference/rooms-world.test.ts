/** People in a chat room, in a world in memory. */
import type { TestContext } from "node:test";
import type { World, WorldClientOptions, WorldOptions } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import { textOf, worldFor } from "../people.test.ts";
import type { IncomingMessage } from "../receiving/incoming-message.ts";
import type { Room } from "./room.ts";
import type { JoinOptions } from "./rooms.ts";

export const LOBBY = "sip:lobby@parlance.test";

export interface Somebody {
  readonly client: ImClient;
  readonly room: Room;
}

export function lobbyFor(t: TestContext, server: WorldOptions["server"] = {}): Promise<World> {
  return worldFor(t, {
    server: {
      rooms: [
        {
          name: "lobby",
          displayName: "Lobby",
          subject: "Anything",
          moderators: ["alice"],
          allowAnonymity: true,
        },
      ],
      ...server,
    },
  });
}

/** All of them in the lobby, one after the other. */
export async function inLobby<const Names extends readonly string[]>(
  t: TestContext,
  names: Names,
  options: {
    readonly server?: WorldOptions["server"];
    readonly clients?: Readonly<Record<string, WorldClientOptions>>;
    readonly joins?: Readonly<Record<string, JoinOptions>>;
  } = {},
): Promise<{ readonly world: World; readonly people: { readonly [K in keyof Names]: Somebody } }> {
  const world = await lobbyFor(t, options.server);
  const people: Somebody[] = [];
  for (const name of names) {
    const client = await world.client(name, options.clients?.[name]);
    const room = await world.until(client.join(LOBBY, options.joins?.[name]));
    people.push({ client, room });
  }
  // As many as there are names, in their order.
  return { world, people: people as unknown as { readonly [K in keyof Names]: Somebody } };
}

/** How each message was for whom it has come to, and what it says; system messages left out. */
export function shownIn(messages: readonly IncomingMessage[] | undefined): readonly string[] {
  return (messages ?? [])
    .filter(({ reach }) => reach !== "system")
    .map((message) => `${message.reach} ${textOf(message)}`);
}

/** What the room has said itself. */
export function systemIn(messages: readonly IncomingMessage[]): readonly string[] {
  return messages.filter(({ reach }) => reach === "system").map(textOf);
}

/** Of those who are in. */
export function namesOf(room: Room): readonly string[] {
  return room.members.filter(({ state }) => state === "in").map(({ name }) => name);
}

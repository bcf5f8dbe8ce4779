/** What people do, so that there is something to see: messages, receipts, a session, somebody who is away, a refusal, a room. */
import type { ImClient } from "@parlance/client";
import { connect } from "@parlance/client/node";
import type { ServerProcess } from "../../tools/test/server-process.ts";

export const DOMAIN = "parlance.test";
export const USERS = ["alice", "bob", "carol", "dave"].map((name) => ({ name, password: name }));
export const SET = {
  "trace.everybody": true,
  groups: [{ name: "team", displayName: "Team", members: USERS.map(({ name }) => name) }],
  rooms: [{ name: "lobby", displayName: "Lobby", moderators: ["alice"] }],
};

export const addressOf = (name: string): string => `sip:${name}@${DOMAIN}`;

export function clientOf(server: ServerProcess, name: string): Promise<ImClient> {
  const { host, port } = server.address("tcp");
  return connect({ user: addressOf(name), password: name, server: `tcp://${host}:${port}` });
}

/** Alice writes to bob, in pager mode and in a session; then to carol, who is away, and to nobody. */
export async function talk(alice: ImClient, bob: ImClient): Promise<void> {
  bob.on("message", (message) => void message.displayed());
  await alice.send(addressOf("bob"), "Shall we meet at eight?").displayed;
  const chat = alice.conversation(addressOf("bob"));
  await chat.open();
  await chat.send("At the usual place.").displayed;
  chat.end();
  await alice.send(addressOf("carol"), "For when you are back.").reached("deferred");
  await alice.send(addressOf("nobody"), "Is anybody there?").accepted.catch(() => undefined);
}

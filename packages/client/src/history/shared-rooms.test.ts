/** What was said in a group, as another device of the user learns of it from what the server keeps. OMA IM 8.4, 13 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImClient } from "../client.ts";
import { inLobby, LOBBY } from "../conference/rooms-world.test.ts";
import { reading, textOf } from "../people.test.ts";
import type { IncomingMessage } from "../receiving/incoming-message.ts";

const KEEPS = { history: { default: true } };

function lineOf(message: IncomingMessage): string {
  const { own, reach, privateTo } = message;
  return `${own ? ">" : "<"} ${reach} ${textOf(message)} ${privateTo.join(" ")}`.trim();
}

test("a private message is one on the other device of whoever has written it, and of whoever got it, with whom it was for", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"], { server: KEEPS });
  const [alice, bob, carol] = people;
  const heard = reading(bob.client);
  await world.until(alice.room.send("to all").delivered);
  const both = [bob.client.address, carol.client.address];
  await world.until(alice.room.whisper(both, "to two").delivered);
  await world.until(bob.room.whisper(alice.client.address, "to one").delivered);
  await world.run(1_000);
  assert.deepEqual(heard.filter(({ reach }) => reach === "private").map(lineOf), [
    `< private to two ${both.join(" ")}`,
  ]);

  const tablet = { device: "tablet", shareHistory: true, sessions: { mode: "never" } } as const;
  const expected = {
    alice: [
      "> all to all",
      `> private to two ${both.join(" ")}`,
      `< private to one ${alice.client.address}`,
    ],
    bob: [
      "< all to all",
      `< private to two ${both.join(" ")}`,
      `> private to one ${alice.client.address}`,
    ],
    carol: ["< all to all", `< private to two ${both.join(" ")}`],
  };
  for (const [name, lines] of Object.entries(expected)) {
    const device = await world.client(name, tablet);
    await world.run(2_000);
    const found: string[] = [];
    for await (const page of device.conversation(LOBBY).history()) {
      for (const entry of page)
        if (entry.direction === "received") found.push(lineOf(entry.message));
      if (page.length < 50) break;
    }
    assert.deepEqual(found.toReversed(), lines, name);
    const { conversations } = await world.until(device.history.conversations());
    const [{ newest } = assert.fail()] = conversations;
    assert.equal(newest.reach, "private");
    await world.until(device.close());
  }
});

test("what is said in a group has no subject of its own where the session has one", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"], { server: KEEPS });
  const [alice, bob] = people;
  await world.until(alice.room.send("plain").delivered);
  await world.until(alice.room.send("with one", { subject: "Soup" }).delivered);
  await world.run(1_000);
  const { messages } = await world.until(bob.client.history.messages({ with: LOBBY }));
  assert.deepEqual(
    messages.map(({ text, subject }) => [text, subject]),
    [
      ["plain", undefined],
      ["with one", "Soup"],
    ],
  );
});

test("a group goes by its name, one made for once by its subject, and one that is over says so; what one may not come into keeps its name to itself", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"], {
    server: { ...KEEPS, groups: [{ name: "team", displayName: "Team", members: ["alice"] }] },
  });
  const [alice, bob] = people;
  await world.until(bob.room.send("here").delivered);
  bob.client.send("sip:team@parlance.test", "let me in");
  alice.client.send("sip:team@parlance.test", "a word");
  bob.client.send(alice.client.address, "you there?");
  bob.client.on("invitation", (invitation) => void invitation.accept());
  const group = await world.until(
    alice.client.createGroup([bob.client.address], { subject: "Lunch" }),
  );
  await world.until(group.send("soup?").delivered);
  await world.run(1_000);
  const told = async (client: ImClient) => {
    const { conversations } = await world.until(client.history.conversations());
    return conversations.map(({ kind, name, ended }) => `${kind} ${name} ${ended}`).toSorted();
  };
  assert.deepEqual(await told(alice.client), [
    "group Lunch false",
    "group Team false",
    "room Lobby false",
    "user undefined false",
  ]);
  const bobs = await told(bob.client);
  assert.ok(bobs.includes("group Lunch false") && !bobs.some((line) => line.includes("Team")));
  await world.until(group.end());
  await world.run(2_000);
  assert.ok((await told(bob.client)).includes("group Lunch true"));
});

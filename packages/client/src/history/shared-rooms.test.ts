/** What was said in a group, as another device of the user learns of it from what the server keeps. OMA IM 8.4, 13 */
import assert from "node:assert/strict";
import { test } from "node:test";
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

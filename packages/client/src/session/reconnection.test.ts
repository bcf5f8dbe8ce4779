/** Sessions over connections that break, fall silent and come back. RFC 4975 §5.4, OMA IM 5.8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reading, textOf } from "../people.test.ts";
import type { SentMessage } from "../sending/sent-message.ts";
import { inSession, invitesIn } from "./sessions.test.ts";

/** Says so many things, one every 50 ms. */
async function saying(
  { chat, world }: Pick<Awaited<ReturnType<typeof inSession>>, "chat" | "world">,
  count: number,
  at: ReadonlyMap<number, () => void>,
): Promise<SentMessage[]> {
  const sent: SentMessage[] = [];
  for (let number = 0; number < count; number += 1) {
    at.get(number)?.();
    sent.push(chat.send(String(number)));
    await world.run(50);
  }
  return sent;
}

const NUMBERS = Array.from({ length: 40 }, (_, number) => String(number));

function textsOf(shown: ReturnType<typeof reading>): string[] {
  return shown.map(textOf);
}

for (const who of ["alice", "bob"] as const) {
  test(`the MSRP connection of ${who} is cut: a new path, the same session, nothing lost, nothing twice`, async (t) => {
    const talking = await inSession(t);
    const { world, bob, chat } = talking;
    const shown = reading(bob);
    const cuts = new Map([5, 12, 25].map((at) => [at, () => world.link(who).cut("msrp")]));
    const sent = await saying(talking, NUMBERS.length, cuts);
    await world.until(Promise.all(sent.map(({ delivered }) => delivered)));
    assert.deepEqual(textsOf(shown), NUMBERS);
    assert.equal(invitesIn(world), 1); // all others are UPDATEs
    assert.equal(chat.session, "open");
    assert.match(world.log.text("UPDATE sip:"), new RegExp(`${who} -> server .*UPDATE`));
  });

  test(`all connections of ${who} are cut: the session comes back with the registration`, async (t) => {
    const talking = await inSession(t);
    const { world, alice, bob, chat } = talking;
    const shown = reading(bob);
    const states: string[] = [];
    (who === "alice" ? alice : bob).on("session", ({ state }) => states.push(state));
    const sent = await saying(
      talking,
      NUMBERS.length,
      new Map([[10, () => world.link(who).cut()]]),
    );
    await world.until(Promise.all(sent.map(({ delivered }) => delivered)));
    assert.deepEqual(textsOf(shown), NUMBERS);
    await world.run(5_000);
    assert.deepEqual(states, ["reconnecting", "open"]);
    // The other side reaches it where it is now.
    await world.until(chat.modify({ maxBytes: 1_000_000 }));
    await world.until(bob.conversation(alice.address).modify({ maxBytes: 1_000_000 }));
  });

  test(`${who} is cut off for a while: what waits is not lost, in whatever way it arrives`, async (t) => {
    const talking = await inSession(t);
    const { world, bob } = talking;
    const shown = reading(bob);
    const silences = new Map([
      [10, () => world.link(who).silence()],
      [30, () => world.link(who).restore()],
    ]);
    const sent = await saying(talking, NUMBERS.length, silences);
    await world.until(Promise.all(sent.map(({ delivered }) => delivered)), 600_000);
    assert.deepEqual(textsOf(shown), NUMBERS);
  });
}

test("a session whose connection does not come back ends, and messages go on by pager mode", async (t) => {
  const { world, alice, bob, chat } = await inSession(t);
  const shown = reading(bob);
  world.link("bob").cut("msrp");
  const sent = chat.send("by some way");
  while (chat.session !== "none") {
    await world.run(9); // not enough for anything to come through
    world.link("bob").cut("msrp");
  }
  await world.until(sent.delivered);
  assert.deepEqual(textsOf(shown), ["by some way"]);
  assert.equal(alice.connection.state, "online");
  assert.match(world.log.text("by some way"), /MESSAGE/);
});

test("a server that crashes forgets all sessions; what was under way arrives all the same, once", async (t) => {
  const talking = await inSession(t);
  const { world, bob, alice } = talking;
  const shown = reading(bob);
  const before = await saying(talking, 5, new Map());
  const during = talking.chat.send("in between");
  world.crashServer();
  await world.run(2_000);
  await world.restartServer();
  await world.until(Promise.all([...before, during].map(({ delivered }) => delivered)), 300_000);
  assert.deepEqual(textsOf(shown), ["0", "1", "2", "3", "4", "in between"]);
  await world.until(() => alice.connection.state === "online" && bob.connection.state === "online");
  await world.until(talking.chat.open(), 200_000);
  await world.until(talking.chat.send("again").delivered);
});

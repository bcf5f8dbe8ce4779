/** Messages in pager mode, and those that are too large for it. OMA IM 8, 9, 12 */
import { MemoryStore } from "@parlance/client";
import type { Scenario } from "../scenario.ts";
import { expect } from "../words.ts";

export const pager: readonly Scenario[] = [
  {
    ids: ["IM-8.1.1-P1", "IM-8.1.1-05"],
    title: "a message to one user arrives once, and its sender hears that it has",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice", PAGER), await stage.person("bob", PAGER)];
      const text = stage.words("hello");
      const sent = alice.im.send(bob.address, text, { receipts: ["delivered", "displayed"] });
      const message = await bob.hears(text);
      expect(message.from === alice.address, `it came from ${message.from}`);
      await sent.delivered;
      await message.displayed();
      await sent.reached("displayed");
      expect(bob.count(text) === 1, "it came more than once");
    },
  },
  {
    ids: ["IM-8.1.1-06a", "IM-8.1.1-06b"],
    title: "a message to several users arrives with each of them",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice", PAGER), await stage.person("bob", PAGER)];
      const carol = await stage.person("carol", PAGER);
      const text = stage.words("to both");
      const sent = alice.im.send([bob.address, carol.address], text);
      await bob.hears(text);
      await carol.hears(text);
      await sent.delivered;
    },
  },
  {
    ids: ["IM-8.1.1-07a"],
    title: "a message to a group arrives with its members",
    needs: ["group"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice", PAGER), await stage.person("bob", PAGER)];
      const carol = await stage.person("carol", PAGER);
      const text = stage.words("to the group");
      const sent = alice.im.send(stage.at("group"), text);
      const message = await bob.hears(text);
      await carol.hears(text);
      expect(message.conversation === stage.at("group"), `it belongs to ${message.conversation}`);
      await sent.accepted;
    },
  },
  {
    ids: ["IM-8.1.1-04"],
    title: "who hides is not named",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice", PAGER), await stage.person("bob", PAGER)];
      const text = stage.words("guess who");
      alice.im.send(bob.address, text, { anonymous: true });
      const message = await bob.hears(text);
      expect(message.anonymous, `it came from ${message.from}`);
      const told = stage.exchange.filter(
        ({ who, direction }) => who === "bob" && direction === "in",
      );
      const named = told.find(
        (step) => step.text.includes(text) && step.text.includes(alice.address),
      );
      expect(named === undefined, "his address stands in what the other side got");
    },
  },
  {
    ids: ["IM-8.1-03"],
    title: "a text too large for pager mode arrives whole",
    needs: [],
    async run(stage) {
      const strict = { ...PAGER, connectionOriented: false };
      const [alice, bob] = [await stage.person("alice", strict), await stage.person("bob", strict)];
      const text = stage.words("large ".repeat(8_000));
      const sent = alice.im.send(bob.address, text);
      await bob.hears(text);
      await sent.delivered;
    },
  },
  {
    ids: [],
    title: "what waits for somebody comes when he does, in its order",
    needs: [],
    async run(stage) {
      const store = new MemoryStore();
      const gone = await stage.person("bob", { store });
      await gone.im.close();
      const alice = await stage.person("alice", PAGER);
      const texts = ["one", "two", "three"].map((text) => stage.words(text));
      for (const text of texts) await alice.im.send(gone.address, text).reached("deferred");
      const bob = await stage.person("bob", { store });
      for (const text of texts) await bob.hears(text);
      expect(bob.order(texts).join() === texts.join(), `they came as ${bob.order(texts).join()}`);
    },
  },
];

const PAGER = { sessions: { mode: "never" } } as const;

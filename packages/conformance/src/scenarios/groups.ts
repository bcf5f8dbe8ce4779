/** Groups: made for once, with members, and chat rooms. OMA IM 7.1, 7.2 */
import { MemoryStore } from "@parlance/client";
import { codeOf, isFull, isLeft, roomIs } from "../person.ts";
import type { Scenario } from "../scenario.ts";
import { expect, NotSupported } from "../words.ts";

export const groups: readonly Scenario[] = [
  {
    ids: ["IMSpec-SMM-C-002"],
    title: "a group is made of those who come, and all hear each other",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const carol = await stage.person("carol");
      const making = alice.im.createGroup([bob.address, carol.address], { subject: "Lunch" });
      await Promise.all([bob.comes(), carol.comes()]);
      const group = await making;
      await isFull(group, 3);
      const text = stage.words("hungry?");
      await group.send(text).delivered;
      await Promise.all([bob.hears(text), carol.hears(text)]);
    },
  },
  {
    ids: ["IMSpec-SMM-C-003"],
    title: "a group with members calls them",
    needs: ["group"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const joining = alice.im.join(stage.at("group"));
      const room = await bob.comes();
      expect(room.address === stage.at("group"), `he is in ${room.address}`);
      const group = await joining;
      const text = stage.words("hello, members");
      await group.send(text).accepted;
      await bob.hears(text);
    },
  },
  {
    ids: ["IMSpec-SMM-C-004"],
    title: "a chat room is joined, and all in it hear what is said",
    needs: ["room"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const room = await alice.im.join(stage.at("room"));
      await bob.im.join(stage.at("room"));
      const text = stage.words("hello, room");
      await room.send(text).accepted;
      await bob.hears(text);
    },
  },
  {
    ids: ["IMSpec-SMM-C-007"],
    title: "others are brought into a group that runs",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const carol = await stage.person("carol");
      const making = alice.im.createGroup([bob.address]);
      await bob.comes();
      const group = await making;
      const coming = carol.comes();
      await group.invite(carol.address);
      await coming;
      await isFull(group, 3);
      const text = stage.words("now three");
      await group.send(text).delivered;
      await carol.hears(text);
    },
  },
  {
    ids: ["IMSpec-SMM-C-008"],
    title: "a session of two becomes a group, and the one that was gives way",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const carol = await stage.person("carol");
      const chat = alice.im.conversation(bob.address);
      await chat.open();
      const before = stage.words("only the two of us");
      await bob.im.conversation(alice.address).send(before).delivered; // he is in it, too
      await alice.hears(before);
      const making = chat.extend([carol.address], { subject: "Three" });
      await Promise.all([bob.isBrought(), carol.comes()]);
      const group = await making;
      await isFull(group, 3);
      const text = stage.words("to all three");
      await group.send(text).delivered;
      await Promise.all([bob.hears(text), carol.hears(text)]);
    },
  },
  {
    ids: ["IMSpec-SMM-C-009"],
    title: "who made a group sends somebody away, and he is told",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const carol = await stage.person("carol");
      const making = alice.im.createGroup([bob.address, carol.address]);
      const [there] = await Promise.all([bob.comes(), carol.comes()]);
      const group = await making;
      await isFull(group, 3);
      await group.expel(bob.address);
      await isLeft(there);
      await isFull(group, 2);
      expect(there.ending?.why === "expelled", `it ended as ${there.ending?.why}`);
    },
  },
  {
    ids: ["IMSpec-SMM-C-010"],
    title: "who watches a group sees who is there, who comes and who leaves",
    needs: ["room"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const room = await alice.im.join(stage.at("room"));
      await roomIs(room, () => room.me !== undefined);
      const isThere = (): boolean => room.members.some(({ entity }) => entity === bob.address);
      const there = await bob.im.join(stage.at("room"));
      await roomIs(room, isThere);
      there.leave();
      await roomIs(room, () => !isThere());
    },
  },
  {
    ids: ["IMSpec-SMM-C-015"],
    title: "who comes back into a group is who he was, and has missed nothing",
    needs: ["room"],
    async run(stage) {
      const store = new MemoryStore();
      const alice = await stage.person("alice");
      const bob = await stage.person("bob", { store });
      const room = await alice.im.join(stage.at("room"));
      await bob.im.join(stage.at("room"));
      await roomIs(room, () => room.members.some(({ entity }) => entity === bob.address));
      await bob.im.close(); // as a program that ends, and not as one who leaves
      const text = stage.words("while you were away");
      await room.send(text).accepted;
      const again = await stage.person("bob", { store });
      const [there] = again.im.rooms;
      expect(there !== undefined, "he is in no room any more");
      await there.inside;
      await again.hears(text);
      expect(again.count(text) === 1, "it came more than once");
    },
  },
  {
    ids: ["IMSpec-MSRP-S-001"],
    title: "a name is given once, and all see it",
    needs: ["room"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const [room, there] = [
        await alice.im.join(stage.at("room")),
        await bob.im.join(stage.at("room")),
      ];
      const name = stage.words("Owl");
      await room.setNickname(name);
      await roomIs(there, () => there.members.some(({ nickname }) => nickname === name));
      const second = await codeOf(there.setNickname(name));
      if (second === "not supported") throw new NotSupported("the room has no nicknames");
      expect(second === "name taken", `the same name for another: ${second ?? "granted"}`);
      await room.setNickname(undefined);
    },
  },
  {
    ids: ["IMSpec-MSRP-S-002"],
    title: "a private message reaches whom it is for, and nobody else",
    needs: ["room"],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const carol = await stage.person("carol");
      const room = await alice.im.join(stage.at("room"));
      await bob.im.join(stage.at("room"));
      await carol.im.join(stage.at("room"));
      await roomIs(room, () => room.members.some(({ entity }) => entity === bob.address));
      const [secret, open] = [stage.words("for you alone"), stage.words("for all")];
      await room.whisper(bob.address, secret).accepted;
      const message = await bob.hears(secret);
      expect(message.reach === "private", `it is shown as ${message.reach}`);
      await room.send(open).accepted;
      await carol.hears(open);
      expect(carol.count(secret) === 0, "somebody else has got it");
    },
  },
  {
    ids: ["IMSpec-MSRP-S-003"],
    title: "a word of the group itself is known as such",
    needs: ["room"],
    async run(stage) {
      const alice = await stage.person("alice");
      await alice.im.join(stage.at("room"));
      const message = await alice.hearsOfGroup();
      expect(message.conversation === stage.at("room"), `it belongs to ${message.conversation}`);
    },
  },
];

/** Sessions of two. OMA IM 7.1, 9, 10 */
import { codeOf } from "../person.ts";
import type { Scenario } from "../scenario.ts";
import { Stop } from "../stop.ts";
import { expect } from "../words.ts";

export const sessions: readonly Scenario[] = [
  {
    ids: ["IMSpec-SMM-C-001"],
    title: "a session of two opens, and both are heard in it",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      await alice.im.conversation(bob.address).open();
      const [ask, answer] = [stage.words("in a session"), stage.words("so am I")];
      const sent = alice.im.conversation(bob.address).send(ask);
      await bob.hears(ask);
      await sent.delivered;
      await bob.im.conversation(alice.address).send(answer).delivered;
      await alice.hears(answer);
      const said = stage.exchange.find(
        ({ protocol, text }) => protocol === "msrp" && text.includes(ask),
      );
      expect(said !== undefined, "it did not go over MSRP");
    },
  },
  {
    ids: ["IMSpec-SMM-C-011"],
    title: "who leaves a session of two ends it for both",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const chat = alice.im.conversation(bob.address);
      await chat.open();
      const { promise, resolve } = Promise.withResolvers<void>();
      bob.im.on("session", ({ state }) => {
        if (state === "none") resolve();
      });
      chat.end();
      await promise;
    },
  },
  {
    ids: ["IMSpec-SMM-C-012"],
    title: "an invitation that is taken back rings no more",
    needs: [],
    async run(stage) {
      const alice = await stage.person("alice");
      const bob = await stage.person("bob", { sessions: { incoming: "ask" } });
      const rings = Promise.withResolvers<void>();
      const settled = Promise.withResolvers<string>();
      bob.im.on("invitation", (asked) => {
        rings.resolve();
        asked.settled.then(settled.resolve, settled.reject);
      });
      const stop = new Stop();
      const opening = codeOf(alice.im.conversation(bob.address).open({ signal: stop }));
      await Promise.race([rings.promise, opening]);
      stop.abort();
      expect((await opening) === "aborted", "the attempt did not end as given up");
      expect((await settled.promise) === "withdrawn", "the other side was not told");
    },
  },
  {
    ids: ["IMSpec-SMM-C-013"],
    title: "who is written to sees it",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      await alice.im.conversation(bob.address).open();
      const { promise, resolve } = Promise.withResolvers<void>();
      bob.im.on("composing", ({ from, active }) => {
        if (active && from === alice.address) resolve();
      });
      alice.im.conversation(bob.address).composing();
      await promise;
    },
  },
  {
    ids: ["IMSpec-SMM-C-014"],
    title: "a session is changed while it runs, and goes on",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const chat = alice.im.conversation(bob.address);
      await chat.open();
      await chat.modify({ maxBytes: 50_000 });
      const text = stage.words("after the change");
      await chat.send(text).delivered;
      await bob.hears(text);
    },
  },
  {
    ids: [],
    title: "a file goes over a session, octet for octet",
    needs: [],
    async run(stage) {
      const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
      const octets = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
      const how = { name: "octets.bin", via: "session" } as const;
      const sent = alice.im.conversation(bob.address).sendFile(octets, how);
      const file = await bob.offered();
      let place = 0;
      for await (const piece of file.accept()) {
        const whole = piece.every((octet, at) => octet === octets[place + at]);
        expect(whole, `it differs behind octet ${place}`);
        place += piece.length;
      }
      expect(place === octets.length, `${place} octets came`);
      await sent.delivered;
    },
  },
];

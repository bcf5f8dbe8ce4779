/** Commits, returns and messages in any order: nobody misses anything, and nothing comes out of its order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { memoryStores } from "../../store/index.ts";
import { settled } from "../../testing/clock.ts";
import { type Person, RoomWorld } from "../../testing/room-world.ts";

type Step =
  | { readonly do: "say"; readonly privately: boolean }
  | { readonly do: "leave" | "return" | "lose" | "reconnect" }
  | { readonly do: "wait"; readonly turns: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("say" as const), privately: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("leave", "return", "lose", "reconnect") }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), turns: fc.nat({ max: 30 }) }),
  },
);

/** A disk that takes its time, differently each time. */
function slowDisk(times: readonly number[]) {
  let at = 0;
  return {
    async commit(): Promise<void> {
      at += 1;
      await turns(times[at % times.length] ?? 0);
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

/** Each message once, in the order in which it came first. */
function textsOf(devices: readonly Person[]): readonly string[] {
  const heard = devices.flatMap((one) => one.heard);
  const byId = new Map(heard.toReversed().map(({ id, cpim }) => [id, cpim]));
  const ids = [...new Set(heard.map(({ id }) => id))];
  return ids.map((id) => String.fromCharCode(...(byId.get(id)?.content ?? [])));
}

test("who comes and goes while messages are on their way to the disk misses none, and gets them in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 50, size: "max" }),
      fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 8 }),
      async (steps, times) => {
        const world = new RoomWorld({
          rules: { log: { messages: 1_000, seconds: 1_000 } },
          limits: { pageMessages: 3 },
          stores: memoryStores({ disk: slowDisk(times) }),
        });
        const [alice, carol] = [await world.join("alice"), await world.join("carol")];
        const devices = [await world.join("bob")];
        let here: "yes" | "lost" | "no" = "yes";
        const forBob: string[] = [];
        const forCarol: string[] = [];
        const last = () => devices.at(-1) ?? assert.fail();
        const comeBack = async (): Promise<void> => {
          if (here === "no") devices.push(await world.attach(last().member));
          if (here === "lost") {
            last().device.connect(world.hub.taken.bind(world.hub)).greet(last().leg.leg.uri);
          }
          here = "yes";
        };
        for (const [at, one] of steps.entries()) {
          if (one.do === "say") {
            const text = `${at}`;
            const to = one.privately ? { to: ["sip:carol@example.com"] } : {};
            alice.device.say(alice.leg.leg.uri, alice.envelope(text, to), { type: "message/cpim" });
            forCarol.push(text);
            if (!one.privately) forBob.push(text);
          } else if (one.do === "wait") {
            await turns(one.turns);
          } else if (one.do === "leave" && here !== "no") {
            last().leg.detach();
            here = "no";
          } else if (one.do === "lose" && here === "yes") {
            last().device.end.cut();
            here = "lost";
          } else if (one.do === (here === "lost" ? "reconnect" : "return")) {
            await comeBack();
          }
        }
        await comeBack();
        await settled();
        await settled();
        await world.clock.pass(10);
        assert.deepEqual(textsOf([carol]), forCarol);
        assert.deepEqual(textsOf(devices), forBob);
        assert.deepEqual(world.failures, []);
      },
    ),
    { seed: 4711, numRuns: 150 },
  );
});

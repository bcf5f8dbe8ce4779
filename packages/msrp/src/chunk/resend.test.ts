/** Messages over connections that are lost at any moment arrive octet for octet, and once. RFC 4975 §5.4, §7.3.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Wheel } from "@parlance/wire";
import * as fc from "fast-check";
import { SeededRandom } from "../../../testkit/src/machine/seeded-random.ts";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import {
  isAnswered,
  type MsrpRequest,
  MsrpResponse,
  MsrpWriter,
  parseMsrp,
  pathLines,
  MsrpRequest as Request,
} from "../frame/index.ts";
import {
  bytesSource,
  ChunkReceiver,
  ChunkSender,
  gather,
  receiveLimits,
  sendLimits,
  streamSource,
} from "./index.ts";

const paths = pathLines("msrp://a.test:2855/to1;tcp", "msrp://b.test:7000/from1;tcp");
const writer = new MsrpWriter();

/** Who begins at the start each time would never end if it went on. */
const MOST_LOSSES = 12;

interface Plan {
  readonly seed: number;
  readonly sizes: readonly number[];
  readonly chunkBytes: number;
  readonly kind: "bytes" | "stream" | "stream of unknown size";
  /** How often in a hundred frames the connection is lost. */
  readonly losses: number;
  /** Whether frames of one connection may overtake one another, as they may over relays. */
  readonly shuffled: boolean;
  readonly from: "confirmed" | "start";
}

/** Plays a plan to its end; gives what arrived, in the order of arrival. */
async function play(plan: Plan): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const random = new SeededRandom(plan.seed);
  const clock = new VirtualClock();
  const wheel = new Wheel(clock);
  const arrived = new Map<string, Uint8Array[]>();
  const life = new Map<string, string>();
  let onTheWay: MsrpRequest[] = [];
  let answers: MsrpResponse[] = [];
  let losses = 0;

  const sender = new ChunkSender(
    { writer, random, wheel, wake: () => {} },
    { ...sendLimits, chunkBytes: plan.chunkBytes, windowBytes: 8 * plan.chunkBytes },
  );
  const receiver = new ChunkReceiver(
    {
      wheel,
      accept: (head) =>
        gather(head, receiveLimits.messageBytes, (whole) => {
          arrived.set(head.messageId, [...(arrived.get(head.messageId) ?? []), whole.slice()]);
          return random.chance(0.5) ? 200 : Promise.resolve(200);
        }),
      respond: ({ transactionId }, status) => {
        const parsed = parseMsrp(writer.plainResponse(transactionId, status, paths));
        assert.ok(parsed.ok && parsed.value instanceof MsrpResponse);
        answers.push(parsed.value);
      },
      report: () => {},
      hold: () => {},
      letGo: () => {},
    },
    receiveLimits,
  );
  plan.sizes.forEach((size, index) => {
    const name = `m${index}`;
    const source = sourceOf(content(index, size), plan.kind, random.fork());
    sender.send(
      { messageId: name, contentType: "text/plain", content: source },
      { accepted: () => life.set(name, "accepted"), failed: ({ why }) => life.set(name, why) },
    );
  });
  for (let turn = 0; turn < 20_000 && life.size < plan.sizes.length; turn += 1) {
    await clock.settle();
    for (let frame = sender.next(paths); frame !== undefined; frame = sender.next(paths)) {
      const parsed = parseMsrp(frame);
      assert.ok(parsed.ok && parsed.value instanceof Request);
      onTheWay.push(parsed.value);
      if (onTheWay.length > 20) break;
    }
    if (losses < MOST_LOSSES && random.between(1, 100) <= plan.losses) {
      losses += 1;
      // Some of what was written still arrives, none of its answers.
      for (const frame of onTheWay.slice(0, random.between(0, onTheWay.length)))
        receiver.take(frame);
      await clock.settle();
      onTheWay = [];
      answers = [];
      sender.lost(plan.from);
      continue;
    }
    const at = plan.shuffled ? random.between(0, Math.max(0, Math.min(3, onTheWay.length) - 1)) : 0;
    for (const frame of onTheWay.splice(at, 1)) {
      receiver.take(frame);
      await clock.settle();
      assert.ok(isAnswered(frame, 200));
    }
    for (const answer of answers.splice(0, random.between(0, 4))) sender.answered(answer);
  }
  assert.deepEqual([...new Set(life.values())], ["accepted"]);
  assert.equal(receiver.openMessages, 0);
  return arrived;
}

function content(index: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + index * 7 + (at >> 8)) & 255);
}

function sourceOf(bytes: Uint8Array, kind: Plan["kind"], random: SeededRandom) {
  if (kind === "bytes") return bytesSource(bytes);
  return streamSource(cut(bytes, random), kind === "stream" ? bytes.length : undefined);
}

async function* cut(bytes: Uint8Array, random: SeededRandom): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = random.between(0, 300);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const plan = fc.record(
  {
    seed: fc.integer(),
    sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 4000 })), {
      minLength: 1,
      maxLength: 5,
    }),
    chunkBytes: fc.integer({ min: 1, max: 700 }).map((bytes) => Math.max(bytes, 40)),
    kind: fc.constantFrom("bytes", "stream", "stream of unknown size"),
    losses: fc.integer({ min: 0, max: 20 }),
    shuffled: fc.boolean(),
    from: fc.constantFrom("confirmed", "start"),
  },
  { noNullPrototype: true },
);

test("whatever is lost, cut, shuffled or comes again, each message arrives octet for octet and once", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (each) => {
      // What cannot be read twice is resumed where it was confirmed.
      const of: Plan = each.kind === "bytes" ? each : { ...each, from: "confirmed" };
      const arrived = await play(of);
      of.sizes.forEach((size, index) => {
        assert.deepEqual(arrived.get(`m${index}`), [content(index, size)]);
      });
    }),
    { numRuns: 100 },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  type PublisherInput,
  publisherDeadline,
  startPublishing,
  stepPublisher,
} from "./publisher.ts";

const NOW = 1_764_000_000_000;
const seconds = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined });
const input: fc.Arbitrary<PublisherInput> = fc.oneof(
  fc.constantFrom<PublisherInput>(
    { kind: "content changed" },
    { kind: "lost" },
    { kind: "leave" },
    { kind: "time" },
  ),
  fc.record({
    kind: fc.constant("answered" as const),
    status: fc.constantFrom(100, 200, 403, 412, 423, 500, 503),
    etag: fc.constantFrom("e1", "e2"),
    expiresS: seconds,
    minExpiresS: seconds,
    retryAfterS: seconds,
  }),
);

test("whatever happens, one PUBLISH at a time is on its way and no deadline stands still", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, fc.nat({ max: 900_000 })), { maxLength: 30 }),
      (script) => {
        let now = NOW;
        let { publishing } = startPublishing(600);
        for (const [next, waitMs] of script) {
          now += waitMs;
          const underWay = publishing.underWay !== undefined;
          const settles = next.kind === "lost" || (next.kind === "answered" && next.status >= 200);
          const step = stepPublisher(publishing, next, now);
          if (underWay && !settles) assert.equal(step.publish, undefined);
          ({ publishing } = step);
          for (let served = 0; (publisherDeadline(publishing) ?? Infinity) <= now; served += 1) {
            if (publishing.underWay !== undefined) break; // its answer or loss comes first
            assert.ok(served < 2);
            ({ publishing } = stepPublisher(publishing, { kind: "time" }, now));
          }
        }
      },
    ),
  );
});

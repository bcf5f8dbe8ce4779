/** Alice and Bob negotiate messages: both end up with the same session. RFC 3264, RFC 4975 §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText } from "@parlance/wire";
import * as fc from "fast-check";
import {
  type AgreedMedia,
  formatSdp,
  type LocalMedia,
  makeAnswer,
  makeOffer,
  type Outcome,
  readAnswer,
  readOffer,
} from "./index.ts";
import { ALICE, ALICES, agreed, BOB, BOBS, sent } from "./parties.test.ts";

test("the offer of the service is written as its profile has it", () => {
  assert.equal(
    octetText(formatSdp(makeOffer(ALICE, [ALICES]))),
    [
      "v=0",
      "o=alice 2890844526 1 IN IP4 192.0.2.10",
      "s=-",
      "c=IN IP4 192.0.2.10",
      "t=0 0",
      "m=message 7654 TCP/MSRP *",
      "a=path:msrp://192.0.2.10:7654/jshA7weTQ3;tcp",
      "a=accept-types:message/cpim text/plain application/im-iscomposing+xml",
      "a=accept-wrapped-types:*",
      "a=max-size:1048576",
      "a=setup:actpass",
      "a=msrp-cema",
      "a=sendrecv",
      "",
    ].join("\r\n"),
  );
});

test("offer, answer and reading it give both sides the same session", () => {
  const offer = makeOffer(ALICE, [ALICES]);
  const answer = makeAnswer(readOffer(sent(offer)), BOB, [BOBS]);
  const bobs = agreed(answer.outcomes[0]);
  const read = readAnswer(offer, sent(answer.sdp));
  assert.ok(read.ok);
  const alices = agreed(read.value[0]);
  assert.deepEqual([alices.role, bobs.role], ["active", "passive"]);
  assert.deepEqual([alices.local, alices.remote], [bobs.remote, bobs.local]);
  assert.deepEqual(alices.remote.acceptTypes, ["message/cpim", "text/plain"]);
  assert.deepEqual(alices.connectTo, {
    secure: false,
    host: "2001:db8::1",
    port: 2855,
    transport: "tcp",
  });
  assert.deepEqual(alices.remote.chatroom, ["nickname", "private-messages"]);
});

test("whatever both sides bring, they agree or refuse alike", () => {
  const types = fc.uniqueArray(
    fc.constantFrom("*", "text/*", "text/plain", "message/cpim", "a/b"),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  const local = fc
    .record(
      {
        secure: fc.boolean(),
        relays: fc.nat(1),
        transport: fc.constantFrom("tcp", "tcp", "ws"),
        acceptTypes: types,
        acceptWrappedTypes: types,
        direction: fc.constantFrom("sendrecv", "sendonly", "recvonly", "inactive"),
        setup: fc.constantFrom("active", "passive", "actpass"),
        cema: fc.boolean(),
        host: fc.constantFrom("192.0.2.7", "2001:db8::7", "x.example"),
      },
      { noNullPrototype: true },
    )
    .map(({ secure, relays, transport, ...rest }): LocalMedia => {
      const scheme = secure ? "msrps" : "msrp";
      const path = [`${scheme}://192.0.2.7:9/s;${transport}`];
      if (relays > 0) path.unshift(`${scheme}://relay.example:2855/r;tcp`);
      return { ...rest, path };
    });
  fc.assert(
    fc.property(fc.array(local, { minLength: 1, maxLength: 3 }), local, (ours, theirs) => {
      const offer = makeOffer(ALICE, ours);
      const answer = makeAnswer(
        readOffer(sent(offer)),
        BOB,
        ours.map(() => theirs),
      );
      const read = readAnswer(offer, sent(answer.sdp));
      assert.ok(read.ok);
      for (const [place, outcome] of answer.outcomes.entries()) {
        const other: Outcome | undefined = read.value[place];
        assert.equal(other?.kind, outcome.kind);
        if (outcome.kind !== "agreed") continue;
        const here = outcome.media;
        const there: AgreedMedia = agreed(other);
        assert.deepEqual([here.local, here.remote], [there.remote, there.local]);
        assert.notEqual(here.role, there.role);
        assert.deepEqual([here.sends, here.receives], [there.receives, there.sends]);
        assert.equal(here.cema, there.cema);
      }
    }),
    { seed: 4711, numRuns: 500 },
  );
});

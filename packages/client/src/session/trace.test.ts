/** What a client lets its user see of the wire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8TextLossy } from "@parlance/wire";
import { codeOf } from "../people.test.ts";
import type { Traced } from "../trace.ts";
import { inSession } from "./sessions.test.ts";

function starts(seen: readonly Traced[]): string[] {
  return seen.flatMap((step) => {
    if (step.protocol !== "msrp") return [];
    const [, , what = ""] = utf8TextLossy(step.frame.bytes).split(/[ \r]/, 3);
    return [`${step.direction} ${what} ${step.connection.transport}`];
  });
}

for (const transport of ["tcp", "ws"] as const) {
  test(`${transport}: frames of MSRP stand in the trace beside the messages of SIP, in the order in which they went`, async (t) => {
    const seen: Traced[] = [];
    const { world, bob, chat } = await inSession(t, {
      alice: { transport, trace: (step) => seen.push(step) },
    });
    await world.until(chat.send("hello", { receipts: ["delivered"] }).delivered);
    assert.deepEqual(starts(seen).slice(0, 5), [
      `out SEND ${transport}`, // binds the connection
      `in 200 ${transport}`,
      `out SEND ${transport}`,
      `in 200 ${transport}`,
      `in REPORT ${transport}`,
    ]);
    const invite = seen.findIndex(
      (step) => step.protocol === "sip" && textOf(step).startsWith("INVITE"),
    );
    const first = seen.findIndex(({ protocol }) => protocol === "msrp");
    assert.ok(invite !== -1 && invite < first);
    assert.match(seen.map(textOf).join(""), /hello/);
    assert.ok(seen.every((step, at) => step.at >= (seen[at - 1]?.at ?? 0)));
    assert.equal(bob.connection.state, "online");
  });
}

test("of a file no more is shown than the head of each large SEND", async (t) => {
  const seen: Traced[] = [];
  const { world, bob, chat } = await inSession(t, { bob: { trace: (step) => seen.push(step) } });
  bob.on("file", (file) => void codeOf(file.save(() => {})));
  const sent = chat.sendFile(new Uint8Array(2_000_000), { name: "big" });
  await world.until(sent.delivered);
  const shownBytes = seen.reduce((sum, step) => sum + octetsOf(step), 0);
  assert.ok(seen.length < 500, String(seen.length));
  assert.ok(shownBytes < 4_500_000, String(shownBytes));
});

function octetsOf(step: Traced): number {
  return step.protocol === "msrp" ? step.frame.bytes.length : 0;
}

function textOf(step: Traced): string {
  if (step.protocol === "msrp") return utf8TextLossy(step.frame.bytes);
  return step.message instanceof Uint8Array ? utf8TextLossy(step.message) : "";
}

/** The way of a client's requests. RFC 3608, RFC 3261 §22 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage, SipRequest } from "@parlance/sip";
import { startWorld } from "@parlance/testkit";

const ROUTE = "<sip:192.0.2.1:5060;lr>";

/** Method and Route of what a client sends that is told this way. */
async function sentBy(serviceRoute: readonly string[]): Promise<(string | undefined)[][]> {
  const world = await startWorld({ server: { core: { serviceRoute } } });
  const out: SipRequest[] = [];
  await world.client("bob");
  const alice = await world.client("alice", {
    trace: (step) => {
      const bytes = step.protocol === "sip" && step.direction === "out" ? step.message : undefined;
      const read = bytes instanceof Uint8Array ? parseMessage(bytes) : undefined;
      if (read?.ok === true && read.value instanceof SipRequest) out.push(read.value);
    },
  });
  const sent = alice.send(world.address("bob"), "hello", { receipts: [] });
  await world.until(() => sent.state === "delivered");
  await world.end();
  return out.map((request) => [request.method, request.text("Route")]);
}

test("IM-8.1.1-11, IM-8.1.1-X1: a MESSAGE goes over the registered connection, by the Service-Route that came with the registration (RFC 3608 §6.1, 3GPP TS 24.229 §5.1.2A.1)", async () => {
  assert.deepEqual(await sentBy([ROUTE]), [
    ["REGISTER", undefined],
    ["REGISTER", undefined], // with credentials
    ["MESSAGE", ROUTE],
  ]);
  assert.deepEqual((await sentBy([])).at(-1), ["MESSAGE", undefined]);
});

/** The SIP stack over real sockets: what its own tests prove in memory holds on the wire. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import {
  Endpoint,
  makeResponse,
  parseMessage,
  SipRequest,
  type SipResponse,
  type TransportName,
} from "@parlance/sip";
import { SystemClock } from "../clock/index.ts";
import { SystemRandom } from "../crypto/index.ts";
import { destinationPolicy } from "../sockets/destinations.ts";
import { messageText } from "./loopback-rig.test.ts";
import { SipTransports } from "./sip-transports.ts";

const WITHIN = { timeout: 20_000 };

/** Answers each request with 200. */
function stack(t: TestContext) {
  const transports = new SipTransports({
    mayConnect: destinationPolicy(["127.0.0.0/8"]),
    limits: { endMs: 50 },
  });
  const clock = new SystemClock();
  const endpoint = new Endpoint(
    { transports, clock, random: new SystemRandom() },
    {
      request: (request, transaction) => transaction.respond(makeResponse(request, 200)),
      ack: () => undefined,
    },
  );
  transports.attach(endpoint);
  t.after(async () => {
    endpoint.stop();
    clock.stop();
    await transports.stop();
  });
  return { transports, endpoint };
}

function newRequest(body: string): SipRequest {
  const reading = parseMessage(Buffer.from(messageText("c1@parlance.test", body)));
  if (!reading.ok || !(reading.value instanceof SipRequest)) throw new Error("not a request");
  return reading.value.edit().remove("Via").done();
}

async function ask(
  { endpoint }: ReturnType<typeof stack>,
  to: { readonly transport: TransportName; readonly address: { host: string; port: number } },
  body = "hello",
): Promise<SipResponse> {
  return new Promise((resolve, reject) => {
    endpoint.request(newRequest(body), to, {
      response: resolve,
      timeout: () => reject(new Error("timeout")),
      failed: (reason) => reject(new Error(reason)),
    });
  });
}

for (const transport of ["UDP", "TCP"] as const) {
  test(
    `a request is answered over ${transport}, and the answer finds its way`,
    WITHIN,
    async (t) => {
      const [server, client] = [stack(t), stack(t)];
      const url = `${transport.toLowerCase()}://127.0.0.1:0`;
      const address = await server.transports.listen({ url });
      const response = await ask(client, { transport, address });
      assert.equal(response.status, 200);
      assert.equal(response.callId, "c1@parlance.test");
    },
  );
}

test(
  "what is too long for a datagram goes as one where no stream is taken (RFC 3261 §18.1.1)",
  WITHIN,
  async (t) => {
    const [server, client] = [stack(t), stack(t)];
    const address = await server.transports.listen({ url: "udp://127.0.0.1:0" });
    const to = { transport: "UDP", address } as const;
    const response = await ask(client, to, "x".repeat(1_300));
    assert.equal(response.status, 200);
    await assert.rejects(ask(client, to, "x".repeat(1_301)), /too large/); // RFC 3428 §8
    await server.transports.listen({ url: `tcp://127.0.0.1:${address.port}` });
    assert.equal((await ask(client, to, "x".repeat(1_301))).status, 200);
  },
);

test(
  "a request to where nobody is fails soon, long before it would time out",
  WITHIN,
  async (t) => {
    const [server, client] = [stack(t), stack(t)];
    const address = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
    await server.transports.stop();
    await assert.rejects(ask(client, { transport: "TCP", address }), /unreachable/);
  },
);

test("a request on a connection that breaks fails at once", WITHIN, async (t) => {
  const [server, client] = [stack(t), stack(t)];
  const address = await server.transports.listen({ url: "tcp://127.0.0.1:0" });
  await ask(client, { transport: "TCP", address });
  await server.transports.stop();
  await assert.rejects(ask(client, { transport: "TCP", address }), /unreachable/);
});

test(
  "a message with a fault is answered with 400 before its connection ends",
  WITHIN,
  async (t) => {
    const { transports } = stack(t);
    const { host, port } = await transports.listen({ url: "tcp://127.0.0.1:0" });
    const socket = connect({ host, port });
    t.after(() => socket.destroy());
    socket.write(messageText("bad").replace("Content-Length: 5", "Content-Length: -5"));
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^SIP\/2\.0 400 .*\r\n[^]*\r\nCall-ID: bad\r\n/);
    await once(socket, "close");
  },
);

/** Links as they are: streams keep their order or break, datagrams are lost, doubled and overtaken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Flow,
  formatMessage,
  makeRequest,
  parseUri,
  type SipMessage,
  SipRequest,
} from "@parlance/sip";
import { asciiBytes } from "@parlance/wire";
import { Life } from "../machine/life.ts";
import { SeededRandom } from "../machine/seeded-random.ts";
import { VirtualClock } from "../machine/virtual-clock.ts";
import { Ladder } from "../world/ladder.ts";
import { Network } from "./network.ts";
import type { Sockets } from "./sockets.ts";

const SERVER = { host: "192.0.2.1", port: 5060 };

function program(sockets: Sockets) {
  const heard: string[] = [];
  const flows: Flow[] = [];
  sockets.hear({
    message(message: SipMessage, flow: Flow) {
      heard.push(message instanceof SipRequest ? (message.text("Subject") ?? "") : "response");
      flows.push(flow);
    },
    fault: ({ status }) => heard.push(`fault ${status}`),
    closed: (_flow, reason) => heard.push(`closed: ${reason}`),
    pong: () => heard.push("pong"),
  });
  return { sockets, heard, flows };
}

function net(seed = 1) {
  const clock = new VirtualClock();
  const network = new Network(clock, new SeededRandom(seed), new Ladder(clock.now()));
  const [here, there] = [
    network.host("client", "198.51.100.1"),
    network.host("server", SERVER.host),
  ];
  const client = program(network.sockets(here, new Life(clock), false));
  const life = new Life(clock);
  const server = program(network.sockets(there, life, true));
  const open = async (transport: Flow["transport"]) => {
    const opening = Promise.resolve(client.sockets.open({ transport, address: SERVER }));
    await clock.run(100);
    return opening;
  };
  return { clock, link: here.link, client, server, life, open };
}

function numbered(subject: string): Uint8Array {
  const request = makeRequest("OPTIONS", parseUri("sip:a@b"), (edit) => {
    edit.setText("Via", "SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1").setText("Subject", subject);
    edit.setText("From", "<sip:a@b>;tag=1").setText("To", "<sip:a@b>").setText("Call-ID", "c");
    edit.setText("CSeq", "1 OPTIONS").setText("Max-Forwards", "70");
  });
  return formatMessage(request);
}

const NUMBERS = Array.from({ length: 40 }, (_, number) => String(number));

test("a stream brings everything in order, whatever the weather, in pieces and together", async () => {
  for (const transport of ["TCP", "TLS", "WS", "WSS"] as const) {
    const { clock, link, client, server, open } = net();
    const flow = await open(transport);
    Object.assign(link.weather, { loss: 0.3, jitterMs: 500, pieces: 0.7, duplicates: 0.5 });
    for (const number of NUMBERS) {
      client.sockets.send(flow, numbered(number));
      await clock.run(10);
    }
    await clock.run(60_000);
    assert.deepEqual(server.heard, NUMBERS, transport);
  }
});

test("datagrams are lost, doubled and overtaken, and the same seed does it the same way", async () => {
  const storm = async (seed: number) => {
    const { clock, link, client, server, open } = net(seed);
    const flow = await open("UDP");
    Object.assign(link.weather, { loss: 0.3, jitterMs: 500, duplicates: 0.3 });
    for (const number of NUMBERS) client.sockets.send(flow, numbered(number));
    await clock.run(1_000);
    return server.heard;
  };
  const heard = await storm(1);
  assert.ok(new Set(heard).size < NUMBERS.length);
  assert.ok(new Set(heard).size < heard.length);
  assert.notDeepEqual(
    heard,
    heard.toSorted((a, b) => Number(a) - Number(b)),
  );
  assert.deepEqual(heard, await storm(1));
  assert.notDeepEqual(heard, await storm(2));
});

test("an answer finds its way back over the flow it came by", async () => {
  for (const transport of ["UDP", "TCP"] as const) {
    const { clock, client, server, open } = net();
    client.sockets.send(await open(transport), numbered("there"));
    await clock.run(100);
    const [flow] = server.flows;
    assert.ok(flow !== undefined);
    assert.equal(flow.remote.host, "198.51.100.1");
    server.sockets.send(flow, numbered("back"));
    await clock.run(100);
    assert.deepEqual(client.heard, ["back"]);
  }
});

test("both ends hear of a cut, and what was under way is lost", async () => {
  const { clock, link, client, server, open } = net();
  client.sockets.send(await open("TCP"), numbered("lost"));
  link.cut();
  await clock.run(100);
  assert.deepEqual(client.heard, ["closed: the connection was cut"]);
  assert.deepEqual(server.heard, ["closed: the connection was cut"]);
});

test("a silent link tells nobody; when it is back who sends learns that the connection is gone", async () => {
  const { clock, link, client, server, open } = net();
  const flow = await open("TCP");
  client.sockets.send(flow, numbered("before"));
  await clock.run(100);
  link.silence();
  client.sockets.send(flow, numbered("lost"));
  await clock.run(600_000);
  link.restore();
  assert.deepEqual([client.heard, server.heard], [[], ["before"]]);
  client.sockets.send(flow, numbered("lost too"));
  await clock.run(100);
  assert.deepEqual([client.heard, server.heard], [["closed: reset by the network"], ["before"]]);
});

test("a ping is answered by a pong (RFC 5626 §4.4.1)", async () => {
  for (const transport of ["TCP", "WS"] as const) {
    const { clock, client, open } = net();
    client.sockets.send(await open(transport), asciiBytes("\r\n\r\n"));
    await clock.run(100);
    assert.deepEqual(client.heard, ["pong"]);
  }
});

test("garbage is a fault, and ends its connection", async () => {
  const { clock, client, server, open } = net();
  client.sockets.send(await open("TCP"), asciiBytes("\u0001 garbage\r\n\r\n"));
  await clock.run(100);
  assert.deepEqual(server.heard, ["fault 400"]);
  assert.deepEqual(client.heard, ["closed: closed by the other side"]);
});

test("nobody connects to a program that was killed, and its connections end", async () => {
  const { clock, client, server, life, open } = net();
  await open("TCP");
  life.end();
  await server.sockets.end();
  await clock.run(100);
  assert.deepEqual(client.heard, ["closed: closed by the other side"]);
  await assert.rejects(open("TCP"), /refused/);
});

test("a second request to the same place takes the live connection (RFC 5923)", async () => {
  const { open } = net();
  assert.equal((await open("TCP")).id, (await open("TCP")).id);
  assert.notEqual((await open("TCP")).id, (await open("WS")).id);
});

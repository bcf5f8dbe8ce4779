/** MSRP connections in memory keep the contract of the ports, and suffer from links as SIP ones do. RFC 4975 §5.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DialOutcome, DialTarget, MsrpConnection } from "@parlance/msrp";
import { asciiBytes, utf8Text } from "@parlance/wire";
import { Life } from "../machine/life.ts";
import { SeededRandom } from "../machine/seeded-random.ts";
import { VirtualClock } from "../machine/virtual-clock.ts";
import { Ladder } from "../world/ladder.ts";
import { Network } from "./network.ts";

const SERVER = "192.0.2.1";
const TCP: DialTarget = { transport: "tcp", host: SERVER, port: 2855 };
const WS: DialTarget = { transport: "ws", url: `ws://${SERVER}/msrp` };

function listenTo(connection: MsrpConnection) {
  const heard: string[] = [];
  connection.attach({
    received: (bytes) => heard.push(utf8Text(bytes)),
    drained: () => heard.push("drained"),
    closed: (reason) => heard.push(`closed: ${reason}`),
  });
  return heard;
}

async function net(target: DialTarget = TCP) {
  const clock = new VirtualClock();
  const network = new Network(clock, new SeededRandom(1), new Ladder(clock.now()));
  const here = network.host("client", "198.51.100.1");
  const [life, serverLife] = [new Life(clock), new Life(clock)];
  const taken: MsrpConnection[] = [];
  const serverHost = network.host("server", SERVER);
  const server = network.msrpSockets(serverHost, serverLife);
  server.listen((one) => taken.push(one));
  const client = network.msrpSockets(here, life);
  const outcomes: DialOutcome[] = [];
  const dial = () => client.dial(target, (outcome) => outcomes.push(outcome));
  dial();
  await clock.run(100);
  const [outcome] = outcomes;
  const [there] = taken;
  assert.ok(outcome?.ok && there !== undefined);
  return { clock, link: here.link, here: outcome.connection, there, outcomes, dial, server, life };
}

test("what is written arrives in order; messages of a WebSocket stay apart", async () => {
  for (const [target, heardThere] of [
    [TCP, ["onetwo"]],
    [WS, ["one", "two"]],
  ] as const) {
    const { clock, here, there } = await net(target);
    const heard = listenTo(there);
    listenTo(here);
    here.write(asciiBytes("one"));
    here.write(asciiBytes("two"));
    await clock.run(100);
    assert.deepEqual(heard, heardThere);
  }
});

test("nothing is read before somebody has taken the connection, and nothing while he pauses", async () => {
  const { clock, here, there } = await net();
  listenTo(here);
  here.write(asciiBytes("early"));
  await clock.run(100);
  const heard = listenTo(there);
  await clock.run(100);
  assert.deepEqual(heard, ["early"]);
  there.pause();
  here.write(asciiBytes("late"));
  await clock.run(100);
  assert.deepEqual(heard, ["early"]);
  there.resume();
  await clock.run(100);
  assert.deepEqual(heard, ["early", "late"]);
});

test("who is not read has a backlog, and hears when it has gone", async () => {
  const { clock, here, there } = await net();
  const heard = listenTo(here);
  here.write(new Uint8Array(100_000));
  assert.ok(here.backlogBytes > 0);
  await clock.run(100);
  assert.ok(here.backlogBytes > 0);
  listenTo(there);
  await clock.run(100);
  assert.equal(here.backlogBytes, 0);
  assert.deepEqual(heard, ["drained"]);
});

test("a cut is told to both ends, a stall loses nothing, after a silence who sends learns of it", async () => {
  const { clock, link, here, there } = await net();
  const [mine, theirs] = [listenTo(here), listenTo(there)];
  link.stall();
  here.write(asciiBytes("held up"));
  await clock.run(60_000);
  assert.deepEqual(theirs, []);
  link.restore();
  await clock.run(100);
  assert.deepEqual(theirs, ["held up"]);
  link.silence();
  here.write(asciiBytes("lost"));
  await clock.run(1_000);
  link.restore();
  here.write(asciiBytes("lost too"));
  await clock.run(100);
  assert.deepEqual([mine, theirs], [["closed: reset by the network"], ["held up"]]);
});

test("both ends hear of a cut, and of an end in order what was written before", async () => {
  const { clock, link, here, there, outcomes, dial } = await net();
  const [mine, theirs] = [listenTo(here), listenTo(there)];
  link.cut();
  await clock.run(100);
  const cut = "closed: the connection was cut";
  assert.deepEqual([mine, theirs], [[cut], [cut]]);
  dial();
  await clock.run(100);
  const again = outcomes[1];
  assert.ok(again?.ok);
  const heard = listenTo(again.connection);
  again.connection.close();
  assert.deepEqual(heard, []);
  await clock.run(100);
  assert.deepEqual(heard, ["closed: closed here"]);
});

test("nobody answers where nobody listens, or where nothing comes through", async () => {
  const { clock, link, outcomes, dial, life } = await net();
  link.silence();
  dial();
  await clock.run(20_000);
  link.restore();
  const wrong = outcomes[1];
  assert.ok(wrong !== undefined && !wrong.ok && /nobody answers/.test(wrong.failure.detail));
  life.end();
  dial();
  await clock.run(1_000);
  assert.equal(outcomes.length, 2); // a program that has ended hears nothing
});

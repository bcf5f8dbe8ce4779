/** Wireshark's dissector finds nothing wrong with what the server writes, on the wire and in its own captures. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, type TestContext, test } from "node:test";
import { connect } from "@parlance/client/node";
import { within } from "../tools/test/deadline.ts";
import { connectPeer } from "../tools/test/peers.ts";
import { RawUser } from "../tools/test/raw-user.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { md5Path } from "./md5-path.ts";
import { freePort, Sipp, sipp } from "./sipp/sipp.ts";
import { Capture, dissect } from "./tshark/tshark.ts";

const DOMAIN = "im.example.com";
const USERS = ["alice", "bob", "carol", "dave"].map((name) => ({ name, password: name }));
const CALLS = 5;
const WAIT_MS = 20_000;

suite("tshark", () => {
  let server: ServerProcess;

  before(async () => {
    const groups = [{ name: "team", members: ["alice", "bob", "carol"] }];
    const set = { groups, "trace.everybody": true };
    server = await ServerProcess.start({ domain: DOMAIN, users: USERS, set });
  });
  after(() => server?.kill()); // in order it would wait for contacts that are gone

  test("nothing malformed and no error on the wire, of SIPp, the SDK and raw requests", async (t) => {
    const capture = await Capture.start(portsOf(server));
    if (capture === undefined) return notAllowed(t);
    await everySortOfTraffic(server);
    const { sipFrames, complaints } = await capture.stop();
    t.diagnostic(`${sipFrames} frames of SIP`);
    assert.ok(sipFrames > 60, `${sipFrames} frames of SIP`);
    assert.deepEqual(complaints, []);
    return undefined;
  });

  test("nothing malformed and no error in the capture that the server writes of its own trace", async (t) => {
    await everySortOfTraffic(server);
    const token = readFileSync(join(server.data, "operator.token"), "utf8").trim();
    const response = await fetch(`${server.adminUrl}/api/trace?form=pcap`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 200);
    const file = join(server.data, "trace.pcap");
    writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
    const { sipFrames, complaints } = await dissect(file, portsOf(server));
    t.diagnostic(`${sipFrames} frames of SIP`);
    assert.ok(sipFrames > 60, `${sipFrames} frames of SIP`);
    assert.deepEqual(complaints, []);
  });

  test("nothing malformed and no error in a session: text both ways, receipts, a long message", async (t) => {
    const capture = await Capture.start(portsOf(server));
    if (capture === undefined) return notAllowed(t);
    await session(server);
    const { msrpFrames, complaints } = await capture.stop();
    t.diagnostic(`${msrpFrames} frames of MSRP`);
    assert.ok(msrpFrames > 10, `${msrpFrames} frames of MSRP`);
    assert.deepEqual(complaints, []);
    return undefined;
  });
});

function portsOf(server: ServerProcess) {
  const [udp, tcp, msrp] = [server.address("udp"), server.address("tcp"), server.address("tcp", 1)];
  return { udp: udp.port, tcp: tcp.port, msrp: msrp.port };
}

function notAllowed(t: TestContext): void {
  t.diagnostic("this user may not capture on lo");
}

/** Registrations, messages at once and later, copies, receipts, refusals; UDP and TCP. */
async function everySortOfTraffic(server: ServerProcess): Promise<void> {
  for (const transport of ["UDP", "TCP"] as const) {
    await chat(server, transport);
    await throughSipp(server, transport);
    await refusals(server, transport);
  }
}

async function chat(server: ServerProcess, transport: "UDP" | "TCP"): Promise<void> {
  const { host, port } = server.address(transport.toLowerCase());
  const open = (name: string) =>
    connect({
      user: `sip:${name}@${DOMAIN}`,
      password: name,
      server: `${transport.toLowerCase()}://${host}:${port}`,
      sessions: { mode: "never" },
    });
  const alice = await open("alice");
  const waiting = alice.send(`sip:bob@${DOMAIN}`, "for later: grüße");
  await soon(waiting.reached("deferred"));
  const bob = await open("bob");
  bob.conversation(`sip:alice@${DOMAIN}`).composing();
  await soon(bob.send(`sip:alice@${DOMAIN}`, "hello").accepted);
  await soon(alice.send(`sip:team@${DOMAIN}`, "to the team").accepted);
  if (transport === "TCP") {
    // Too large for datagrams, where each request carries a login.
    await soon(alice.send([`sip:bob@${DOMAIN}`, `sip:carol@${DOMAIN}`], "to you both").accepted);
    await soon(waiting.delivered);
  }
  await Promise.all([alice.close(), bob.close()]);
}

async function session(server: ServerProcess): Promise<void> {
  const { host, port } = server.address("tcp");
  const open = (name: string) =>
    connect({
      user: `sip:${name}@${DOMAIN}`,
      password: name,
      server: `tcp://${host}:${port}`,
      sessions: { mode: "always" },
    });
  const [alice, bob] = [await open("alice"), await open("bob")];
  const toBob = alice.conversation(`sip:bob@${DOMAIN}`);
  await soon(toBob.open());
  await soon(toBob.send("hello").delivered);
  await soon(bob.conversation(`sip:alice@${DOMAIN}`).send("good day: grüße").delivered);
  await soon(toBob.send("long ".repeat(20_000)).delivered);
  toBob.end();
  await Promise.all([alice.close(), bob.close()]);
}

function soon<T>(promise: Promise<T>): Promise<T> {
  return within(WAIT_MS, promise, () => "it does not come");
}

async function throughSipp(server: ServerProcess, transport: "UDP" | "TCP"): Promise<void> {
  const path = await md5Path(transport, server.address(transport.toLowerCase()));
  const localPort = await freePort();
  const receiver = new Sipp({ scenario: "receive-messages", transport, localPort, calls: CALLS });
  const common = { transport, remotePort: path.port };
  await sipp({
    ...common,
    scenario: "register",
    localPort: await freePort(),
    login: { name: "dave", password: "dave", uri: DOMAIN },
    values: { DOMAIN, USER: "dave", CONTACT_PORT: localPort, STATUS: 200 },
  });
  await sipp({
    ...common,
    scenario: "send-message",
    localPort: await freePort(),
    login: { name: "carol", password: "carol", uri: `dave@${DOMAIN}` },
    calls: CALLS,
    values: { DOMAIN, USER: "carol", TO: "dave", STATUS: 200 },
  });
  await receiver.done;
  path.close();
  const peer = await connectPeer(server, transport);
  const dave = new RawUser(peer, { name: "dave", password: "dave", domain: DOMAIN });
  await dave.ask({
    method: "REGISTER",
    uri: `sip:${DOMAIN}`,
    to: dave.address,
    headers: ["Contact: *", "Expires: 0"],
  });
  peer.close();
}

async function refusals(server: ServerProcess, transport: "UDP" | "TCP"): Promise<void> {
  const peer = await connectPeer(server, transport);
  const alice = new RawUser(peer, { name: "alice", password: "alice", domain: DOMAIN });
  const contact = "Contact: <sip:alice@127.0.0.1:9>";
  await alice.ask({ method: "OPTIONS", uri: `sip:${DOMAIN}` });
  await alice.message(`sip:nobody@${DOMAIN}`, "hello");
  await alice.ask({ method: "PUBLISH", uri: alice.address, headers: ["Event: presence"] });
  await alice.ask({ method: "SUBSCRIBE", uri: alice.address, headers: ["Event: reg", contact] });
  await alice.ask({ method: "INVITE", uri: `sip:bob@${DOMAIN}`, headers: [contact] });
  await alice.ask({ method: "FROBNICATE", uri: `sip:bob@${DOMAIN}` });
  peer.close();
}

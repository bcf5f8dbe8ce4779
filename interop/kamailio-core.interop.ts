/**
 * Behind Kamailio 5.6 (Debian) as the SIP/IP core: it registers and authenticates the clients, the server is
 * asked at both ends of each request. The configuration of Kamailio is that of docs/ims.md.
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ImClient } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { OperatorClient } from "../apps/parlance/src/service/operator-client.ts";
import { type Peer, tcpPeer } from "../tools/test/peers.ts";
import { RawUser, responseTo } from "../tools/test/raw-user.ts";
import type { ServerProcess } from "../tools/test/server-process.ts";
import { DOMAIN, soon, startServer, Texts, WAIT_MS } from "./kamailio/as-server.ts";
import { type CorePorts, freePorts, startCore } from "./kamailio/core.ts";
import type { Kamailio } from "./kamailio/kamailio.ts";
import { MsrpEnd } from "./kamailio/msrp-end.ts";
import { hangUp, IM, pathOf, register, session } from "./kamailio/raw-session.ts";

const uri = (name: string) => `sip:${name}@${DOMAIN}`;
const login = (name: string) => ({ name, password: `${name}-secret`, domain: DOMAIN });

suite("Kamailio as the SIP/IP core", () => {
  /** While the server was gone clients wrote to it. */
  let saidOfTheKilled = "";
  let server: ServerProcess;
  let core: Kamailio;
  let ports: CorePorts;
  let alice: ImClient;
  let bob: ImClient;
  let atBob: Texts;
  const open: ImClient[] = [];
  const peers: Peer[] = [];
  const ends: MsrpEnd[] = [];

  before(async () => {
    ports = await freePorts();
    server = await startServer(ports);
    core = await startCore(ports, server.address("tcp").port);
    alice = await client("alice");
    bob = await client("bob");
    atBob = new Texts(bob);
  });
  after(async () => {
    for (const each of [...peers, ...ends]) each.close();
    await Promise.all(open.map((client) => client.close()));
    await core?.stop();
    await server?.stop();
  });

  const client = async (name: string): Promise<ImClient> => {
    const options = { user: uri(name), password: `${name}-secret`, connectionOriented: true };
    const im = await connect({ ...options, server: `tcp://127.0.0.1:${ports.port}` });
    open.push(im);
    return im;
  };
  const raw = async (name: string): Promise<RawUser> => {
    const peer = await tcpPeer({ host: "127.0.0.1", port: ports.port });
    peers.push(peer);
    return new RawUser(peer, login(name));
  };

  test("messages go both ways past the functions of both users, and their receipts come back", async () => {
    const atAlice = new Texts(alice);
    await soon(alice.send(uri("bob"), "hello bob").delivered);
    await soon(bob.send(uri("alice"), "hello alice").delivered);
    assert.equal((await atBob.text("hello bob")).from, uri("alice"));
    assert.equal((await atAlice.text("hello alice")).from, uri("bob"));
    const seen = await trace(server);
    for (const end of ["orig", "term"]) {
      assert.match(
        seen,
        new RegExp(`^Route: <sip:127\\.0\\.0\\.1:\\d+;transport=tcp;lr;${end}>`, "m"),
      );
    }
    assert.match(seen, /^P-Asserted-Identity: <sip:alice@im\.example\.com>/m);
  });

  test("what is sent to who is away is kept, and comes at the third-party REGISTER, in order", async () => {
    const texts = ["one", "two", "three"];
    const sent = texts.map((text) => alice.send(uri("carol"), text));
    for (const message of sent) await soon(message.reached("deferred"));
    const carol = await client("carol");
    const atCarol = new Texts(carol);
    await soon(Promise.all(sent.map((message) => message.delivered)));
    assert.deepEqual(atCarol.texts, texts);
    const seen = await trace(server);
    assert.match(seen, /^REGISTER sip:127/m);
    assert.match(seen, /\+g\.oma\.sip-im/);
    await carol.close(); // and so her contact is gone
  });

  test("a message to many by way of the factory reaches who is there, and waits for who is not", async () => {
    const sent = alice.send([uri("bob"), uri("carol")], "to both");
    await atBob.text("to both");
    const atCarol = new Texts(await client("carol"));
    await atCarol.text("to both");
    await soon(sent.delivered);
  });

  test("the server forgets nobody over a crash, and brings what waited", async () => {
    const dave = await raw("dave");
    await register(dave, 600);
    dave.peer.respond = (request) => responseTo(request, 480, "Not Now");
    await soon(alice.send(uri("dave"), "before").reached("deferred"));
    const contacts = (await stats(server)).contacts;
    assert.ok(contacts >= 3);
    const { port } = server.address("tcp");
    const { data } = server;
    const heard = core.said.length;
    await server.kill();
    server = await startServer(ports, { data, port });
    assert.equal((await stats(server)).contacts, contacts);
    saidOfTheKilled = core.said.slice(heard);
    const again = dave.peer.take(({ method }) => method === "MESSAGE", 90_000);
    dave.peer.respond = undefined;
    await register(dave, 600);
    const pushed = await again;
    dave.peer.send(responseTo(pushed, 200, "OK"));
    assert.match(pushed.body, /before/);
    await soon(alice.send(uri("bob"), "after the crash").delivered);
  });

  test("a device whose connection is gone is away, and the core says so", async () => {
    const erin = await raw("erin");
    await register(erin, 600);
    await soon(alice.send(uri("erin"), "still there").delivered);
    erin.peer.close();
    const left = (await stats(server)).contacts - 1;
    await eventually(async () => (await stats(server)).contacts === left);
    await soon(alice.send(uri("erin"), "no more").reached("deferred"));
  });

  test("a session without a description passes both functions: INVITE, ACK, and BYE of the other side", async () => {
    const [frank, grace] = [await raw("frank"), await raw("grace")];
    const { invite, ok } = await session(frank, grace);
    const sealed = invite
      .headers("Record-Route")
      .join(", ")
      .match(/<sip:[\w-]{40,}@127/g);
    assert.equal(sealed?.length, 4); // two of the server at each end
    await hangUp(grace, frank, { invite, ok });
  });

  test("a session of messages goes by the server: two calls, and MSRP between both", async () => {
    const [frank, grace] = [await raw("frank"), await raw("grace")];
    const { invite, ok } = await session(frank, grace, pathOf);
    assert.match(ok.header("Contact") ?? "", /^<sip:[\w-]{16,}@127\.0\.0\.1:\d+;transport=tcp>/);
    const near = await MsrpEnd.open(pathOf("frank"), ok.body);
    const far = await MsrpEnd.open(pathOf("grace"), invite.body);
    ends.push(near, far);
    near.say("hello over the core");
    far.say("and back");
    await far.hears("hello over the core");
    await near.hears("and back");
    await hangUp(grace, frank, { invite, ok });
  });

  test("who is no part of the core is not heard, whatever he asserts", async () => {
    const stranger = await tcpPeer(server.address("tcp"), "127.0.0.2");
    peers.push(stranger);
    const user = new RawUser(stranger, login("alice"));
    const { host, port } = server.address("tcp");
    const asserted = [
      IM,
      `P-Asserted-Identity: <${uri("alice")}>`,
      `Route: <sip:${host}:${port};transport=tcp;lr;orig>`,
    ];
    assert.equal((await user.message(uri("bob"), "x", asserted)).status, 403);
    assert.equal((await user.register()).status, 403);
  });

  test("a user's own assertion, and an envelope in another's name, get nowhere", async () => {
    const mallory = await raw("mallory");
    await register(mallory, 600);
    const lie = `From: <${uri("alice")}>\r\nTo: <${uri("bob")}>\r\n\r\nContent-Type: text/plain\r\n\r\nlie`;
    const claims = [IM, `P-Asserted-Identity: <${uri("alice")}>`, "Content-Type: message/cpim"];
    assert.equal((await mallory.message(uri("bob"), lie, claims)).status, 403);
    const plain = [IM, `P-Asserted-Identity: <${uri("alice")}>`];
    assert.equal((await mallory.message(uri("bob"), "mine", plain)).status, 200);
    assert.equal((await atBob.text("mine")).from, uri("mallory"));
  });

  test("nothing in the logs speaks of a fault", () => {
    assert.doesNotMatch(server.errors, /"level":"error"/);
    const said = core.said.replace(saidOfTheKilled, "");
    const complaints = said.split("\n").filter((line) => /(?:ERROR|CRITICAL|BUG):/.test(line));
    // The server was killed above, and with it its connections.
    const others = complaints.filter((line) => !line.includes("tcp_read"));
    assert.deepEqual(others, []);
  });
});

async function stats(server: ServerProcess): Promise<{ readonly contacts: number }> {
  const response = await operator(server).ask("GET", "/stats");
  return (await response.json()) as { contacts: number }; // by the operator API
}

async function trace(server: ServerProcess): Promise<string> {
  return (await operator(server).ask("GET", "/trace?form=full")).text();
}

function operator({ data, adminUrl }: ServerProcess): OperatorClient {
  return new OperatorClient({ data, admin: adminUrl });
}

async function eventually(met: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + WAIT_MS;
  while (!(await met())) {
    assert.ok(performance.now() < until, "it does not come to that");
    await pause(100);
  }
}

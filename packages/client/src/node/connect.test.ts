/** The SDK on Node against the running server, over each transport. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { text as allOf } from "node:stream/consumers";
import { after, before, suite, type TestContext, test } from "node:test";
import { formatMessage, makeResponse, SipFramer, SipRequest } from "@parlance/sip";
import { generate } from "selfsigned";
import { within } from "../../../../tools/test/deadline.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import type { ConnectionState } from "../connection/connection.ts";
import { connect, type ImClient, ImError, type NodeConnectOptions, openStore } from "./index.ts";

const DOMAIN = "im.example.com";
const USERS = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));
const ANSWER_MS = 15_000;

suite("over each transport", () => {
  let server: ServerProcess;
  let folder: string;
  let authorities: string[];

  before(async () => {
    folder = ownFolder();
    const pem = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const [certificate, key] = [join(folder, "server.pem"), join(folder, "server.key")];
    writeFileSync(certificate, pem.cert);
    writeFileSync(key, pem.private);
    authorities = [pem.cert];
    server = await ServerProcess.start({
      users: USERS,
      set: {
        "listen.sip": ["udp", "tcp", "tls"].map((scheme) => `${scheme}://127.0.0.1:0`),
        "tls.certificates": [{ certificate, key }],
      },
    });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  for (const scheme of ["udp", "tcp", "tls", "ws"]) {
    test(`${scheme}: text there and back, with receipts up to displayed`, async (t) => {
      const url = urlOf(server, scheme);
      const alice = await online(t, "alice", { server: url, authorities });
      const bob = await online(t, "bob", { server: url, authorities, displayName: "Bob" });
      const sent = alice.send(bob.address, "hello 🙂");
      const message = await arrival(bob);
      assert.equal(message.kind === "text" && message.text, "hello 🙂");
      assert.equal(message.from, alice.address);
      await message.displayed();
      await within(ANSWER_MS, sent.displayed, () => `sent is ${sent.state}`);
      const back = bob.send(alice.address, "and back");
      const answer = await arrival(alice);
      assert.equal(answer.fromName, "Bob");
      await within(ANSWER_MS, back.delivered, () => `back is ${back.state}`);
    });
  }

  test("udp: what waited is told as delivered, where no stream leads to the server or to the client", async (t) => {
    const alice = await online(t, "alice", { server: urlOf(server, "udp") });
    const text = "medium ".repeat(30); // with its credentials too long for a datagram
    const sent = alice.send(`sip:bob@${DOMAIN}`, text);
    await within(ANSWER_MS, sent.reached("deferred"), () => `sent is ${sent.state}`);
    const bob = await online(t, "bob", { server: urlOf(server, "udp") });
    const message = await arrival(bob);
    assert.equal(message.kind === "text" && message.text, text);
    await within(ANSWER_MS, sent.delivered, () => `sent is ${sent.state}`);
    await message.displayed();
    await within(ANSWER_MS, sent.displayed, () => `sent is ${sent.state}`);
  });

  test("a large message goes over a stream", async (t) => {
    const alice = await online(t, "alice", { server: urlOf(server, "tcp") });
    const bob = await online(t, "bob", { server: urlOf(server, "ws") });
    const text = "long ".repeat(4_000);
    const sent = alice.send(bob.address, text);
    const message = await arrival(bob);
    assert.equal(message.kind === "text" && message.text, text);
    await within(ANSWER_MS, sent.accepted, () => `sent is ${sent.state}`);
  });

  test("a certificate of an unknown authority is told", async () => {
    const refused = connect({ ...account("alice"), server: urlOf(server, "tls") });
    await assert.rejects(refused, isError("offline", /self-signed/));
  });

  test("a wrong password is told", async () => {
    const refused = connect({ ...account("alice"), password: "x", server: urlOf(server, "tcp") });
    await assert.rejects(refused, isError("not authenticated"));
  });
});

suite("when things break", () => {
  test("nobody there is told at once, over each transport", async () => {
    const port = await freePort();
    for (const scheme of ["tcp", "tls", "ws", "udp"]) {
      const refused = connect({ ...account("alice"), server: `${scheme}://127.0.0.1:${port}` });
      await assert.rejects(refused, isError("offline", scheme === "udp" ? /^$/ : /ECONNREFUSED/));
    }
  });

  test("garbage from the server costs the connection, not the client", async (t) => {
    const registrar = await registrarThat(t, (socket) =>
      socket.once("data", () => socket.write(GARBAGE)),
    );
    const alice = await online(t, "alice", { server: registrar });
    const states: string[] = [];
    const back = new Promise<void>((resolve) => {
      alice.on("connection", ({ state }) => {
        states.push(state);
        if (state === "online") resolve();
      });
    });
    alice.conversation(`sip:bob@${DOMAIN}`).composing(); // whatever goes out brings garbage back
    await within(ANSWER_MS, back, () => states.join());
    assert.deepEqual(states, ["reconnecting", "online"]);
  });

  test("garbage right behind the answer to the registration is an end, too", async (t) => {
    const registrar = await registrarThat(t, (socket) => socket.write(GARBAGE));
    const refused = connect({ ...account("alice"), server: registrar });
    await within(ANSWER_MS, assert.rejects(refused, isError("offline")), () => "still there");
  });

  test("a signal ends the attempt", async (t) => {
    const silent = await listening(t);
    for (const scheme of ["tcp", "tls", "ws"]) {
      const controller = new AbortController();
      const server = `${scheme}://127.0.0.1:${silent}`;
      const attempt = connect({ ...account("alice"), server, signal: controller.signal });
      controller.abort();
      await within(ANSWER_MS, assert.rejects(attempt, isError("aborted")), () => scheme);
    }
  });

  test("an attempt that ends as its answer comes leaves nothing that keeps the program alive", async (t) => {
    const registrar = await registrarThat(t, () => {});
    const program = `
      import { connect } from "./index.ts";
      const ending = new AbortController();
      const trace = ({ direction }) => direction === "in" && ending.abort();
      const account = ${JSON.stringify({ ...account("alice"), server: registrar })};
      await connect({ ...account, trace, signal: ending.signal }).catch(({ code }) => console.log(code));
    `;
    const args = ["--conditions=parlance-source", "--input-type=module", "--eval", program];
    const child = spawn(process.execPath, args, { cwd: import.meta.dirname });
    t.after(() => child.kill("SIGKILL"));
    const said = allOf(child.stdout);
    const exited = new Promise((resolve) => child.once("exit", resolve));
    assert.equal(await within(ANSWER_MS, exited, () => "it is still running"), 0);
    assert.equal(await said, "aborted\n");
  });

  test("the server goes and comes back: the client is online again and sends what waits", async (t) => {
    const data = ownFolder();
    t.after(() => rmSync(data, { recursive: true }));
    const first = await ServerProcess.start({ data, keepData: true, users: USERS });
    const { port } = first.address("tcp");
    const store = await openStore(join(data, "alice.db"));
    const states: string[] = [];
    const alice = await online(t, "alice", { server: urlOf(first, "tcp"), store });
    const seen = new Promise<void>((resolve) => {
      alice.on("connection", ({ state }: ConnectionState) => {
        states.push(state);
        if (state === "online") resolve();
      });
    });
    await first.kill();
    const waiting = alice.send(`sip:bob@${DOMAIN}`, "into the dark");
    const second = await ServerProcess.start({
      data,
      keepData: true,
      users: USERS,
      set: { "listen.sip": [`tcp://127.0.0.1:${port}`] },
    });
    t.after(() => second.stop());
    await within(60_000, seen, () => states.join());
    assert.equal(states[0], "reconnecting");
    await within(ANSWER_MS, waiting.accepted, () => waiting.state);
    const bob = await online(t, "bob", { server: urlOf(second, "ws") });
    const message = await arrival(bob);
    assert.equal(message.kind === "text" && message.text, "into the dark");
  });
});

function account(name: string) {
  return { user: `sip:${name}@${DOMAIN}`, password: `${name}-secret` };
}

async function online(
  t: TestContext,
  name: string,
  options: Omit<NodeConnectOptions, "user" | "password">,
): Promise<ImClient> {
  const client = await connect({ ...account(name), ...options });
  t.after(() => client.close());
  return client;
}

async function arrival(client: ImClient) {
  const messages = client.messages();
  const next = await within(ANSWER_MS, messages.next(), () => `nothing for ${client.address}`);
  await messages.return?.();
  assert.ok(!next.done);
  return next.value;
}

function urlOf(server: ServerProcess, scheme: string): string {
  if (scheme === "ws") return server.webSocketUrl;
  const { host, port } = server.address(scheme);
  return `${scheme}://${scheme === "tls" ? "localhost" : host}:${port}`;
}

function isError(code: string, warning = /^/) {
  return (error: unknown): boolean =>
    error instanceof ImError && error.code === code && warning.test(error.warning ?? "");
}

const GARBAGE = "\0 this is not SIP";

/** Lets everybody register, and does something the first time. */
async function registrarThat(t: TestContext, does: (socket: Socket) => void): Promise<string> {
  let first = true;
  const server = createServer((socket) => {
    const framer = new SipFramer();
    t.after(() => socket.destroy());
    socket.on("data", (chunk) => {
      for (const framed of framer.push(chunk)) {
        if (framed.kind !== "message" || !(framed.message instanceof SipRequest)) continue;
        if (framed.message.method !== "REGISTER") continue;
        socket.write(formatMessage(makeResponse(framed.message, 200)));
        if (first) does(socket);
        first = false;
      }
    });
  });
  t.after(() => server.close());
  return `tcp://127.0.0.1:${await portOf(server)}`;
}

/** Accepts, and says nothing. */
async function listening(t: TestContext): Promise<number> {
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
  });
  t.after(() => server.close());
  return portOf(server);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

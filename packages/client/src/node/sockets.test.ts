/** The sockets of one client against servers that behave well, badly, or not at all. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { on, once } from "node:events";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { createServer as createTls } from "node:tls";
import type { Flow, FlowFault, Hop, SipMessage, TransportName } from "@parlance/sip";
import { asciiBytes } from "@parlance/wire";
import { generate } from "selfsigned";
import { WebSocketServer } from "ws";
import type { SocketEvents } from "../runtime.ts";
import { type SocketOptions, Sockets } from "./sockets.ts";

const OPTIONS = [
  "OPTIONS sip:alice@parlance.test SIP/2.0",
  "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1",
  "From: <sip:bob@parlance.test>;tag=1",
  "To: <sip:alice@parlance.test>",
  "Call-ID: 1",
  "CSeq: 1 OPTIONS",
  "Content-Length: 0",
  "",
  "",
].join("\r\n");

suite("streams", () => {
  test("messages are cut out of the stream, pings answered and pongs told", async (t) => {
    const server = await tcpServer(t);
    const { sockets, events } = client(t);
    const flow = await sockets.open(hopTo("TCP", server));
    const far = await server.accepted();
    assert.deepEqual(flow.remote, { host: "127.0.0.1", port: server.port });
    assert.equal(flow.local.port, far.remotePort);
    sockets.send(flow, asciiBytes("\r\n\r\n"));
    assert.equal(await heard(far), "\r\n\r\n");
    far.write(`\r\n${OPTIONS.slice(0, 50)}`);
    assert.equal(await events.next(), `pong on ${flow.id}`);
    far.write(OPTIONS.slice(50) + OPTIONS);
    assert.equal(await events.next(), "OPTIONS");
    assert.equal(await events.next(), "OPTIONS");
  });

  test("garbage and frames without end are faults; nothing after them is read", async (t) => {
    const long = `OPTIONS sip:a@b SIP/2.0\r\nX: ${"y".repeat(70_000)}`;
    for (const junk of ["\0", "GET / HTTP/1.1\r\n\r\n", long]) {
      const server = await tcpServer(t);
      const { sockets, events } = client(t);
      await sockets.open(hopTo("TCP", server));
      const far = await server.accepted();
      far.write(junk);
      assert.match(await events.next(), /^fault \d/);
      far.write(OPTIONS);
      far.end();
      assert.match(await events.next(), /^closed /);
    }
  });

  test("the end of a connection is told once, and not to whoever ended it", async (t) => {
    const server = await tcpServer(t);
    const { sockets, events } = client(t);
    const ours = await sockets.open(hopTo("TCP", server));
    const first = await server.accepted();
    sockets.close(ours);
    await once(first.resume(), "end");
    const theirs = await sockets.open(hopTo("TCP", server));
    assert.notEqual(theirs.id, ours.id);
    const second = await server.accepted();
    second.resetAndDestroy();
    assert.match(await events.next(), new RegExp(`^closed ${theirs.id} .*ECONNRESET`));
    sockets.send(theirs, asciiBytes(OPTIONS)); // goes nowhere
  });

  test("a live connection is taken again, a dead one is not", async (t) => {
    const server = await tcpServer(t);
    const { sockets, events } = client(t);
    const [one, two] = await Promise.all([
      sockets.open(hopTo("TCP", server)),
      sockets.open(hopTo("TCP", server)),
    ]);
    assert.equal(one, two);
    const far = await server.accepted();
    far.destroy();
    await events.next();
    assert.notEqual((await sockets.open(hopTo("TCP", server))).id, one.id);
  });

  test("a server that reads nothing is given up", async (t) => {
    const server = await tcpServer(t, { pauseOnConnect: true });
    const { sockets, events } = client(t);
    const flow = await sockets.open(hopTo("TCP", server));
    for (let sent = 0; sent < 40; sent += 1) sockets.send(flow, new Uint8Array(2 ** 18));
    assert.match(await events.next(), /^closed .* the server reads nothing/);
  });

  test("nobody there, no such name, and an end in the middle: each rejects with its reason", async (t) => {
    const server = await tcpServer(t);
    server.close();
    const { sockets } = client(t);
    await assert.rejects(sockets.open(hopTo("TCP", server)), /ECONNREFUSED/);
    await assert.rejects(sockets.open(hopTo("TCP", server, "localhost")), /ECONNREFUSED/);
    await assert.rejects(sockets.open(hopTo("TCP", server, "nobody.invalid")), /nobody\.invalid/);
    const silent = await tcpServer(t);
    const opening = sockets.open(hopTo("TLS", silent));
    opening.catch(() => {});
    await sockets.end();
    await assert.rejects(opening, /closed/);
  });

  test("names and IPv6 addresses are reached", async (t) => {
    const server = await tcpServer(t, {}, "::1");
    const { sockets } = client(t);
    const flow = await sockets.open(hopTo("TCP", server, "::1"));
    assert.equal(flow.remote.host, "::1");
    const other = await tcpServer(t);
    assert.equal((await sockets.open(hopTo("TCP", other, "localhost"))).remote.port, other.port);
  });
});

suite("TLS", () => {
  for (const transport of ["TLS", "WSS"] as const) {
    test(`${transport}: only a server that proves its name to a known authority is spoken to`, async (t) => {
      const pem = await generate([{ name: "commonName", value: "localhost" }], {
        keyType: "ec",
        extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
      });
      const identity = { cert: pem.cert, key: pem.private };
      const secure = transport === "TLS" ? createTls(identity) : webSocketsOver(identity);
      const server = await listening(t, secure);
      const { sockets } = client(t, { authorities: [pem.cert] });
      const hop = hopTo(transport, server, "localhost");
      assert.equal((await sockets.open(hop)).transport, transport);
      await assert.rejects(sockets.open(hopTo(transport, server)), /altnames/);
      await assert.rejects(client(t).sockets.open(hop), /self-signed/);
    });
  }
});

suite("datagrams", () => {
  test("are heard from the server alone", async (t) => {
    const server = createSocket("udp4");
    t.after(() => server.close());
    const stranger = createSocket("udp4");
    t.after(() => stranger.close());
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const { sockets, events } = client(t);
    const flow = await sockets.open(hopTo("UDP", server.address(), "localhost"));
    sockets.send(flow, asciiBytes(OPTIONS));
    const [octets, from] = await once(server, "message");
    assert.equal(String(octets), OPTIONS);
    assert.equal(from.port, flow.local.port);
    await new Promise((done) => {
      stranger.send(OPTIONS.replace("OPTIONS", "MESSAGE"), flow.local.port, "127.0.0.1", done);
    });
    server.send("\0garbage", flow.local.port, "127.0.0.1");
    server.send(OPTIONS, flow.local.port, "127.0.0.1");
    assert.match(await events.next(), /^fault/);
    assert.equal(await events.next(), "OPTIONS");
  });

  test("a port that nobody listens on is told by the system", async (t) => {
    const gone = createSocket("udp4").bind(0, "127.0.0.1");
    await once(gone, "listening");
    const place = gone.address();
    gone.close();
    const { sockets, events } = client(t);
    sockets.send(await sockets.open(hopTo("UDP", place)), asciiBytes(OPTIONS));
    assert.match(await events.next(), /^closed .*ECONNREFUSED/); // RFC 3261 §18.4
  });
});

suite("WebSocket", () => {
  test("one message a frame, text where it is text; pings answered, ends told", async (t) => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    t.after(() => server.close());
    await once(server, "listening");
    const connection = once(server, "connection");
    const { sockets, events } = client(t);
    const flow = await sockets.open(hopTo("WS", server.address() as AddressInfo)); // not a pipe
    assert.match(flow.local.host, /^[0-9a-f]{16}\.invalid$/); // RFC 7118 §5.1
    const [far] = await connection;
    for (const [octets, binary] of [
      [asciiBytes(OPTIONS), false],
      [Uint8Array.of(0xf0, 0x9f, 0x98), true],
    ] as const) {
      sockets.send(flow, octets);
      const [data, isBinary] = await once(far, "message");
      assert.deepEqual([new Uint8Array(data), isBinary], [octets, binary]);
    }
    far.send(OPTIONS);
    far.send(Buffer.from(OPTIONS));
    far.send("\r\n");
    far.send("garbage");
    assert.equal(await events.next(), "OPTIONS");
    assert.equal(await events.next(), "OPTIONS");
    assert.equal(await events.next(), `pong on ${flow.id}`);
    assert.match(await events.next(), /^fault/);
    far.send("\r\n\r\n");
    assert.equal(String((await once(far, "message"))[0]), "\r\n");
    far.send("x".repeat(200_000));
    assert.match(await events.next(), /^closed .*payload/i);
  });

  test("a server that is none says so", async (t) => {
    const server = await tcpServer(t, { allowHalfOpen: false });
    const answered = server.accepted().then((far) => far.end("HTTP/1.1 404 Not Found\r\n\r\n"));
    const { sockets } = client(t);
    await assert.rejects(sockets.open(hopTo("WS", server)), /404/);
    await answered;
    const silent = await tcpServer(t);
    const opening = sockets.open(hopTo("WS", silent));
    opening.catch(() => {});
    await silent.accepted();
    await sockets.end();
    await assert.rejects(opening, /closed/);
  });
});

function webSocketsOver(identity: { cert: string; key: string }): Server {
  const server = createHttps(identity);
  const web = new WebSocketServer({ server });
  server.on("close", () => web.close());
  return server;
}

interface Listening {
  readonly port: number;
  /** The next one that comes. */
  accepted(): Promise<Socket>;
  close(): void;
}

async function listening(t: TestContext, server: Server, host = "127.0.0.1"): Promise<Listening> {
  const open = new Set<Socket>();
  const arrivals = on(server, "connection");
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // not a pipe
  return {
    port,
    async accepted() {
      const { value = [] } = await arrivals.next();
      return value[0];
    },
    close: () => server.close(),
  };
}

function tcpServer(t: TestContext, options = {}, host?: string): Promise<Listening> {
  return listening(t, createTcp(options), host);
}

function hopTo(transport: TransportName, { port }: { port: number }, host = "127.0.0.1"): Hop {
  return { transport, address: { host, port }, serverName: host };
}

async function heard(socket: Socket): Promise<string> {
  const [octets] = await once(socket, "data");
  return String(octets);
}

/** What the sockets tell, one after the other, in words. */
class Told implements SocketEvents {
  readonly #told: string[] = [];
  #wake: () => void = () => {};

  message(message: SipMessage): void {
    this.#tell(message.cseq.method);
  }

  fault({ status, reason }: FlowFault): void {
    this.#tell(`fault ${status} ${reason}`);
  }

  closed({ id }: Flow, reason: string): void {
    this.#tell(`closed ${id} ${reason}`);
  }

  pong({ id }: Flow): void {
    this.#tell(`pong on ${id}`);
  }

  async next(): Promise<string> {
    for (;;) {
      const first = this.#told.shift();
      if (first !== undefined) return first;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #tell(what: string): void {
    this.#told.push(what);
    this.#wake();
  }
}

function client(t: TestContext, options: SocketOptions = {}) {
  const events = new Told();
  const sockets = new Sockets(events, options);
  t.after(() => sockets.end());
  return { events, sockets };
}

/**
 * The physical limit of a relay on this machine: Node reads a MESSAGE of 1,238 octets and writes it,
 * reads its 200 and writes that, and does nothing else. Beside it the sockets of Parlance, which also
 * frame each message and find its header lines.
 *
 *   node bench/raw-socket.ts [--pairs 8] [--window 16] [--seconds 3] [--json]
 *
 * The relay runs in a thread of its own. Its processor time per message is the figure that does not
 * depend on what else this machine does; "a core" is how many that would be with nothing else.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { destinationPolicy, SipTransports } from "@parlance/node";
import { type Flow, type FlowEvents, formatMessage, type SipMessage } from "@parlance/sip";

const RELAYS = ["udp raw", "udp parlance", "tcp raw", "tcp parlance"] as const;
type RelayName = (typeof RELAYS)[number];

interface Figure {
  readonly relay: RelayName;
  readonly relayedPerSecond: number;
  readonly microsecondsEach: number;
  readonly aCorePerSecond: number;
}

/** One end of the load: counts what comes back, and keeps the rest in flight. */
interface Line {
  send(count: number): void;
  close(): void;
}

const HOST = "127.0.0.1";
const BUFFER_BYTES = 4_194_304;
const MESSAGE = padded(
  [
    "MESSAGE sip:bob@parlance.test SIP/2.0",
    "Via: SIP/2.0/TCP 192.0.2.10:5060;rport;branch=z9hG4bK776asdhds",
    "Max-Forwards: 70",
    'From: "Alice" <sip:alice@parlance.test>;tag=49583',
    "To: <sip:bob@parlance.test>",
    "Call-ID: asd88asd77a@192.0.2.10",
    "CSeq: 1 MESSAGE",
    "P-Preferred-Identity: <sip:alice@parlance.test>",
    "Accept-Contact: *;+g.oma.sip-im",
    "User-Agent: IM-client/OMA1.0 bench/1.0",
    "Allow: MESSAGE, OPTIONS, INVITE, ACK, CANCEL, BYE",
    "Supported: gruu, outbound, path",
    "Date: Sat, 04 May 2030 10:00:00 GMT",
    "Content-Type: message/cpim",
  ],
  1_238,
);
const ANSWER = padded(
  [
    "SIP/2.0 200 OK",
    "Via: SIP/2.0/TCP 192.0.2.10:5060;rport;branch=z9hG4bK776asdhds",
    'From: "Alice" <sip:alice@parlance.test>;tag=49583',
    "To: <sip:bob@parlance.test>;tag=b",
    "Call-ID: asd88asd77a@192.0.2.10",
    "CSeq: 1 MESSAGE",
  ],
  420,
);

if (isMainThread) await measureAll();
else await relay();

async function measureAll(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "8" },
      window: { type: "string", default: "16" },
      seconds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const [pairs, window, seconds] = [values.pairs, values.window, values.seconds].map(Number);
  if (pairs === undefined || window === undefined || seconds === undefined) return;
  const figures: Figure[] = [];
  for (const name of RELAYS) figures.push(await measure(name, { pairs, window, seconds }));
  if (values.json) {
    const unit = "relayed messages/s on one core, a message and its answer each in and out";
    console.log(JSON.stringify({ bench: "raw-socket", unit, bytes: MESSAGE.length, figures }));
  } else {
    console.table(figures);
  }
  process.exit(0);
}

async function measure(
  name: RelayName,
  load: { readonly pairs: number; readonly window: number; readonly seconds: number },
): Promise<Figure> {
  const worker = new Worker(new URL(import.meta.url), { workerData: name });
  const [port] = await once(worker, "message");
  let done = 0;
  const lines: Line[] = [];
  for (let pair = 0; pair < load.pairs; pair += 1) {
    const open = name.startsWith("udp") ? openDatagrams : openStream;
    const receiver: Line = await open(port, MESSAGE.length, ANSWER, (count) =>
      receiver.send(count),
    );
    const sender: Line = await open(port, ANSWER.length, MESSAGE, (count) => {
      done += count;
      sender.send(count);
    });
    lines.push(sender, receiver);
    // The relay joins each two lines that it hears of, in turn.
    receiver.send(1);
    await once(worker, "message");
    sender.send(load.window);
    await once(worker, "message");
  }
  await after(1);
  worker.postMessage("start", []);
  const [before, began] = [done, performance.now()];
  await after(load.seconds);
  worker.postMessage("stop", []);
  const [microseconds] = await once(worker, "message");
  const relayed = done - before;
  const elapsed = (performance.now() - began) / 1_000;
  for (const line of lines) line.close();
  await worker.terminate();
  return {
    relay: name,
    relayedPerSecond: Math.round(relayed / elapsed),
    microsecondsEach: Math.round((microseconds / relayed) * 100) / 100,
    aCorePerSecond: Math.round((relayed * 1e6) / microseconds),
  };
}

type Open = (
  port: number,
  sizeIn: number,
  out: Uint8Array,
  took: (count: number) => void,
) => Promise<Line>;

async function openDatagrams(...[port, , out, took]: Parameters<Open>): Promise<Line> {
  const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES });
  socket.on("message", () => took(1));
  socket.on("error", () => undefined); // told at the end, when the relay is gone first
  socket.connect(port, HOST);
  await once(socket, "connect");
  return {
    send: (count) => {
      for (let at = 0; at < count; at += 1) socket.send(out);
    },
    close: () => socket.close(),
  };
}

async function openStream(...[port, sizeIn, out, took]: Parameters<Open>): Promise<Line> {
  const socket = connect({ port, host: HOST, noDelay: true });
  let bytes = 0;
  let waiting = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    const whole = Math.floor(bytes / sizeIn);
    bytes -= whole * sizeIn;
    if (whole > 0) took(whole);
  });
  await once(socket, "connect");
  const flush = (): void => {
    if (!socket.destroyed) socket.write(Buffer.concat(Array.from({ length: waiting }, () => out)));
    waiting = 0;
  };
  return {
    send: (count) => {
      if (waiting === 0) setImmediate(flush);
      waiting += count;
    },
    close: () => socket.destroy(),
  };
}

async function relay(): Promise<void> {
  const name: RelayName = workerData;
  let began = process.threadCpuUsage();
  parentPort?.on("message", (order) => {
    const used = process.threadCpuUsage(began);
    if (order === "start") began = process.threadCpuUsage();
    else parentPort?.postMessage(used.user + used.system, []);
  });
  parentPort?.postMessage(await startRelay(name), []);
}

/** Tells the load that one more line has been heard of. */
function heardOf(): void {
  parentPort?.postMessage("line", []);
}

function startRelay(name: RelayName): Promise<number> {
  if (name === "udp raw") return relayDatagrams();
  if (name === "tcp raw") return relayStreams();
  return relayWithParlance(name === "udp parlance" ? "udp" : "tcp");
}

async function relayDatagrams(): Promise<number> {
  const socket = createSocket({
    type: "udp4",
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    lookup: (host, _family, found) => found(null, host, 4),
  });
  const partners = new Map<number, number>();
  let waiting: number | undefined;
  socket.on("message", (bytes, { port }) => {
    const partner = partners.get(port);
    if (partner !== undefined) {
      socket.send(bytes, partner, HOST);
      return;
    }
    if (waiting !== undefined && waiting !== port) {
      partners.set(port, waiting).set(waiting, port);
      socket.send(bytes, waiting, HOST);
      waiting = undefined;
    } else waiting = port;
    heardOf();
  });
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  return socket.address().port;
}

async function relayStreams(): Promise<number> {
  const waiting: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (first) => {
      const partner = waiting.pop();
      if (partner === undefined) waiting.push(socket);
      else {
        copy(socket, partner)(first);
        copy(partner, socket);
      }
      heardOf();
    });
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

/** Writes at the end of the turn what was read in it, with one call. */
function copy(from: Socket, to: Socket): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  const flush = (): void => {
    to.cork();
    for (const chunk of chunks) to.write(chunk);
    to.uncork();
    chunks = [];
  };
  const take = (chunk: Buffer): void => {
    if (chunks.length === 0) setImmediate(flush);
    chunks.push(chunk);
  };
  from.on("data", take);
  return take;
}

async function relayWithParlance(scheme: "udp" | "tcp"): Promise<number> {
  const transports = new SipTransports({ mayConnect: destinationPolicy(["127.0.0.0/8"]) });
  const partners = new Map<string, Flow>();
  let waiting: Flow | undefined;
  const forward = (message: SipMessage, flow: Flow): void => {
    const partner = partners.get(flow.id);
    if (partner !== undefined) {
      transports.send(partner, formatMessage(message));
      return;
    }
    if (waiting !== undefined && waiting !== flow) {
      partners.set(flow.id, waiting).set(waiting.id, flow);
      transports.send(waiting, formatMessage(message));
      waiting = undefined;
    } else waiting = flow;
    heardOf();
  };
  const events: FlowEvents = {
    message: forward,
    fault: ({ reason }) => {
      throw new Error(reason);
    },
    closed: () => undefined,
  };
  transports.attach(events);
  const { port } = await transports.listen({ url: `${scheme}://${HOST}:0` });
  return port;
}

function padded(lines: readonly string[], size: number): Uint8Array {
  const head = (length: number) => [...lines, `Content-Length: ${length}`, "", ""].join("\r\n");
  const bodyBytes = size - head(size).length;
  const body = "x".repeat(bodyBytes + head(size).length - head(bodyBytes).length);
  return Buffer.from(head(body.length) + body);
}

function after(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

/** The servers that are measured: Parlance as an operator starts it, and Kamailio where it is installed. */
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, isInstalled, startOn, temporaryFolder } from "./machine.ts";

export interface Server {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** What clients have to know to log in; undefined where nobody asks. */
  readonly password: string | undefined;
  /** What a server says that could not do its work as it should: its figures are worth nothing then. */
  readonly trouble?: () => string | undefined;
}

export const PASSWORD = "pw";

/** Everybody comes from one address here, and faster than people type. */
const ROOMY = {
  messagesPerSecond: 1_000_000,
  messageBurst: 1_000_000,
  registersPerSecond: 1_000_000,
  registerBurst: 1_000_000,
  documentRequestsPerSecond: 1_000_000,
  documentRequestBurst: 1_000_000,
  transactionsPerSource: 100_000,
  connectionsPerSource: 10_000,
  deferredMessagesPerUser: 1_000_000,
  deferredBytesPerUser: 1_000_000_000,
};

/**
 * In the foreground, with the quickest of its memory managers. It keeps each transaction for five seconds, some 15 KiB
 * with its answers: at 50,000 a second that takes 4 GB, and where it is short of it, it drops what comes.
 */
const KAMAILIO_OPTIONS = ["-x", "tlsf", "-X", "tlsf", "-m", "6144", "-M", "64", "-DD", "-E"];

/** What has not started by then will not. */
const START_MS = 30_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface ParlanceOptions {
  readonly nodeFlags?: readonly string[];
  /** Opens the HTTP listener as well, with room for files. */
  readonly http?: boolean;
  /** The data of one that has ended; new by default. */
  readonly data?: string;
  /** Beside the usual configuration, and the usual limits. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, number>>;
}

/** With users u0, u1, … and the trace off, as for a service under load. */
export async function startParlance(users: number, options: ParlanceOptions = {}) {
  const { nodeFlags = [], http = false, data = temporaryFolder() } = options;
  const file = join(data, "parlance.json");
  const config = {
    data,
    listen: {
      sip: ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"],
      msrp: ["tcp://127.0.0.1:0"],
      http: http ? "http://127.0.0.1:0" : null,
      admin: null,
    },
    users: Array.from({ length: users }, (_, at) => ({ name: `u${at}`, password: PASSWORD })),
    trace: { bytes: 0 },
    files: { maxFileBytes: 2 ** 30, quotaBytes: 8 * 2 ** 30 },
    ...options.config,
    limits: { ...ROOMY, ...options.limits },
  };
  writeFileSync(file, JSON.stringify(config));
  const child = startOn(0, [
    process.execPath,
    ...nodeFlags,
    "--conditions=parlance-source",
    join(ROOT, "apps/parlance/src/main.ts"),
    "start",
    "--json",
    "--config",
    file,
  ]);
  const ready = await saying(child, /^ready (.*)$/m);
  const port = (transport: string) => {
    const url = new RegExp(`${transport}://127.0.0.1:(\\d+)`).exec(ready);
    return Number(url?.[1]);
  };
  const server = { name: "Parlance", child, password: PASSWORD };
  const on = (transport: string): Server => ({ ...server, port: port(transport) });
  return { udp: on("udp"), tcp: on("tcp"), http: on("http"), data };
}

/** A program that only joins sockets, two by two. */
export async function startPipe(nodeFlags: readonly string[] = []): Promise<Server> {
  const program = join(ROOT, "bench/load/pipe.ts");
  const child = startOn(0, [process.execPath, ...nodeFlags, program]);
  const port = Number(await saying(child, /^ready (\d+)$/m));
  return { name: "Node pipe", port, child, password: undefined };
}

/** A room with so many legs, whose addresses are in `legs`; with a log it keeps what is said. */
export async function startRoom(
  count: number,
  {
    log = false,
    nodeFlags = [],
  }: { readonly log?: boolean; readonly nodeFlags?: readonly string[] } = {},
): Promise<Server & { readonly legs: string }> {
  const program = join(ROOT, "bench/load/room-host.ts");
  const legs = join(temporaryFolder(), "legs.json");
  const more = log ? ["log"] : [];
  const child = startOn(0, [
    process.execPath,
    ...nodeFlags,
    "--conditions=parlance-source",
    program,
    String(count),
    legs,
    ...more,
  ]);
  const port = Number(await saying(child, /^ready (\d+)$/m));
  return { name: "Parlance", port, child, password: undefined, legs };
}

/** A program that writes what one of the first connections says to all others. */
export async function startRoomPipe(speakers: number): Promise<Server> {
  const program = join(ROOT, "bench/load/room-pipe.ts");
  const child = startOn(0, [process.execPath, program, String(speakers)]);
  const port = Number(await saying(child, /^ready (\d+)$/m));
  return { name: "Node writer", port, child, password: undefined };
}

/** A program that pipes bodies into files, and files into answers. */
export async function startFilePipe(): Promise<Server> {
  const program = join(ROOT, "bench/load/file-pipe.ts");
  const child = startOn(0, [process.execPath, program, temporaryFolder()]);
  const port = Number(await saying(child, /^ready (\d+)$/m));
  return { name: "node:http", port, child, password: undefined };
}

export async function startXcapPipe(entries: string): Promise<Server> {
  const program = join(ROOT, "bench/load/xcap-pipe.ts");
  const child = startOn(0, [process.execPath, program, temporaryFolder(), entries]);
  const port = Number(await saying(child, /^ready (\d+)$/m));
  return { name: "node:http", port, child, password: undefined };
}

/** Undefined where it is not installed. `digest`: it asks for credentials as Parlance does. */
export async function startKamailio(config: string, digest: boolean): Promise<Server | undefined> {
  if (!isInstalled("kamailio")) return undefined;
  const port = await freePort();
  const listeners = [`udp:127.0.0.1:${port}`, `tcp:127.0.0.1:${port}`];
  const child = startOn(0, [
    "kamailio",
    "-f",
    join(ROOT, "bench/kamailio", config),
    ...listeners.flatMap((listener) => ["-l", listener]),
    ...(digest ? ["-A", "DIGEST"] : []),
    "-Y",
    temporaryFolder(),
    ...KAMAILIO_OPTIONS,
  ]);
  child.stdout?.resume();
  let complaints = "";
  child.stderr?.on("data", (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2_000);
  });
  try {
    await listening(port, child); // it says nothing when it is ready
  } catch (why) {
    child.kill("SIGKILL");
    throw new Error(`kamailio did not start: ${complaints}`, { cause: why });
  }
  return {
    name: digest ? "Kamailio, digest" : "Kamailio",
    port,
    child,
    password: digest ? PASSWORD : undefined,
    trouble: () => (/out of mem|shm|shared mem/.test(complaints) ? complaints : undefined),
  };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_MS;
  while (performance.now() < until) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`it ended with ${end}`);
    if (await isOpen(port)) return;
    await wait(50);
  }
  throw new Error(`it does not listen after ${START_MS} ms`);
}

function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  return new Promise((resolve) => {
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Rejects when the program ends, or takes too long, without having said it. */
function saying({ stdout, stderr }: ChildProcess, wanted: RegExp): Promise<string> {
  if (stdout === null || stderr === null) throw new Error("the server has no output");
  let text = "";
  let complaints = "";
  stderr.on("data", (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new Error(`the server did not start: ${why} ${complaints}`));
    const tooLong = setTimeout(() => fail(`nothing after ${START_MS} ms.`), START_MS);
    stdout.on("end", () => fail("it has ended."));
    stdout.on("data", function look(chunk) {
      text += chunk;
      const found = wanted.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(tooLong);
      stdout.off("data", look);
      stdout.resume();
      resolve(found);
    });
  });
}

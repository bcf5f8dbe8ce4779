/** The server as its own process on free ports, for tests that must see it from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { within } from "./deadline.ts";
import { ownFolder } from "./own-folder.ts";

const MAIN = fileURLToPath(new URL("../../apps/parlance/src/main.ts", import.meta.url));
const PROBE = new URL("memory-probe.ts", import.meta.url).href;
/** Far above what a start takes, for machines that are busy with other tests. */
const START_MS = 30_000;
const END_MS = 20_000;

export interface ServerOptions {
  /** What an earlier process left; a folder of its own by default. */
  readonly data?: string;
  /** Leaves the folder for a later process, which removes it unless it keeps it too. */
  readonly keepData?: boolean;
  readonly domain?: string;
  readonly users?: readonly { readonly name: string; readonly password?: string }[];
  /** Further configuration, by key path; values are written as JSON. */
  readonly set?: Readonly<Record<string, unknown>>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Memory {
  /** Live octets of the heap and beside it, after a collection. */
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** Names that somebody has put on the prototype of all objects. */
  readonly strangers: readonly string[];
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  "listen.sip": ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"],
  "listen.msrp": ["tcp://127.0.0.1:0"],
  "listen.http": "http://127.0.0.1:0",
  "listen.admin": "http://127.0.0.1:0",
  "compat.plainSip": true,
};

export class ServerProcess {
  readonly data: string;
  readonly startedInMs: number;
  readonly #child: ChildProcess;
  readonly #urls: readonly string[];
  readonly #output: Output;
  readonly #ownsData: boolean;
  readonly #exit: Promise<string>;

  /** Resolves when it says that it is ready. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const data = options.data ?? ownFolder();
    const began = performance.now();
    const child = spawn(process.execPath, commandOf(options, data), {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: environment(),
    });
    const output = new Output(child);
    const exit = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(String(code ?? signal)));
    });
    const ready = Promise.race([
      output.ready,
      exit.then((how) => {
        throw new Error(`the server ended with ${how}: ${output.errors}`);
      }),
    ]);
    const line = await within(START_MS, ready, () => `no ready line: ${output.errors}`);
    const ownsData = options.keepData !== true;
    return new ServerProcess({ child, output, exit, line, data, ownsData, began });
  }

  private constructor(of: {
    readonly child: ChildProcess;
    readonly output: Output;
    readonly exit: Promise<string>;
    readonly line: string;
    readonly data: string;
    readonly ownsData: boolean;
    readonly began: number;
  }) {
    this.startedInMs = performance.now() - of.began;
    this.data = of.data;
    this.#child = of.child;
    this.#output = of.output;
    this.#exit = of.exit;
    this.#ownsData = of.ownsData;
    const told: unknown = JSON.parse(of.line.slice("ready ".length));
    this.#urls = urlsIn(told);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it wrote to standard error. */
  get errors(): string {
    return this.#output.errors;
  }

  /** How it ended: the status, or the signal. */
  get exit(): Promise<string> {
    return this.#exit;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Of a SIP listener: `udp`, `tcp`, `tls`; the first of them, or the one with this number. */
  address(scheme: string, number = 0): Address {
    const url = this.#listeners(scheme)[number];
    if (url === undefined) throw new Error(`no ${scheme} listener`);
    const [, host = "", port = ""] = /^\w+:\/\/\[?([^\]]+?)\]?:(\d+)$/.exec(url) ?? [];
    return { host, port: Number(port) };
  }

  /** Where SIP over WebSocket is taken. */
  get webSocketUrl(): string {
    return `${this.httpUrl.replace("http:", "ws:")}/sip`;
  }

  /** Of the first listener of this scheme. */
  url(scheme: string): string {
    const [url] = this.#listeners(scheme);
    if (url === undefined) throw new Error(`no ${scheme} listener`);
    return url;
  }

  get httpUrl(): string {
    return this.#listeners("http")[0] ?? "";
  }

  get adminUrl(): string {
    return this.#listeners("http")[1] ?? "";
  }

  /** What is left in memory when everything that can go is gone. */
  memory(): Promise<Memory> {
    const answer = new Promise<Memory>((resolve) => {
      this.#child.once("message", (told) => resolve(told as Memory)); // of our own probe
    });
    this.#child.send("memory");
    return within(END_MS, answer, () => "no word from the memory probe");
  }

  /** Ends it without a warning, as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
    this.#removeData();
  }

  /** Ends it in order; rejects when that does not work. */
  async stop(): Promise<void> {
    try {
      if (!this.alive) return;
      this.#child.kill("SIGTERM");
      const how = await within(END_MS, this.#exit, () => `the server does not end: ${this.errors}`);
      if (how !== "0") throw new Error(`the server ended with ${how}: ${this.errors}`);
    } finally {
      if (this.alive) await this.kill();
      this.#removeData();
    }
  }

  #removeData(): void {
    if (this.#ownsData) rmSync(this.data, { recursive: true, force: true });
  }

  #listeners(scheme: string): readonly string[] {
    return this.#urls.filter((url) => url.startsWith(`${scheme}://`));
  }
}

/** Standard output up to the ready line, and all of standard error. */
class Output {
  readonly ready: Promise<string>;
  errors = "";

  constructor({ stdout, stderr }: ChildProcess) {
    let text = "";
    this.ready = new Promise((resolve) => {
      stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const line = /^ready .*$/m.exec(text)?.[0];
        if (line !== undefined && text.endsWith("\n")) resolve(line);
      });
    });
    stderr?.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }
}

function commandOf(options: ServerOptions, data: string): readonly string[] {
  const { domain = "im.example.com", users = [], set = {} } = options;
  const settings = { ...DEFAULTS, "log.level": "info", ...set, domain, users, data };
  const flags = Object.entries(settings).flatMap(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return ["--set", `${key}=${text}`];
  });
  const node = ["--expose-gc", "--conditions=parlance-source", "--import", PROBE];
  return [...node, MAIN, "start", "--json", ...flags];
}

/** Without what the test runner tells its own children. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...rest } = process.env;
  return rest;
}

function urlsIn(told: unknown): readonly string[] {
  const { listeners } = told as { listeners: readonly { url: string }[] }; // printed by our server
  return listeners.map(({ url }) => url);
}

/** The parlance command as its own process: arguments and lines in, lines and an exit status out. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "./deadline.ts";

const MAIN = fileURLToPath(new URL("../../apps/parlance/src/main.ts", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));
/** No folder: servers of other tests, which run at the same time, have left no notes there. */
const NO_NOTES = fileURLToPath(import.meta.url);
/** Far above what anything here takes, for machines that are busy with other tests. */
const WAIT_MS = 30_000;

export interface Ended {
  /** The exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** All of standard input; it stays open otherwise. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class RunningCommand {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #words: string;
  #out = "";
  #err = "";
  /** How much of the output `line` has been through. */
  #read = 0;
  #closed = false;
  #more = Promise.withResolvers<void>();

  constructor(args: readonly string[], { input, env = {} }: RunOptions = {}) {
    this.#words = args.join(" ");
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...rest } = process.env;
    this.#child = spawn(process.execPath, ["--conditions=parlance-source", MAIN, ...args], {
      env: { ...rest, NODE_COMPILE_CACHE: CACHE, XDG_RUNTIME_DIR: NO_NOTES, ...env },
      stdio: "pipe",
    });
    const { stdin, stdout, stderr } = this.#child;
    stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
      this.#tell();
    });
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#err += text;
    });
    stdin?.on("error", () => undefined); // it may be gone before it has read everything
    if (input !== undefined) stdin?.end(input);
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#closed = true;
        this.#tell();
        resolve({ status: code ?? signal ?? "SIGKILL", out: this.#out, err: this.#err });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The end of standard input. */
  endInput(): void {
    this.#child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The next line that fits, behind the one that the last call found. */
  line(fits: RegExp, ms = WAIT_MS): Promise<string> {
    return within(ms, this.#next(fits), () => `${this.#words}: no line ${fits}: ${this.#story()}`);
  }

  end(ms = WAIT_MS): Promise<Ended> {
    return within(ms, this.ended, () => `${this.#words} does not end: ${this.#story()}`);
  }

  /** For the end of a test, whatever became of it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  async #next(fits: RegExp): Promise<string> {
    for (;;) {
      const end = this.#out.indexOf("\n", this.#read);
      if (end !== -1) {
        const line = this.#out.slice(this.#read, end);
        this.#read = end + 1;
        if (fits.test(line)) return line;
        continue;
      }
      if (this.#closed) throw new Error(`${this.#words}: ended without ${fits}: ${this.#story()}`);
      await this.#more.promise;
    }
  }

  #tell(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers<void>();
  }

  #story(): string {
    return `\n${this.#out}\n${this.#err}`;
  }
}

/** Runs it to its end. */
export function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new RunningCommand(args, { input: "", ...options }).end();
}

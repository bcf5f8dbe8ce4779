/** A Kamailio of the suites: started with one of the configurations here, watched, and ended with its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ownFolder } from "../../tools/test/own-folder.ts";

const START_MS = 15_000;
const LOOK_MS = 50;

export interface KamailioOptions {
  /** A file of this folder. */
  readonly config: string;
  /** `tcp:127.0.0.1:5060`, for instance. */
  readonly listeners: readonly string[];
  /** What the configuration is told: `NAME=value`. */
  readonly defines: readonly string[];
  /** Of streams: open when it is ready. */
  readonly port: number;
}

export class Kamailio {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #said = "";

  /** Resolves when it takes connections. */
  static async start(options: KamailioOptions): Promise<Kamailio> {
    const kamailio = new Kamailio(options);
    await kamailio.#ready();
    return kamailio;
  }

  private constructor({ config, listeners, defines, port }: KamailioOptions) {
    this.port = port;
    this.#folder = ownFolder("kamailio");
    const options: readonly (readonly [flag: string, value: string])[] = [
      ["-f", join(import.meta.dirname, config)],
      ["-Y", this.#folder],
      ...listeners.map((listener) => ["-l", listener] as const),
      ...defines.map((define) => ["-A", define] as const),
      ["-x", "tlsf"], // the usual allocators end with a fault under some kernels
      ["-X", "tlsf"],
      ["-m", "256"],
      ["-M", "8"],
    ];
    this.#child = spawn("kamailio", [...options.flat(), "-DD", "-E"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#said = `${this.#said}${chunk.toString()}`.slice(-20_000);
      });
    }
  }

  /** What it has logged. */
  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid !== undefined && exitCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM"); // it ends its children itself
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** It says nothing when it is ready. */
  async #ready(): Promise<void> {
    const until = performance.now() + START_MS;
    while (!(await opens(this.port))) {
      if (this.#child.exitCode !== null || performance.now() > until) {
        await this.stop();
        throw new Error(`kamailio does not start: ${this.#said}`);
      }
      await wait(LOOK_MS);
    }
  }
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", end(true)).once("error", end(false));
  });
}

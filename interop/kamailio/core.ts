/** Kamailio as the SIP/IP core in front of the server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../sipp/sipp.ts";

const START_MS = 15_000;
const LOOK_MS = 50;

export interface CorePorts {
  /** Of the clients. */
  readonly port: number;
  /** Of the application server. */
  readonly serverPort: number;
}

export function freePorts(): Promise<CorePorts> {
  return Promise.all([freePort(), freePort()]).then(([port, serverPort]) => ({ port, serverPort }));
}

export class KamailioCore {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #said = "";

  /** `as`: where the application server listens for it. Resolves when it takes connections. */
  static async start(ports: CorePorts, as: number): Promise<KamailioCore> {
    const core = new KamailioCore(ports, as);
    await core.#ready();
    return core;
  }

  private constructor({ port, serverPort }: CorePorts, as: number) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "parlance-kamailio-"));
    const here = "127.0.0.1";
    const options: readonly (readonly [flag: string, value: string])[] = [
      ["-f", join(import.meta.dirname, "sip-ip-core.cfg")],
      ["-Y", this.#folder],
      ["-l", `udp:${here}:${port}`],
      ["-l", `tcp:${here}:${port}`],
      ["-l", `tcp:${here}:${serverPort}`],
      ["-A", `AS="sip:${here}:${as};transport=tcp"`],
      ["-A", `CORE="sip:${here}:${serverPort};transport=tcp"`],
      ["-A", `CORE_PORT=${serverPort}`],
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

/** Runs SIPp with one of the scenarios beside this file. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { within } from "../../tools/test/deadline.ts";
import { ownFolder } from "../../tools/test/own-folder.ts";

const RUN_MS = 30_000;

export interface SippRun {
  readonly scenario: "register" | "send-message" | "receive-messages";
  readonly transport: "UDP" | "TCP";
  /** Filled in for @NAME@. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** The server; left out by who only listens. */
  readonly remotePort?: number;
  readonly localPort: number;
  readonly login?: {
    readonly name: string;
    readonly password: string;
    /** The Request-URI without its scheme: SIPp would take the address of the server. */
    readonly uri: string;
  };
  readonly calls?: number;
}

/** A SIPp that has been started; `done` rejects unless every call went as its scenario says. */
export class Sipp {
  readonly done: Promise<void>;
  readonly #child: ChildProcess;
  readonly #folder = ownFolder("sipp");

  constructor(run: SippRun) {
    const file = join(this.#folder, `${run.scenario}.xml`);
    writeFileSync(file, fill(run));
    this.#child = spawn("sipp", argumentsOf(run, file), { cwd: this.#folder });
    let said = "";
    const note = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-4_000);
    };
    this.#child.stdout?.on("data", note);
    this.#child.stderr?.on("data", note);
    const end = new Promise<void>((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        if (code === 0) resolve();
        else
          reject(new Error(`SIPp ${run.scenario} ended with ${code}: ${this.#errors()}\n${said}`));
      });
    });
    this.done = within(RUN_MS, end, () => `SIPp ${run.scenario} does not end\n${said}`).finally(
      () => this.#tidyUp(),
    );
    this.done.catch(() => undefined); // whoever started it awaits it later
  }

  #errors(): string {
    try {
      return readFileSync(join(this.#folder, "errors.log"), "utf8");
    } catch {
      return "no errors logged";
    }
  }

  #tidyUp(): void {
    this.#child.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function sipp(run: SippRun): Promise<void> {
  return new Sipp(run).done;
}

/** One that was free a moment ago, for UDP and TCP. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function fill({ scenario, values = {} }: SippRun): string {
  const text = readFileSync(join(import.meta.dirname, `${scenario}.xml`), "utf8");
  return Object.entries(values).reduce(
    (filled, [name, value]) => filled.replaceAll(`@${name}@`, String(value)),
    text,
  );
}

function argumentsOf(run: SippRun, file: string): readonly string[] {
  const { transport, remotePort, localPort, login, calls = 1 } = run;
  const server = remotePort === undefined ? "" : `127.0.0.1:${remotePort} `;
  const as =
    login === undefined ? "" : ` -au ${login.name} -ap ${login.password} -auth_uri ${login.uri}`;
  const words =
    `${server}-sf ${file} -m ${calls} -r 100 -i 127.0.0.1 -p ${localPort}${as}` +
    ` -t ${transport === "UDP" ? "u1" : "t1"} -buff_size 4194304 -nostdin` +
    " -timeout 20s -timeout_error -recv_timeout 10000 -trace_err -error_file errors.log";
  return words.split(" ");
}

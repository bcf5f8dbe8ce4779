/** tshark: captures on the loopback, and says what it thinks of a capture. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { within } from "../../tools/test/deadline.ts";
import { ownFolder } from "../../tools/test/own-folder.ts";

const WAIT_MS = 20_000;
const LOOK_MS = 100;
const NOTHING = Buffer.alloc(0);
const MOST_OUTPUT = 2 ** 26;
const run = promisify(execFile);

/** Those of the server: what goes there and comes from there is SIP, or MSRP. */
export interface Ports {
  readonly udp: number;
  readonly tcp: number;
  readonly msrp: number;
}

export interface Opinion {
  readonly sipFrames: number;
  readonly msrpFrames: number;
  /** Malformed frames and errors, with the words of the dissector. */
  readonly complaints: readonly string[];
}

export class Capture {
  readonly #child: ChildProcess;
  readonly #ports: Ports;
  readonly #folder: string;
  readonly #ended: Promise<void>;

  /** Resolves when packets are being taken; with nothing when this user may not. */
  static async start(ports: Ports): Promise<Capture | undefined> {
    const capture = new Capture(ports);
    const began = await within(WAIT_MS, capture.#began(), () => "tshark does not begin");
    if (began) return capture;
    capture.#tidyUp();
    return undefined;
  }

  private constructor(ports: Ports) {
    this.#ports = ports;
    this.#folder = ownFolder("tshark");
    const filter = `port ${ports.udp} or port ${ports.tcp} or port ${ports.msrp}`;
    this.#child = spawn("tshark", ["-i", "lo", "-f", filter, "-w", this.#file, "-q"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  /** What was sent before is in it: what the kernel holds when the program ends would be lost. */
  async stop(): Promise<Opinion> {
    await within(WAIT_MS, this.#written(), () => "tshark does not write");
    this.#child.kill("SIGINT");
    await within(WAIT_MS, this.#ended, () => "tshark does not end");
    const opinion = await dissect(this.#file, this.#ports);
    this.#tidyUp();
    return opinion;
  }

  /** Resolves when a datagram that is sent now, which no protocol knows, stands in the file. */
  async #written(): Promise<void> {
    const mark = `the end ${randomUUID()}`;
    const socket = createSocket("udp4");
    try {
      while (!(await readFile(this.#file).catch(() => NOTHING)).includes(mark)) {
        socket.send(mark, this.#ports.udp, "127.0.0.1");
        await pause(LOOK_MS);
      }
    } finally {
      socket.close();
    }
  }

  get #file(): string {
    return join(this.#folder, "wire.pcapng");
  }

  #began(): Promise<boolean> {
    return new Promise((resolve) => {
      let said = "";
      this.#child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Capture started")) resolve(true);
        if (/permission|not permitted/i.test(said)) resolve(false);
      });
    });
  }

  #tidyUp(): void {
    this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function dissect(file: string, { udp, tcp, msrp }: Ports): Promise<Opinion> {
  const ports = [`udp.port==${udp},sip`, `tcp.port==${tcp},sip`, `tcp.port==${msrp},msrp`];
  const as = ["-r", file, ...ports.flatMap((port) => ["-d", port])];
  const framesOf = (protocol: string) =>
    lines([...as, "-Y", protocol, "-T", "fields", "-e", "frame.number"]);
  const [sipFrames, msrpFrames] = [(await framesOf("sip")).length, (await framesOf("msrp")).length];
  const wrong = "_ws.malformed || _ws.expert.severity >= 8388608"; // PI_ERROR
  const fields = ["frame.number", "sip.CSeq", "_ws.expert.message", "_ws.col.Info"];
  const words = fields.flatMap((field) => ["-e", field]);
  const complaints = await lines([...as, "-Y", wrong, "-T", "fields", ...words]);
  return { sipFrames, msrpFrames, complaints };
}

async function lines(args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run("tshark", [...args], { maxBuffer: MOST_OUTPUT });
  return stdout.split("\n").filter((line) => line !== "");
}

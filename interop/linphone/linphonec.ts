/** linphonec, the terminal program of linphone, driven through a pseudo-terminal: it does nothing behind a pipe. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "../../tools/test/deadline.ts";

const WAIT_MS = 20_000;

export interface LinphoneAccount {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
  /** `MD5`: the program has the hash of the password alone, and can do nothing else. */
  readonly digest: "SHA-256" | "MD5";
}

export interface LinphoneServer {
  readonly transport: "udp" | "tcp";
  readonly port: number;
}

export class Linphonec {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #gone: Promise<void>;
  readonly #waiting: {
    readonly pattern: RegExp;
    readonly heard: (found: RegExpExecArray) => void;
  }[] = [];
  #said = "";

  /** Resolves when it is registered. */
  static async start(account: LinphoneAccount, server: LinphoneServer): Promise<Linphonec> {
    const phone = new Linphonec(account, server);
    try {
      await phone.hears(/LinphoneRegistrationOk/);
      return phone;
    } catch (error) {
      await phone.stop();
      throw error;
    }
  }

  private constructor(account: LinphoneAccount, server: LinphoneServer) {
    this.#folder = mkdtempSync(join(tmpdir(), "parlance-linphone-"));
    // Without this folder it has no database, and without its database no messages.
    mkdirSync(join(this.#folder, ".local/share/linphone"), { recursive: true });
    const file = join(this.#folder, "linphonerc");
    writeFileSync(file, configuration(account, server));
    const words = `linphonec -c ${file} -d 6`;
    this.#child = spawn("script", ["-qfec", words, "/dev/null"], {
      cwd: this.#folder,
      env: { PATH: process.env["PATH"], HOME: this.#folder, TERM: "dumb" },
    });
    this.#gone = new Promise((resolve) => this.#child.once("close", () => resolve()));
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#listen(chunk.toString()));
  }

  chat(to: string, text: string): void {
    this.#child.stdin?.write(`chat ${to} ${text}\n`);
  }

  /** What it prints that fits, from the beginning. */
  hears(pattern: RegExp): Promise<RegExpExecArray> {
    const found = pattern.exec(this.#said);
    if (found !== null) return Promise.resolve(found);
    const heard = Promise.withResolvers<RegExpExecArray>();
    this.#waiting.push({ pattern, heard: heard.resolve });
    return within(
      WAIT_MS,
      heard.promise,
      () => `linphonec did not say ${pattern}: ${this.#said.slice(-2_000)}`,
    );
  }

  /** Everything that it has printed: the messages in and out are in it. */
  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.write("quit\n");
    await within(WAIT_MS, this.#gone, () => "linphonec does not end").finally(() =>
      this.#child.kill("SIGKILL"),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #listen(text: string): void {
    this.#said += text;
    for (const one of this.#waiting.splice(0)) {
      const found = one.pattern.exec(this.#said);
      if (found === null) this.#waiting.push(one);
      else one.heard(found);
    }
  }
}

/** Free ports, no media, no STUN, one account. */
function configuration(account: LinphoneAccount, server: LinphoneServer): string {
  const { name, domain } = account;
  const hop = `<sip:127.0.0.1:${server.port};transport=${server.transport}>`;
  return [
    "[sip]",
    "sip_port=-1",
    "sip_tcp_port=-1",
    "sip_tls_port=0",
    "default_proxy=0",
    "[net]",
    "firewall_policy=none",
    "[rtp]",
    "audio_rtp_port=-1",
    "[proxy_0]",
    `reg_proxy=${hop}`,
    `reg_route=${hop}`,
    `reg_identity=sip:${name}@${domain}`,
    "reg_expires=600",
    "reg_sendregister=1",
    "publish=0",
    "[auth_info_0]",
    `username=${name}`,
    ...secret(account),
    `realm=${domain}`,
    `domain=${domain}`,
    "",
  ].join("\n");
}

function secret({ name, password, domain, digest }: LinphoneAccount): readonly string[] {
  if (digest === "SHA-256") return [`passwd=${password}`, "algorithm=SHA-256"];
  const hash = createHash("md5").update(`${name}:${domain}:${password}`).digest("hex");
  return [`ha1=${hash}`, "algorithm=MD5"];
}

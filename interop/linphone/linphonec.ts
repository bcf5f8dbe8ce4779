/** linphonec, the terminal program of linphone, driven through a pseudo-terminal: it does nothing behind a pipe. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProgramFolder, TalkingProgram } from "../talking-program.ts";

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
  readonly #folder = new ProgramFolder("linphone");
  readonly #program: TalkingProgram;

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
    const { path } = this.#folder;
    // Without this folder it has no database, and without its database no messages.
    mkdirSync(join(path, ".local/share/linphone"), { recursive: true });
    const file = join(path, "linphonerc");
    writeFileSync(file, configuration(account, server));
    const words = `linphonec -c ${file} -d 6`;
    this.#program = new TalkingProgram("script", ["-qfec", words, "/dev/null"], {
      cwd: path,
      env: { PATH: process.env["PATH"], HOME: path, TERM: "dumb" },
    });
  }

  chat(to: string, text: string): void {
    this.#program.tell(`chat ${to} ${text}`);
  }

  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#program.hears(pattern);
  }

  /** Everything that it has printed: the messages in and out are in it. */
  get said(): string {
    return this.#program.said;
  }

  async stop(): Promise<void> {
    await this.#program.end(() => this.#program.tell("quit"));
    this.#folder.remove();
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

/** Twinkle without a window: it takes commands from standard input. Only the UDP of this machine, no sound. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../sipp/sipp.ts";
import { ProgramFolder, TalkingProgram } from "../talking-program.ts";

export interface PhoneAccount {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
}

export class Twinkle {
  readonly #folder = new ProgramFolder("twinkle");
  readonly #program: TalkingProgram;

  /** Resolves when it is registered. */
  static async start(account: PhoneAccount, serverPort: number): Promise<Twinkle> {
    const phone = new Twinkle(account, serverPort, await freePort());
    try {
      await phone.hears(/registration succeeded/);
      return phone;
    } catch (error) {
      await phone.stop();
      throw error;
    }
  }

  private constructor(account: PhoneAccount, serverPort: number, sipPort: number) {
    const { path } = this.#folder;
    const files = join(path, ".twinkle");
    mkdirSync(files);
    writeFileSync(join(files, "twinkle.sys"), system(sipPort));
    writeFileSync(join(files, "user.cfg"), profile(account, serverPort));
    this.#program = new TalkingProgram("twinkle-console", ["user.cfg"], {
      cwd: path,
      env: { PATH: process.env["PATH"], HOME: path, TERM: "dumb" },
    });
  }

  message(to: string, text: string): void {
    this.#program.tell(`message ${to} "${text}"`);
  }

  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#program.hears(pattern);
  }

  async stop(): Promise<void> {
    await this.#program.end(() => this.#program.tell("quit"));
    this.#folder.remove();
  }
}

function system(sipPort: number): string {
  return [
    "dev_ringtone=oss:/dev/null",
    "dev_speaker=oss:/dev/null",
    "dev_mic=oss:/dev/null",
    "validate_audio_dev=no",
    `sip_port=${sipPort}`,
    "",
  ].join("\n");
}

function profile({ name, password, domain }: PhoneAccount, port: number): string {
  return [
    `user_name=${name}`,
    `user_domain=${domain}`,
    `auth_name=${name}`,
    `auth_pass=${password}`,
    `registrar=127.0.0.1:${port}`,
    `outbound_proxy=127.0.0.1:${port}`,
    "all_requests_to_proxy=yes",
    "register_at_startup=yes",
    "registration_time=600",
    "sip_transport=udp",
    "",
  ].join("\n");
}

/** baresip without a terminal: its console over TCP takes commands and shows messages. UDP, no sound. */
import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { freePort } from "../sipp/sipp.ts";
import { Heard, ProgramFolder, TalkingProgram } from "../talking-program.ts";
import type { PhoneAccount } from "../twinkle/twinkle.ts";

const MODULES = "/usr/lib/baresip/modules"; // where Debian puts them

export class Baresip {
  readonly #folder = new ProgramFolder("baresip");
  readonly #program: TalkingProgram;
  readonly #shown = new Heard("the console of baresip");
  #console: Socket | undefined;

  /** `to`: whom it writes to. Resolves when it is registered. */
  static async start(account: PhoneAccount, serverPort: number, to: string): Promise<Baresip> {
    const consolePort = await freePort();
    const phone = new Baresip(to, consolePort);
    try {
      await phone.#program.hears(/baresip is ready/);
      await phone.#open(consolePort);
      // Only now, so that the console shows what comes at once.
      phone.#console?.write(`/uanew ${accountLine(account, serverPort)}\n`);
      await phone.#program.hears(/200 OK .*\[1 binding\]/);
      return phone;
    } catch (error) {
      await phone.stop();
      throw error;
    }
  }

  private constructor(to: string, consolePort: number) {
    const { path } = this.#folder;
    writeFileSync(join(path, "config"), configuration(consolePort));
    writeFileSync(join(path, "accounts"), "");
    writeFileSync(join(path, "contacts"), `"peer" <${to}>\n`);
    this.#program = new TalkingProgram("baresip", ["-4", "-f", path], { cwd: path });
  }

  message(text: string): void {
    this.#console?.write(`/message ${text}\n`);
  }

  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#shown.until(pattern);
  }

  async stop(): Promise<void> {
    this.#console?.destroy();
    await this.#program.end(() => this.#program.kill());
    this.#folder.remove();
  }

  /** It writes to the contact that is the current one, and at first that is none. */
  async #open(port: number): Promise<void> {
    this.#console = connect(port, "127.0.0.1").setEncoding("utf8");
    this.#console.on("error", () => undefined); // it went with its program
    this.#console.on("data", (text: string) => this.#shown.add(text));
    this.#console.write(">");
    await this.shows(/Current contact: /);
  }
}

function configuration(consolePort: number): string {
  return [
    "sip_listen 127.0.0.1:0",
    `module_path ${MODULES}`,
    "module cons.so",
    `cons_listen 127.0.0.1:${consolePort}`,
    "module_tmp uuid.so",
    "module_tmp account.so",
    "module_app contact.so",
    "module_app menu.so",
    "",
  ].join("\n");
}

function accountLine({ name, password, domain }: PhoneAccount, port: number): string {
  const way = `outbound="sip:127.0.0.1:${port};transport=udp"`;
  return `<sip:${name}@${domain};transport=udp>;auth_pass=${password};${way};regint=600`;
}

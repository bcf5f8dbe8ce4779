/** A linphone with group rooms: its terminal program has none, so its library is driven. */
import { join } from "node:path";
import { ProgramFolder, TalkingProgram } from "../talking-program.ts";

export class LinphoneGroups {
  readonly #folder = new ProgramFolder("linphone-groups");
  readonly #program: TalkingProgram;

  /** Resolves when it is registered. `domain`: an address of this machine, where the server has port 5060. */
  static async start(account: {
    readonly name: string;
    readonly domain: string;
    readonly password: string;
  }): Promise<LinphoneGroups> {
    const phone = new LinphoneGroups(account);
    try {
      await phone.hears(/^registered True/m);
      return phone;
    } catch (error) {
      await phone.stop();
      throw error;
    }
  }

  private constructor({
    name,
    domain,
    password,
  }: {
    readonly name: string;
    readonly domain: string;
    readonly password: string;
  }) {
    const { path } = this.#folder;
    const script = join(import.meta.dirname, "group-room.py");
    this.#program = new TalkingProgram("python3", [script, name, domain, password, path], {
      cwd: path,
      env: { PATH: process.env["PATH"], HOME: path },
    });
  }

  tell(line: string): void {
    this.#program.tell(line);
  }

  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#program.hears(pattern);
  }

  async stop(): Promise<void> {
    await this.#program.end(() => this.#program.tell("quit"));
    this.#folder.remove();
  }
}

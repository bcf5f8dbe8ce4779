/** telepathy-rakia, the SIP of Telepathy, on a message bus of its own and told what to do by gdbus. UDP. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RAKIA } from "../programs.ts";
import { ProgramFolder, TalkingProgram } from "../talking-program.ts";
import type { PhoneAccount } from "../twinkle/twinkle.ts";

const TELEPATHY = "org.freedesktop.Telepathy";
const MANAGER = `${TELEPATHY}.ConnectionManager.sofiasip`; // its name since before it was called rakia
const CONTACT_HANDLE = 1;

const run = promisify(execFile);

interface Place {
  readonly name: string;
  readonly path: string;
}

export class Rakia {
  readonly #folder = new ProgramFolder("rakia");
  readonly #bus: TalkingProgram;
  #env: NodeJS.ProcessEnv = {};
  #connection: Place = { name: "", path: "" };
  #program: TalkingProgram | undefined;
  #monitor: TalkingProgram | undefined;

  /** Resolves when it is registered. */
  static async start(account: PhoneAccount, serverPort: number): Promise<Rakia> {
    const phone = new Rakia();
    try {
      await phone.#connect(account, serverPort);
      return phone;
    } catch (error) {
      await phone.stop();
      throw error;
    }
  }

  private constructor() {
    const { path } = this.#folder;
    const args = [
      "--session",
      "--nofork",
      "--nopidfile",
      "--print-address",
      `--address=unix:dir=${path}`,
    ];
    this.#bus = new TalkingProgram("dbus-daemon", args, { cwd: path });
  }

  async message(to: string, text: string): Promise<void> {
    const wanted = [
      `'${TELEPATHY}.Channel.ChannelType': <'${TELEPATHY}.Channel.Type.Text'>`,
      `'${TELEPATHY}.Channel.TargetHandleType': <uint32 ${CONTACT_HANDLE}>`,
      `'${TELEPATHY}.Channel.TargetID': <'${to}'>`,
    ];
    const made = await this.#call(
      this.#connection,
      "Connection.Interface.Requests.EnsureChannel",
      `{${wanted.join(", ")}}`,
    );
    const { name } = this.#connection;
    const channel = { name, path: objectIn(made) };
    const parts = `[{'message-type': <uint32 0>}, {'content-type': <'text/plain'>, 'content': <'${text}'>}]`;
    await this.#call(channel, "Channel.Interface.Messages.SendMessage", parts, "0");
  }

  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#watching.hears(pattern);
  }

  async stop(): Promise<void> {
    for (const program of [this.#monitor, this.#program, this.#bus]) {
      await program?.end(() => program.kill());
    }
    this.#folder.remove();
  }

  get #watching(): TalkingProgram {
    if (this.#monitor === undefined) throw new Error("not connected");
    return this.#monitor;
  }

  async #connect(account: PhoneAccount, serverPort: number): Promise<void> {
    const [address] = await this.#bus.hears(/unix:\S+/);
    this.#env = {
      PATH: process.env["PATH"],
      HOME: this.#folder.path,
      LC_ALL: "C.UTF-8", // what is shown has other letters, too
      DBUS_SESSION_BUS_ADDRESS: address,
    };
    this.#program = new TalkingProgram(RAKIA.command, [], { env: this.#env });
    await this.#gdbus("wait", "--session", "--timeout", "10", MANAGER);
    const manager = { name: MANAGER, path: `/${MANAGER.replaceAll(".", "/")}` };
    const made = await this.#call(
      manager,
      "ConnectionManager.RequestConnection",
      "sip",
      parameters(account, serverPort),
    );
    this.#connection = { name: /'([^']+)'/.exec(made)?.[1] ?? "", path: objectIn(made) };
    const watch = ["monitor", "--session", "--dest", this.#connection.name];
    this.#monitor = new TalkingProgram("gdbus", watch, { env: this.#env });
    await this.#monitor.hears(/is owned by/);
    await this.#call(this.#connection, "Connection.Connect");
    await this.#monitor.hears(/StatusChanged \(uint32 0,/);
  }

  #call({ name, path }: Place, method: string, ...args: readonly string[]): Promise<string> {
    const to = ["--session", "--dest", name, "--object-path", path];
    return this.#gdbus("call", ...to, "--method", `${TELEPATHY}.${method}`, ...args);
  }

  async #gdbus(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("gdbus", args, { env: this.#env });
    return stdout;
  }
}

function objectIn(answer: string): string {
  return /objectpath '([^']+)'/.exec(answer)?.[1] ?? "";
}

function parameters({ name, password, domain }: PhoneAccount, port: number): string {
  const values = [
    `'account': <'${name}@${domain}'>`,
    `'password': <'${password}'>`,
    `'registrar': <'sip:${domain}'>`,
    "'proxy-host': <'127.0.0.1'>",
    `'port': <uint16 ${port}>`,
    "'transport': <'udp'>",
    "'local-ip-address': <'127.0.0.1'>",
    "'keepalive-mechanism': <'off'>",
  ];
  return `{${values.join(", ")}}`;
}

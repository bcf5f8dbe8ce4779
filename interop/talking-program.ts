/** A program that is told what to do line by line, and whose answers are read from what it prints. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { within } from "../tools/test/deadline.ts";
import { ownFolder } from "../tools/test/own-folder.ts";

const WAIT_MS = 20_000;

/** Text that grows, and those who wait for something to stand in it. */
export class Heard {
  readonly #speaker: string;
  #waiting: {
    readonly pattern: RegExp;
    readonly heard: (found: RegExpExecArray) => void;
  }[] = [];
  #text = "";

  constructor(speaker: string) {
    this.#speaker = speaker;
  }

  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const found = one.pattern.exec(this.#text);
      if (found === null) this.#waiting.push(one);
      else one.heard(found);
    }
  }

  /** What fits, from the beginning. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    const found = pattern.exec(this.#text);
    if (found !== null) return Promise.resolve(found);
    const heard = Promise.withResolvers<RegExpExecArray>();
    this.#waiting.push({ pattern, heard: heard.resolve });
    return within(
      WAIT_MS,
      heard.promise,
      () => `${this.#speaker} did not say ${pattern}: ${this.#text.slice(-2_000)}`,
    );
  }
}

export class TalkingProgram {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #heard: Heard;

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    this.#name = command;
    this.#heard = new Heard(command);
    this.#child = spawn(command, args, { ...options, stdio: "pipe" });
    this.#gone = new Promise((resolve) => this.#child.once("close", () => resolve()));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.#heard.add(text));
    }
    this.#child.stdin?.on("error", () => undefined); // it may have ended by itself
  }

  /** Everything that it has printed. */
  get said(): string {
    return this.#heard.text;
  }

  tell(line: string): void {
    this.type(`${line}\n`);
  }

  /** As it is, key by key. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** What it prints that fits, from the beginning. */
  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#heard.until(pattern);
  }

  /** By its own word for it, and when that does not help, by force. */
  async end(farewell: () => void): Promise<void> {
    farewell();
    await within(WAIT_MS, this.#gone, () => `${this.#name} does not end`).finally(() =>
      this.#child.kill("SIGKILL"),
    );
  }

  /** SIGTERM, for programs that are told nothing. */
  kill(): void {
    this.#child.kill();
  }
}

/** A folder of its own for a program, gone with it. */
export class ProgramFolder {
  readonly path: string;

  constructor(name: string) {
    this.path = ownFolder(name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

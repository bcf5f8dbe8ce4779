/** Somebody who writes and reads through a storm: comes, goes, is cut off, and remembers what was shown. */
import {
  type ImClient,
  ImError,
  type IncomingFile,
  type IncomingMessage,
  type SendOptions,
  type SentFileState,
  type SessionMode,
} from "@parlance/client";
import { concatBytes } from "@parlance/wire";
import type { ClientTransport, World } from "../world/world.ts";
import { Presence } from "./presence.ts";

export interface Shown {
  readonly from: string;
  readonly conversation: string;
  readonly text: string;
}

export interface Written {
  readonly id: string;
  readonly text: string;
  /** Addresses as given to `send`. */
  readonly to: readonly string[];
  readonly receipts: boolean;
  readonly perishable: boolean;
  /** At some time it was said to have failed, and the conversation went on without it. */
  failed: boolean;
}

export interface PersonHabits {
  readonly transport: ClientTransport;
  readonly byLoop: boolean;
  readonly sessions?: SessionMode;
  /** Whether the file that has just been offered is taken; without it none is. */
  readonly takesFiles?: () => boolean;
}

/** A file that somebody has sent. */
export interface Given {
  readonly name: string;
  readonly content: Uint8Array;
  readonly to: string;
  /** Of the last that was heard of it: who died hears no more. */
  state: SentFileState;
  /** By way of the file server `delivered` says that its address has come, or that it has been fetched. */
  via: "session" | "http";
  /** Its sender was told that nobody will say what became of it: all octets went, and the session was lost with the report. */
  unreported: boolean;
  /** Its sender died before it had an end: its octets are gone. */
  orphaned: boolean;
}

/** A file that has come to its end here, and is what was announced. */
export interface Taken {
  readonly name: string;
  readonly from: string;
  readonly content: Uint8Array;
}

/** The codes of `SentFile.delivered` that are no failure: nobody will say more. */
const UNREPORTED: ReadonlySet<string> = new Set(["timeout", "closed"]);

/** By way of the file server it may never be fetched; and whether it has come may be for nobody to know. */
export function isFileOver({
  state,
  via,
  unreported,
}: Pick<Given, "state" | "via" | "unreported">): boolean {
  if (state === "sent" || state === "deferred") return via === "http" || unreported;
  return state === "delivered" || state === "failed";
}

export class Person {
  readonly name: string;
  readonly address: string;
  readonly written: Written[] = [];
  readonly shown: Shown[] = [];
  readonly files: Given[] = [];
  readonly taken: Taken[] = [];
  readonly #world: World;
  readonly transport: ClientTransport;
  readonly #habits: PersonHabits;
  readonly #presence: Presence;

  constructor(name: string, world: World, habits: PersonHabits) {
    this.name = name;
    this.address = world.address(name);
    this.#world = world;
    this.transport = habits.transport;
    this.#habits = habits;
    const { transport, sessions: mode } = habits;
    const sessions = mode === undefined ? {} : { sessions: { mode } };
    this.#presence = new Presence(world, {
      user: name,
      device: name,
      options: { transport, ...sessions },
      begun: (client) => this.#begun(client),
    });
  }

  get store(): Presence["store"] {
    return this.#presence.store;
  }

  get forgiven(): ReadonlySet<string> {
    return this.#presence.forgiven;
  }

  get isThere(): boolean {
    return this.#client !== undefined;
  }

  get hasFilesUnderWay(): boolean {
    return this.files.some((file) => !file.orphaned && !isFileOver(file));
  }

  get isOnline(): boolean {
    return this.#presence.isOnline;
  }

  comeBack(): void {
    this.#presence.comeBack();
  }

  leave(): void {
    this.#orphanFiles();
    this.#presence.close();
  }

  /** The application dies: what it was just showing it may show again. */
  async die(): Promise<void> {
    this.#orphanFiles();
    await this.#presence.die();
  }

  write(text: string, to: readonly string[], options: SendOptions): void {
    if (this.#client === undefined) return;
    const label = labelOf(text);
    this.#world.remark(`${this.name} writes ${label} to ${to.join(" ")}`);
    const sent = this.#client.send(to, text, options);
    const written: Written = {
      id: sent.id,
      text,
      to,
      receipts: options.receipts === undefined,
      perishable: options.expires !== undefined,
      failed: false,
    };
    this.written.push(written);
    sent.on("state", (state) => {
      this.#world.remark(`${this.name}: ${label} is ${state} ${sent.failure?.message ?? ""}`);
    });
    this.#client.on("sent", ({ id, state }) => {
      if (id === written.id && state === "failed") written.failed = true;
    });
  }

  sendFile(name: string, content: Uint8Array, to: string): void {
    if (this.#client === undefined) return;
    this.#world.remark(`${this.name} sends ${name} (${content.length}) to ${to}`);
    const sent = this.#client.conversation(to).sendFile(content, { name });
    const begins = { state: sent.state, via: sent.via, unreported: false, orphaned: false };
    const given: Given = { name, content, to, ...begins };
    this.files.push(given);
    sent.delivered.catch((error: unknown) => {
      const nobodyKnows = error instanceof ImError && UNREPORTED.has(error.code);
      given.unreported = nobodyKnows && sent.state === "sent";
    });
    sent.on("state", (state) => {
      given.state = state;
      given.via = sent.via;
      this.#world.remark(`${this.name}: ${name} is ${state} ${sent.failure?.message ?? ""}`);
    });
  }

  #orphanFiles(): void {
    for (const file of this.files) file.orphaned ||= !isFileOver(file);
  }

  get #client(): ImClient | undefined {
    return this.#presence.client;
  }

  #begun(client: ImClient): void {
    client.on("file", (file) => void this.#decide(file));
    if (this.#habits.byLoop) void this.#read(client);
    else client.on("message", (message) => this.#show(message));
  }

  async #read(client: ImClient): Promise<void> {
    for await (const message of client.messages()) this.#show(message);
  }

  async #decide(file: IncomingFile): Promise<void> {
    const { takesFiles } = this.#habits;
    if (takesFiles === undefined || !takesFiles()) return file.decline();
    const pieces: Uint8Array[] = [];
    try {
      await file.save((piece) => void pieces.push(piece));
      this.#world.remark(`${this.name} has ${file.name}`);
      this.taken.push({ name: file.name, from: file.from, content: concatBytes(...pieces) });
    } catch (error) {
      this.#world.remark(`${this.name} does not get ${file.name}: ${String(error)}`);
    }
  }

  #show(message: IncomingMessage): void {
    if (message.kind === "reference") {
      void message.displayed();
      const file = this.#client?.fileOf(message);
      return file === undefined ? undefined : void this.#decide(file);
    }
    const text = message.kind === "text" ? message.text : `${message.kind}!`;
    this.#world.remark(`${this.name} sees ${labelOf(text)}`);
    this.shown.push({ from: message.from, conversation: message.conversation, text });
    void message.displayed();
  }
}

/** Long texts begin with what tells them apart. */
export function labelOf(text: string): string {
  const [label = ""] = text.split(" ", 1);
  return text.length > label.length ? `${label} (${text.length})` : label;
}

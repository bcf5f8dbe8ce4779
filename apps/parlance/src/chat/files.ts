/** The files of a chat: those that the user sends, and those that he is offered, by the numbers that he sees. */
import { stat } from "node:fs/promises";
import type { ImClient, IncomingFile, SendFileOptions, SentFile } from "@parlance/client";
import { explainFailure } from "../failure.ts";
import type { FileView } from "../files/file-view.ts";
import { openFile } from "../files/open-file.ts";
import { saveFile } from "../files/save-file.ts";
import { readTypedPath } from "../files/typed-path.ts";
import { isOver, watchFile } from "../files/watch-file.ts";

export interface ChatFilesPorts {
  readonly client: ImClient;
  readonly via: NonNullable<SendFileOptions["via"]>;
  /** How a file is to be shown now: a line of its own, of this id. */
  readonly show: (id: string, shown: ShownFile) => void;
  readonly notice: (text: string) => void;
}

export interface ShownFile {
  readonly conversation: string;
  /** Address of whoever sends it. */
  readonly from: string;
  /** When it was offered; undefined for now. */
  readonly at: Date | undefined;
  readonly view: FileView;
}

interface Transfer {
  readonly number: number;
  readonly file: SentFile | IncomingFile;
  readonly stop: AbortController;
}

/** What nobody decides about makes room for what comes after it. */
const MOST_TRANSFERS = 200;

export class ChatFiles {
  readonly #ports: ChatFilesPorts;
  readonly #transfers = new Map<number, Transfer>();
  #last = 0;

  constructor(ports: ChatFilesPorts) {
    this.#ports = ports;
  }

  /** Own ones that have not arrived. */
  get unsent(): number {
    return this.#underWay.filter(({ file }) => !isIncoming(file)).length;
  }

  async send(typed: string, to: string): Promise<void> {
    const { client, via, notice } = this.#ports;
    try {
      const { content, name, type } = await openFile(readTypedPath(typed));
      const stop = new AbortController();
      const how = { name, type, via, signal: stop.signal };
      const file = client.conversation(to).sendFile(content, how);
      this.#add(file, stop, { conversation: to, from: client.address, at: undefined });
    } catch (error) {
      notice(explainFailure(error));
    }
  }

  /** `at`: of the message that points to it. */
  offered(file: IncomingFile, at?: Date): void {
    const { conversation, from } = file;
    this.#add(file, new AbortController(), { conversation, from, at });
  }

  /** `number`: undefined for the newest that is offered. */
  async accept(number: number | undefined, folder: string): Promise<void> {
    const { notice } = this.#ports;
    const found = this.#find(number, ({ file }) => isIncoming(file) && file.state === "offered");
    if (found === undefined || !isIncoming(found.file)) return notice(nothing("offered", number));
    const path = readTypedPath(folder);
    const place = await stat(path).catch(() => undefined);
    if (place?.isDirectory() !== true) return notice(`no such folder: ${path}`);
    try {
      await saveFile(found.file, path, { signal: found.stop.signal });
    } catch (error) {
      // What the SDK knows of stands beside the file.
      const known = error instanceof Error && error.name === "ImError";
      if (!known) notice(`${found.file.name}: ${explainFailure(error)}`);
    }
  }

  decline(number: number | undefined): void {
    const found = this.#find(number, ({ file }) => isIncoming(file) && file.state === "offered");
    if (found === undefined || !isIncoming(found.file)) {
      this.#ports.notice(nothing("offered", number));
    } else found.file.decline();
  }

  /** False when there is nothing to cancel. */
  cancel(number: number | undefined): boolean {
    const found = this.#find(
      number,
      ({ file }) => !isOver(file) && !(isIncoming(file) && file.state === "offered"),
    );
    found?.stop.abort();
    return found !== undefined;
  }

  get #underWay(): readonly Transfer[] {
    return [...this.#transfers.values()].filter(({ file }) => !isOver(file));
  }

  #find(number: number | undefined, fits: (one: Transfer) => boolean): Transfer | undefined {
    const fitting = [...this.#transfers.values()].filter(fits);
    return number === undefined ? fitting.at(-1) : fitting.find((one) => one.number === number);
  }

  #add(file: SentFile | IncomingFile, stop: AbortController, about: Omit<ShownFile, "view">): void {
    this.#last += 1;
    const number = this.#last;
    this.#transfers.set(number, { number, file, stop });
    this.#makeRoom();
    const id = `file ${number}`;
    watchFile(file, number, (view) => {
      this.#ports.show(id, { ...about, view });
      if (isOver(file)) this.#transfers.delete(number);
    });
  }

  #makeRoom(): void {
    if (this.#transfers.size <= MOST_TRANSFERS) return;
    const [oldest] = this.#transfers.values();
    if (oldest === undefined) return;
    if (isIncoming(oldest.file)) oldest.file.decline("busy");
    this.#transfers.delete(oldest.number);
  }
}

function isIncoming(file: SentFile | IncomingFile): file is IncomingFile {
  return "decline" in file;
}

function nothing(what: string, number: number | undefined): string {
  return number === undefined ? `no file is ${what}` : `no file ${number} is ${what}`;
}

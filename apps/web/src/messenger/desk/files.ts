/** Files on their way, in both directions, with their progress. */
import type {
  HistoryRemoved,
  ImClient,
  IncomingFile,
  SentFile,
  SentFileRecord,
} from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import { faultOf } from "../model/refusal-words.ts";
import type { Slices } from "../model/views.ts";
import type { Talks } from "./talks.ts";
import { readFromVault, removeFromVault, vaultName, writeToVault } from "./vault.ts";

/** Larger pictures that the user sends are not kept a second time for long. */
const MOST_KEPT_BYTES = 25_000_000;
/** Larger files do not go on after a reload: they would have to be in the browser twice. */
const MOST_RESUMED_BYTES = 500_000_000;
/** Nothing of it leaves this device any more. */
const LEFT: ReadonlySet<string> = new Set(["sent", "deferred", "delivered", "failed"]);
const PROGRESS_EVERY_MS = 80;

interface Running {
  readonly ending: AbortController;
}

export class Files {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  readonly #talks: Talks;
  readonly #offers = new Map<string, IncomingFile>();
  readonly #running = new Map<string, Running>();

  constructor(client: ImClient, board: Board<Slices>, talks: Talks) {
    this.#client = client;
    this.#board = board;
    this.#talks = talks;
  }

  start(): void {
    this.#client.on("file", (file) => this.#offered(file));
    for (const record of this.#client.unfinishedFiles) void this.#goOn(record).catch(() => {}); // stays as it was
  }

  /** Goes on with what was being sent when the page before this one ended, if its octets are here. */
  async #goOn(record: SentFileRecord): Promise<void> {
    const { conversation, id, sizeBytes, type } = record;
    const kept = await readFromVault(this.#client.address, await vaultName("sent", id));
    if (kept === undefined || kept.size !== sizeBytes) {
      await this.#client.giveUpFile(record);
      return this.#talks.refresh(conversation);
    }
    const ending = new AbortController();
    const file = this.#client.resumeFile(record, kept, { signal: ending.signal });
    this.#running.set(id, { ending });
    this.#watchSent(conversation, file, isPicture(type, kept.size) ? undefined : Promise.resolve());
    void this.#showProgress(id, file.progress);
  }

  async send(address: string, content: File): Promise<void> {
    const ending = new AbortController();
    const room = this.#client.rooms.find((one) => one.address === address);
    const how = { name: content.name, signal: ending.signal };
    const file =
      room === undefined
        ? this.#client.conversation(address).sendFile(content, how)
        : room.sendFile(content, how);
    this.#running.set(file.id, { ending });
    const kept = this.#keep(await vaultName("sent", file.id), content).catch(() => {}); // no picture then, and no going on
    const picture = isPicture(content.type, content.size);
    if (picture) await kept;
    this.#watchSent(address, file, picture ? undefined : kept);
    void this.#showProgress(file.id, file.progress);
  }

  async take(address: string, key: string): Promise<void> {
    const file = this.#offers.get(key) ?? this.#referenced(address, key);
    if (file === undefined) throw faultOf(new Error("this file is not offered any more"));
    const ending = new AbortController();
    const item = this.#talks.item(address, key);
    const fileId = item?.body.kind === "file" ? item.body.fileId : file.id;
    this.#running.set(fileId, { ending });
    const name = await vaultName("received", file.from, file.id);
    const writer = await writeToVault(this.#client.address, name);
    void this.#showProgress(fileId, file.progress);
    try {
      await file.save((piece) => writer.write(piece), {
        signal: ending.signal,
        finish: () => writer.close(),
      });
      await file.savedAs(name);
      this.#talks.file(address, key, { state: "complete", place: name });
    } catch (error) {
      await writer.abort().catch(() => {}); // it may be closed
      throw error;
    } finally {
      this.#running.delete(fileId);
      this.#talks.refresh(address);
    }
  }

  async decline(address: string, key: string): Promise<void> {
    this.#offers.get(key)?.decline();
    this.#offers.delete(key);
    this.#talks.refresh(address);
  }

  cancel(fileId: string): void {
    this.#running.get(fileId)?.ending.abort();
  }

  contentOf(key: string): Blob | undefined {
    const content = this.#talks.message(key)?.content;
    return content?.length ? new Blob([new Uint8Array(content)]) : undefined;
  }

  /** What was kept of their octets goes as well. */
  async forget(files: HistoryRemoved["files"]): Promise<void> {
    for (const file of files) {
      const place = file.direction === "sent file" ? await vaultName("sent", file.id) : file.place;
      if (place !== undefined) await removeFromVault(this.#client.address, place);
    }
  }

  stop(): void {
    for (const { ending } of this.#running.values()) ending.abort();
  }

  /** While it is on its way, so that it goes on after a reload; pictures for longer. */
  async #keep(name: string, content: Blob): Promise<void> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (content.size > MOST_RESUMED_BYTES || content.size * 2 > quota - usage) return;
    const writer = await writeToVault(this.#client.address, name);
    const reader = content.stream().getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        await writer.write(value);
      }
      await writer.close();
    } catch (error) {
      await writer.abort().catch(() => {}); // it may be closed
      throw error;
    }
  }

  #offered(file: IncomingFile): void {
    const { conversation, thumbnail } = file;
    const key = `f ${file.id}`;
    this.#offers.set(key, file);
    // It stands in the history a moment later.
    queueMicrotask(() => void file.kept().then(() => this.#talks.refresh(conversation)));
    if (thumbnail !== undefined) this.#talks.file(conversation, key, { thumbnail });
    file.on("state", (state) => {
      if (state !== "offered" && state !== "receiving") this.#offers.delete(key);
      this.#talks.file(conversation, key, { state });
    });
  }

  #referenced(address: string, key: string): IncomingFile | undefined {
    const message = this.#talks.message(key);
    if (message?.kind !== "reference") return undefined;
    const file = this.#client.fileOf(message);
    file.on("state", (state) => this.#talks.file(address, key, { state }));
    return file;
  }

  /** `kept`: its octets are not wanted any more when it has left. */
  #watchSent(address: string, file: SentFile, kept: Promise<void> | undefined): void {
    const key = `f ${file.id}`;
    const forget = async (): Promise<void> => {
      await kept;
      await removeFromVault(this.#client.address, await vaultName("sent", file.id));
    };
    this.#talks.file(address, key, { state: file.state });
    this.#talks.refresh(address);
    file.on("recipients", (recipients) => this.#talks.file(address, key, { recipients }));
    file.on("state", (state) => {
      const { failure } = file;
      this.#talks.file(address, key, { state, fault: failure && faultOf(failure) });
      this.#talks.refresh(address);
      if (kept !== undefined && LEFT.has(state)) forget().catch(() => {}); // gone with the account
      if (state === "delivered" || state === "failed") this.#running.delete(file.id);
    });
  }

  async #showProgress(
    fileId: string,
    progress: AsyncIterable<{
      readonly doneBytes: number;
      readonly totalBytes?: number | undefined;
    }>,
  ): Promise<void> {
    let last = 0;
    for await (const { doneBytes, totalBytes } of progress) {
      const now = performance.now();
      if (now - last < PROGRESS_EVERY_MS && doneBytes !== totalBytes) continue;
      last = now;
      this.#board.put(`progress ${fileId}`, { doneBytes, totalBytes });
    }
    this.#board.put(`progress ${fileId}`, undefined);
  }
}

function isPicture(type: string, sizeBytes: number): boolean {
  return type.startsWith("image/") && sizeBytes <= MOST_KEPT_BYTES;
}

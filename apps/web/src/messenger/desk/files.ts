/** Files on their way, in both directions, with their progress. */
import type { ImClient, IncomingFile, SentFile } from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import { faultOf } from "../model/refusal-words.ts";
import type { Slices } from "../model/views.ts";
import type { Talks } from "./talks.ts";
import { vaultName, writeToVault } from "./vault.ts";

/** Larger pictures that the user sends are not kept a second time. */
const MOST_KEPT_BYTES = 25_000_000;
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
    if (content.type.startsWith("image/") && content.size <= MOST_KEPT_BYTES) {
      await this.#keep(await vaultName("sent", file.id), content).catch(() => {}); // shown without a picture then
    }
    this.#watchSent(address, file);
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

  stop(): void {
    for (const { ending } of this.#running.values()) ending.abort();
  }

  async #keep(name: string, content: Blob): Promise<void> {
    const writer = await writeToVault(this.#client.address, name);
    await writer.write(new Uint8Array(await content.arrayBuffer()));
    await writer.close();
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

  #watchSent(address: string, file: SentFile): void {
    const key = `f ${file.id}`;
    this.#talks.refresh(address);
    file.on("state", (state) => {
      this.#talks.file(address, key, { state });
      this.#talks.refresh(address);
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

/** Contents as files of one folder, which nobody else on the machine may read. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, opendir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ContentEntry, ContentReader, ContentWriter, FileContent } from "@parlance/server";
import { DiskReader } from "./disk-reader.ts";
import { DiskWriter } from "./disk-writer.ts";
import { onDisk, syncFolder, unlessAbsent } from "./durability.ts";

/** In hexadecimal, because some file systems do not tell capitals from small letters. */
const ID_BYTES = 16;
const ID = /^[0-9a-f]{32}$/;
const NAME = /^([0-9a-f]{32})(\.part)?$/;

export class DiskContent implements FileContent {
  readonly #folder: string;
  readonly #written = new Set<string>();
  #holders = 0;
  /** Deleted, but for the holders. */
  readonly #held = new Set<string>();

  /** Makes the folder when there is none. */
  static open(folder: string): DiskContent {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new DiskContent(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  create(): Promise<ContentWriter> {
    return onDisk(async () => {
      const id = randomBytes(ID_BYTES).toString("hex");
      const handle = await open(this.#part(id), "wx+", 0o600);
      return this.#writer(id, handle, 0);
    });
  }

  async resume(id: string, offset: number): Promise<ContentWriter | undefined> {
    if (!ID.test(id) || this.#written.has(id)) return undefined;
    this.#written.add(id); // before the first wait: there must not be two
    const handle = await this.#openPart(id).catch((error) => {
      this.#written.delete(id);
      throw error;
    });
    try {
      const size = await onDisk(async () => (await handle?.stat())?.size ?? -1);
      if (handle !== undefined && size >= offset) {
        await onDisk(() => handle.truncate(offset));
        return this.#writer(id, handle, offset);
      }
    } catch (error) {
      await handle?.close();
      this.#written.delete(id);
      throw error;
    }
    await handle?.close();
    this.#written.delete(id);
    return undefined;
  }

  async open(id: string): Promise<ContentReader | undefined> {
    if (!ID.test(id)) return undefined;
    const handle = await unlessAbsent(open(this.#sealed(id), "r"));
    return handle && new DiskReader(handle, (await handle.stat()).size);
  }

  async delete(id: string): Promise<boolean> {
    if (!ID.test(id)) return false;
    if (this.#holders === 0) return this.#delete(id);
    this.#held.add(id);
    return true;
  }

  /** Until it is let go of, nothing is deleted: what is taken out of the folder by its names is all there. */
  hold(): () => Promise<void> {
    this.#holders += 1;
    return async () => {
      this.#holders -= 1;
      if (this.#holders > 0) return;
      const ids = [...this.#held];
      this.#held.clear();
      for (const id of ids) await this.#delete(id);
    };
  }

  get folder(): string {
    return this.#folder;
  }

  async #delete(id: string): Promise<boolean> {
    const gone = await Promise.all([
      unlessAbsent(unlink(this.#sealed(id)).then(() => true)),
      unlessAbsent(unlink(this.#part(id)).then(() => true)),
    ]);
    return gone.includes(true);
  }

  async *entries(): AsyncIterable<ContentEntry> {
    for await (const { name } of await onDisk(() => opendir(this.#folder))) {
      const [, id, part] = NAME.exec(name) ?? [];
      if (id === undefined) continue;
      const facts = await unlessAbsent(stat(join(this.#folder, name)));
      if (facts === undefined) continue;
      const { size: sizeBytes, mtimeMs: changedAt } = facts;
      yield { id, sizeBytes, sealed: part === undefined, changedAt };
    }
  }

  #writer(id: string, handle: Awaited<ReturnType<typeof open>>, offset: number): DiskWriter {
    this.#written.add(id);
    return new DiskWriter({
      id,
      handle,
      offset,
      path: this.#part(id),
      seal: async () => {
        await rename(this.#part(id), this.#sealed(id));
        await syncFolder(this.#folder);
      },
      keepName: () => syncFolder(this.#folder),
      ended: () => this.#written.delete(id),
    });
  }

  /** Of a content that is sealed already, its owner does not know it: it is not. */
  async #openPart(id: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
    const part = await unlessAbsent(open(this.#part(id), "r+"));
    if (part !== undefined) return part;
    const sealed = await unlessAbsent(
      rename(this.#sealed(id), this.#part(id)).then(() => open(this.#part(id), "r+")),
    );
    return sealed;
  }

  #part(id: string): string {
    return join(this.#folder, `${id}.part`);
  }

  #sealed(id: string): string {
    return join(this.#folder, id);
  }
}

/** Puts a file that comes into a folder: whole or not at all, under a name that is free, never over another one. */
import { randomUUID } from "node:crypto";
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import { extname, join } from "node:path";
import type { IncomingFile } from "@parlance/client";
import { CommandError } from "../command-error.ts";

export interface SaveOptions {
  readonly signal?: AbortSignal;
  /** Of one that turns out to be larger nothing is kept. */
  readonly mostBytes?: number;
}

/** Resolves with where it is. Its sender hears that it has arrived when it is on the disk under that name. */
export async function saveFile(
  file: IncomingFile,
  folder: string,
  { signal, mostBytes = Number.POSITIVE_INFINITY }: SaveOptions = {},
): Promise<string> {
  // The random name is ours; that of the sender was made safe by the SDK: one segment, visible, no device.
  const part = join(folder, `.parlance-${randomUUID()}.part`);
  const handle = await open(part, "wx");
  let [written, place] = [0, ""];
  const write = async (piece: Uint8Array): Promise<void> => {
    written += piece.length;
    if (written > mostBytes) throw new CommandError("it is larger than is taken");
    await handle.appendFile(piece);
  };
  const finish = async (): Promise<void> => {
    await handle.sync();
    place = await moved(part, folder, file.name);
    await synced(folder);
    await file.savedAs(place);
  };
  try {
    await file.save(write, { finish, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    await unlink(part).catch(() => {}); // it may have its name already
    throw error;
  } finally {
    await handle.close();
  }
  return place;
}

const MOST_OF_ONE_NAME = 1_000;

async function moved(part: string, folder: string, name: string): Promise<string> {
  for (let number = 0; number < MOST_OF_ONE_NAME; number += 1) {
    const place = join(folder, numbered(name, number));
    if (await tookName(part, place)) return place;
  }
  throw new CommandError(`too many files are called ${name}`);
}

/** False when there is something of that name. A link never replaces anything; some file systems have none. */
async function tookName(part: string, place: string): Promise<boolean> {
  try {
    await link(part, place);
    await unlink(part);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
  }
  const reserved = await open(place, "wx").catch((error: unknown) => {
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  });
  if (reserved === undefined) return false;
  await reserved.close();
  await rename(part, place);
  return true;
}

const MOST_NAME_BYTES = 255;

/** `holiday (1).png`: as long as file systems take it. */
export function numbered(name: string, number: number): string {
  if (number === 0) return name;
  const extension = extname(name);
  const end = ` (${number})${extension}`;
  const room = MOST_NAME_BYTES - Buffer.byteLength(end);
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem) > room) stem = Array.from(stem).slice(0, -1).join("");
  return stem + end;
}

/** The name, too, has to outlive a power cut; where a folder cannot be synced that is the system's affair. */
async function synced(folder: string): Promise<void> {
  const handle: FileHandle | undefined = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

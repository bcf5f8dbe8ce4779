/** A file of the disk as it is sent: read piece by piece, never held. */
import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { CommandError } from "../command-error.ts";
import { explainFileFault } from "./file-fault.ts";
import { mediaTypeOf } from "./media-type.ts";

export interface OpenFile {
  readonly content: Blob;
  readonly name: string;
  readonly type: string;
}

/** Rejects with CommandError in words for whoever named it. */
export async function openFile(path: string, type = mediaTypeOf(path)): Promise<OpenFile> {
  const found = await stat(path).catch((error: Error) => {
    throw new CommandError(explainFileFault(error, path, "read"), { cause: error });
  });
  if (!found.isFile()) throw new CommandError(`${path} is no file`);
  try {
    return { content: await openAsBlob(path, { type }), name: basename(path), type };
  } catch {
    throw new CommandError(`${path} cannot be read`);
  }
}

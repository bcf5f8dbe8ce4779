/** What comes piece by piece, written as it comes: whole under its name, or not at all. */
import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";
import type { StreamLike } from "@parlance/client";
import { CommandError } from "../command-error.ts";
import { explainFileFault } from "../files/file-fault.ts";

const OWN_EYES = 0o600; // what somebody has said is nobody else's business

/** Undefined: to standard output. */
export async function writeStream(stream: StreamLike, path: string | undefined): Promise<void> {
  if (path !== undefined) return writeFile(stream, path);
  await eachPiece(stream, async (piece) => {
    if (!process.stdout.write(piece)) await once(process.stdout, "drain");
  });
}

async function writeFile(stream: StreamLike, path: string): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, "wx", OWN_EYES).catch((error: Error) => {
    throw new CommandError(explainFileFault(error, part, "write"), { cause: error });
  });
  try {
    await eachPiece(stream, (piece) => file.writeFile(piece));
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(part, path);
}

async function eachPiece(
  stream: StreamLike,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const reader = stream.getReader();
  for (let next = await reader.read(); next.value !== undefined; next = await reader.read())
    await take(next.value);
}

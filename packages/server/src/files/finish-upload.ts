/** The end of an upload: the size and the hashes are judged, and only then the file can be downloaded. */
import type { ContentWriter, StoredFile } from "../store/index.ts";
import type { FileWork } from "./work.ts";

export type Finish =
  | { readonly do: "finished"; readonly file: StoredFile }
  /** The rest can still come. */
  | { readonly do: "wrong size" }
  /** The upload is deleted. */
  | { readonly do: "wrong hash" }
  /** Its owner has deleted it meanwhile. */
  | { readonly do: "gone" };

/** `sha256`: what the last request promised, besides what the first one did. */
export async function finishUpload(
  upload: StoredFile,
  writer: ContentWriter,
  sha256: string | undefined,
  on: FileWork,
): Promise<Finish> {
  const { declaredBytes, declaredSha256 } = upload;
  if (declaredBytes !== undefined && writer.offset !== declaredBytes) return { do: "wrong size" };
  const facts = await writer.seal(); // durable from here on
  const promised = [declaredSha256, sha256].filter((hash) => hash !== undefined);
  if (promised.some((hash) => hash !== facts.sha256)) {
    await on.store.remove(upload.id);
    await on.content.delete(upload.content);
    on.counters.removed("wrong hash");
    return { do: "wrong hash" };
  }
  const expiresAt = on.clock.now() + on.limits.fileSeconds * 1_000;
  if (!(await on.store.finish(upload.id, facts, expiresAt))) {
    await on.content.delete(upload.content);
    return { do: "gone" };
  }
  on.log.info("file stored", {
    user: upload.owner,
    file: upload.id,
    sizeBytes: facts.sizeBytes,
    ms: on.clock.now() - upload.createdAt,
  });
  const offset = facts.sizeBytes;
  return { do: "finished", file: { ...upload, offset, facts, expiresAt } };
}

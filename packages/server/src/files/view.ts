/** How an upload is shown to its owner, and what of it stands in fields of every answer. */
import type { StoredFile } from "../store/index.ts";
import type { WebHeader } from "../web/index.ts";
import { urlOfUpload } from "./link.ts";
import type { FileOptions } from "./work.ts";

/** Times are those of RFC 3339; keys without a value are left out. */
export function viewOf(file: StoredFile, publicUrl: string): object {
  return {
    id: file.id,
    upload: urlOfUpload(publicUrl, file.id),
    complete: file.facts !== undefined,
    offset: file.offset,
    size: file.facts?.sizeBytes ?? file.declaredBytes,
    name: file.name,
    type: file.type,
    sha256: file.facts?.sha256,
    sha1: file.facts?.sha1,
    thumbnail: file.thumbnail && { type: file.thumbnail.type, size: file.thumbnail.sizeBytes },
    createdAt: timeText(file.createdAt),
    expiresAt: timeText(file.expiresAt),
  };
}

/** draft-ietf-httpbis-resumable-upload §4 */
export function uploadFields(
  file: StoredFile,
  { limits }: Pick<FileOptions, "limits">,
): readonly WebHeader[] {
  const size = file.facts?.sizeBytes ?? file.declaredBytes;
  return [
    ["upload-complete", file.facts === undefined ? "?0" : "?1"],
    ["upload-offset", String(file.offset)],
    ["upload-limit", limitText(limits)],
    ...(size === undefined ? [] : ([["upload-length", String(size)]] as const)),
  ];
}

/** What an upload may be. */
export function limitText({
  fileBytes,
  uploadIdleSeconds,
}: Pick<FileOptions["limits"], "fileBytes" | "uploadIdleSeconds">): string {
  return `max-size=${fileBytes}, max-age=${uploadIdleSeconds}`;
}

function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

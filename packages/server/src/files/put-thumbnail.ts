/** A small image beside a file, for those who want to see what it is before they fetch it. */
import type { StoredFile } from "../store/index.ts";
import {
  BodyEnded,
  emptyAnswer,
  notFound,
  refusal,
  type WebAnswer,
  type WebRequest,
  wholeBody,
} from "../web/index.ts";
import { imageType } from "./image-type.ts";
import { type FileWork, quotaOf } from "./work.ts";

/** PUT. `file` is its owner's; a later image takes the place of an earlier one. */
export async function putThumbnail(
  request: WebRequest,
  file: StoredFile,
  on: FileWork,
): Promise<WebAnswer> {
  const bytes = await imageIn(request, on.limits.thumbnailBytes);
  if (bytes === "too slow") return refusal(408, "too slow");
  if (bytes === undefined) {
    on.hits.hit("thumbnailBytes");
    return refusal(413, "too large");
  }
  const type = imageType(bytes);
  if (type === undefined) return refusal(415, "not an image that may be a thumbnail");
  const stored = await on.store.putThumbnail(file.id, { type, bytes }, quotaOf(on));
  if (stored === "unknown") return notFound();
  if (stored === "stored") return emptyAnswer(204);
  on.hits.hit("fileBytesPerUser");
  return refusal(507, "over quota");
}

async function imageIn(
  request: WebRequest,
  mostBytes: number,
): Promise<Uint8Array | "too slow" | undefined> {
  try {
    return await wholeBody(request, mostBytes);
  } catch (error) {
    if (error instanceof BodyEnded) return "too slow";
    throw error;
  }
}

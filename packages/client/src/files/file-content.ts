/** What a file to send is given as, and what that says of itself. */
import type { BlobLike, StreamLike } from "./fetch.ts";

export type FileContent = Uint8Array | BlobLike | StreamLike;

/** It is read once, and what has been read is gone. */
export function isStream(content: FileContent): content is StreamLike {
  return !(content instanceof Uint8Array) && "getReader" in content;
}

/** Undefined where only its end will tell. `streamBytes`: of a stream, where it is known. */
export function sizeOf(content: FileContent, streamBytes: number | undefined): number | undefined {
  if (content instanceof Uint8Array) return content.length;
  return isStream(content) ? streamBytes : content.size;
}

/** Media type that the content knows of itself. */
export function typeOf(content: FileContent): string | undefined {
  return "type" in content && content.type !== "" ? content.type : undefined;
}

/** Name that the content knows of itself: that of a `File`. */
export function nameOf(content: FileContent): string | undefined {
  return "name" in content && typeof content.name === "string" ? content.name : undefined;
}

/** Tells others of a stored file. RFC 4483 */
import { announceFile, type Entity } from "@parlance/formats";
import type { StoredFile } from "../store/index.ts";

/**
 * A message/external-body for a finished file: URL, size, SHA-1, expiry, and the type and name of what is
 * not there. `url` comes from the one who has it; the server keeps only its hash.
 */
export function announcementOf(file: StoredFile, url: string): Entity {
  const { facts, type, name, expiresAt } = file;
  if (facts === undefined) throw new RangeError("the upload is not finished");
  const { sizeBytes, sha1 } = facts;
  return announceFile({ url, sizeBytes, sha1, expiresAt, type, name });
}

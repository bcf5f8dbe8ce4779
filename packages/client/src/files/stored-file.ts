/** A file on the server, as the one who uploaded it knows it. */
import { announceFile } from "@parlance/formats";
import { ImError } from "../base/errors.ts";

export interface StoredFile {
  /** For `remove`. */
  readonly id: string;
  /** Whoever has it may download the file. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha1: string;
  readonly sha256: string;
  readonly expiresAt: Date;
  /** Media type. */
  readonly type: string;
  readonly name: string | undefined;
}

/** To be sent as it is: `im.send(to, announcement(file))`. IM-8.1.1-09, RFC 4483 */
export function announcement(file: StoredFile): {
  readonly contentType: string;
  readonly content: Uint8Array;
} {
  const { url, sizeBytes, sha1, type, name, expiresAt } = file;
  const entity = announceFile({ url, sizeBytes, sha1, type, name, expiresAt: expiresAt.getTime() });
  const [[, contentType] = ["", ""]] = entity.headers;
  return { contentType, content: entity.content };
}

/** From what the server tells. */
export function storedFile(told: Readonly<Record<string, unknown>>, url: string): StoredFile {
  const { id, size, sha1, sha256, type, name, expiresAt } = told;
  const expires = new Date(typeof expiresAt === "string" ? expiresAt : Number.NaN);
  if (
    typeof id !== "string" ||
    typeof size !== "number" ||
    typeof sha1 !== "string" ||
    typeof sha256 !== "string" ||
    typeof type !== "string" ||
    Number.isNaN(expires.getTime())
  ) {
    throw new ImError("server trouble", { warning: "the server does not tell what it has" });
  }
  const known = typeof name === "string" ? name : undefined;
  return { id, url, sizeBytes: size, sha1, sha256, type, name: known, expiresAt: expires };
}

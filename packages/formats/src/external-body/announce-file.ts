/** Tells others of a file that lies on a server. RFC 4483 */
import { attachment, type Entity, formatDisposition } from "../mime/index.ts";
import { formatExternalBody } from "./external-body.ts";

export interface AnnouncedFile {
  readonly url: string;
  readonly sizeBytes: number;
  /** SHA-1 in hexadecimal: the only one that RFC 4483 §5.12 knows. */
  readonly sha1: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** Media type. */
  readonly type: string;
  readonly name: string | undefined;
}

/** A message/external-body: its headers and content, to be put into a message or a part. */
export function announceFile(file: AnnouncedFile): Entity {
  const { url, expiresAt, sizeBytes, sha1: hash, type, name } = file;
  return formatExternalBody({
    url,
    expiresAt,
    sizeBytes,
    hash,
    headers: [
      ["Content-Type", type],
      ["Content-Disposition", formatDisposition(attachment(name))],
    ],
  });
}

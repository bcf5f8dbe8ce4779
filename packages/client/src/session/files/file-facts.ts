/** What a file that is sent is known by. RFC 5547 §6 */
import { type FileHash, type MediaType, parseMediaType } from "@parlance/formats";
import type { Random } from "@parlance/wire";

export interface FileFacts {
  /** The same for every attempt to bring this file. RFC 5547 §8.1 */
  readonly transferId: string;
  readonly name: string | undefined;
  readonly type: MediaType;
  readonly sizeBytes: number | undefined;
  readonly hashes: readonly FileHash[];
  /** Epoch ms. */
  readonly createdAt: number | undefined;
}

const TRANSFER_BITS = 192; // 32 characters, as RFC 5547 has it

export function newTransferId(random: Random): string {
  return random.token(TRANSFER_BITS);
}

/** Throws TypeError for what is no media type. */
export function readFileType(type: string): MediaType {
  const read = parseMediaType(type);
  if (!read.ok) throw new TypeError(`type: expected a media type, not ${type}`);
  return read.value;
}

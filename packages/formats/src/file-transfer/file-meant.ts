/** Which file is meant. RFC 5547 §6 */
import type { MediaType } from "../mime/index.ts";

/** Empty where it only says that files can be taken. RFC 5547 §8.5 */
export interface FileSelector {
  /** As the peer spelt it, paths and control characters included: a label, see `safeFileName`. */
  readonly name: string | undefined;
  readonly type: MediaType | undefined;
  readonly sizeBytes: number | undefined;
  readonly hashes: readonly FileHash[];
}

/** Of the whole file, also when a part of it is asked for. */
export interface FileHash {
  /** `sha-1`, `sha-256` … in lower case. */
  readonly algorithm: string;
  /** Hexadecimal, lower case. */
  readonly value: string;
}

export const ANY_FILE: FileSelector = {
  name: undefined,
  type: undefined,
  sizeBytes: undefined,
  hashes: [],
};

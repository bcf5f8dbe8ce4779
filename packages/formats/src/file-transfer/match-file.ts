/** Holds files, and offers of files, against selectors. RFC 5547 §8.1, §8.3.2 */

import type { FileHash, FileSelector } from "./file-meant.ts";
import type { FileOffer } from "./file-offer.ts";

/** A file at hand, or one that was announced. */
export interface KnownFile {
  readonly name: string | undefined;
  /** `type/subtype` in lower case. */
  readonly type: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly hashes: readonly FileHash[];
}

/**
 * Whether the selector means this file. Parameters of the type do not count. `hash needed`: everything
 * fits, but of the hashes that are asked for none is known.
 */
export function matchFile(
  selector: FileSelector,
  file: KnownFile,
): "match" | "other" | "hash needed" {
  const { name, type, sizeBytes, hashes } = selector;
  const fits =
    (name === undefined || name === file.name) &&
    (type === undefined || type.essence === file.type) &&
    (sizeBytes === undefined || sizeBytes === file.sizeBytes);
  if (!fits) return "other";
  if (hashes.length === 0) return "match";
  const held = compareHashes(hashes, file.hashes);
  if (held === undefined) return "hash needed";
  return held ? "match" : "other";
}

/**
 * What a later description means for a file that was offered before in the same session. An id may
 * come back only with the same file; `contradiction` has to be refused. RFC 5547 §8.1
 */
export function compareTransfers(
  before: FileOffer,
  after: FileOffer,
): "same transfer" | "new transfer" | "contradiction" {
  if (before.transferId === undefined || before.transferId !== after.transferId) {
    return "new transfer";
  }
  return mayBeSame(before.selector, after.selector) ? "same transfer" : "contradiction";
}

/** What only one of them tells is no difference: a hash may be known later. */
function mayBeSame(one: FileSelector, other: FileSelector): boolean {
  return (
    agree(one.name, other.name) &&
    agree(one.type?.essence, other.type?.essence) &&
    agree(one.sizeBytes, other.sizeBytes) &&
    compareHashes(one.hashes, other.hashes) !== false
  );
}

function agree<T>(one: T | undefined, other: T | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** False when two of the same function differ; undefined when no function is known to both. */
function compareHashes(
  wanted: readonly FileHash[],
  known: readonly FileHash[],
): boolean | undefined {
  let common = false;
  for (const { algorithm, value } of wanted) {
    for (const other of known) {
      if (other.algorithm !== algorithm) continue;
      if (other.value !== value) return false;
      common = true;
    }
  }
  return common ? true : undefined;
}

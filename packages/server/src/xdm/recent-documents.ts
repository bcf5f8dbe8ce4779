/** Trees of documents that were looked at lately: a client that edits a list asks for it again and again. */
import type { XmlDocument } from "@parlance/wire";
import type { DocumentKey, StoredDocument } from "../store/index.ts";

const MOST_BYTES = 4 * 1_048_576; // of documents; a tree takes some ten times as much

interface Kept {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly xml: XmlDocument;
}

export class RecentDocuments {
  /** The oldest look first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  find(stored: StoredDocument): XmlDocument | undefined {
    const name = nameOf(stored);
    const kept = this.#kept.get(name);
    if (kept?.etag !== stored.etag) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    return kept.xml;
  }

  keep(stored: StoredDocument, xml: XmlDocument): void {
    const { etag, bytes } = stored;
    this.forget(stored);
    this.#kept.set(nameOf(stored), { etag, sizeBytes: bytes.length, xml });
    this.#bytes += bytes.length;
    for (const [name, { sizeBytes }] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#kept.delete(name);
      this.#bytes -= sizeBytes;
    }
  }

  forget(key: DocumentKey): void {
    const name = nameOf(key);
    this.#bytes -= this.#kept.get(name)?.sizeBytes ?? 0;
    this.#kept.delete(name);
  }
}

function nameOf({ auid, owner, name }: DocumentKey): string {
  return `${auid}\n${owner}\n${name}`;
}

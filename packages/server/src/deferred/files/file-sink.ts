/** Takes a file to the disk as it comes, out of its envelope if it has one, and holds it against what was announced. RFC 5547 §8.3.1 */
import { type FileSelector, mimeHeader, parseCpim } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import type { IncomingControl, IncomingHead, IncomingSink } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { ContentFacts, FileContent } from "../../store/index.ts";
import { ContentSink, type Kept } from "../large/content-sink.ts";
import type { Wrapping } from "./kept-invitation.ts";

export interface FileSinkPorts {
  readonly contents: FileContent;
  /** Durable when it resolves; the MSRP status that the sender is told. */
  readonly keep: (kept: Kept, came: Wrapping) => Promise<number>;
}

/** Longest head of an envelope. */
const HEAD_BYTES = 32_768;
const PLAIN_CODINGS: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);

export class FileSink implements IncomingSink {
  readonly #selector: FileSelector;
  readonly #control: IncomingControl;
  readonly #ports: FileSinkPorts;
  /** Of an envelope whose head is not whole. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #inner: ContentSink | undefined;
  #receivedBytes = 0;

  constructor(
    { contentType }: IncomingHead,
    selector: FileSelector,
    control: IncomingControl,
    ports: FileSinkPorts,
  ) {
    this.#selector = selector;
    this.#control = control;
    this.#ports = ports;
    if (essenceOf(contentType) !== CPIM) this.#begin({ contentType, envelope: undefined });
  }

  write(octets: Uint8Array): boolean {
    if (this.#inner !== undefined) return this.#pass(this.#inner, octets);
    this.#held.push(octets);
    this.#heldBytes += octets.length;
    const start = concatBytes(...this.#held);
    const read = parseCpim(start);
    if (!read.ok) {
      if (this.#heldBytes > HEAD_BYTES) this.#control.refuse(400);
      return true;
    }
    const { contentHeaders, content } = read.value;
    const coding = mimeHeader(contentHeaders, "Content-Transfer-Encoding")?.trim().toLowerCase();
    if (coding !== undefined && !PLAIN_CODINGS.has(coding)) {
      this.#control.refuse(415);
      return true;
    }
    this.#held = [];
    const contentType = mimeHeader(contentHeaders, "Content-Type") ?? "application/octet-stream";
    const envelope = start.slice(0, start.length - content.length);
    const inner = this.#begin({ contentType, envelope });
    return content.length === 0 || this.#pass(inner, content);
  }

  end(): number | Promise<number> {
    return this.#inner?.end() ?? 400;
  }

  abandon(): void {
    this.#inner?.abandon();
  }

  #begin(came: Wrapping): ContentSink {
    const { contents, keep } = this.#ports;
    this.#inner = new ContentSink(contents, this.#control, async (kept) =>
      isAsAnnounced(this.#selector, kept.facts) ? keep(kept, came) : 400,
    );
    return this.#inner;
  }

  #pass(inner: ContentSink, octets: Uint8Array): boolean {
    this.#receivedBytes += octets.length;
    if (this.#receivedBytes <= (this.#selector.sizeBytes ?? Infinity)) return inner.write(octets);
    this.#control.refuse(413);
    return true;
  }
}

/** What was not announced cannot be wrong. */
function isAsAnnounced({ sizeBytes, hashes }: FileSelector, facts: ContentFacts): boolean {
  if (sizeBytes !== undefined && sizeBytes !== facts.sizeBytes) return false;
  const known = new Map([
    ["sha-1", facts.sha1],
    ["sha-256", facts.sha256],
  ]);
  return hashes.every(({ algorithm, value }) => (known.get(algorithm) ?? value) === value);
}

function essenceOf(contentType: string): string {
  const [type = ""] = contentType.split(";", 1);
  return type.trim().toLowerCase();
}

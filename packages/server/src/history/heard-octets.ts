/** A message of a session on its way into the history: small ones whole, large ones with their content outside of the store. Clause 15.3 */
import { type Cpim, formatCpim, formatDateTime, mimeHeader, parseCpim } from "@parlance/formats";
import { bodyKind, CPIM, plainTextOf } from "@parlance/im";
import { concatBytes, utf8TextLossy } from "@parlance/wire";
import type { HeardHead, HeardMessage } from "../ports/index.ts";
import { type ContentWriter, type FileContent, foldText } from "../store/index.ts";
import type { Unkept } from "./keeper.ts";
import { messageIdOf } from "./record.ts";

/** What is known of every message of a session. */
export interface HeardIn {
  readonly mode: "large" | "session";
  readonly conversation: string;
  readonly group: string | undefined;
  readonly subject: string | undefined;
  /** Address of the one who keeps it. */
  readonly owner: string;
  readonly at: number;
}

export interface HeardPorts {
  /** Where the octets of large ones lie; undefined where they are not kept. */
  readonly contents: FileContent | undefined;
  /** Octets of one message that may be kept. */
  readonly mostBytes: number;
  /** It is whole. Whoever is told owns the content that it names. */
  heard(message: Promise<Unkept | undefined>): void;
  lost(reason: unknown): void;
}

/** Up to here a message is a row. */
const INLINE_BYTES = 65_536;
/** In memory, on the way to a disk that is slower: beyond that it is not kept. */
const BACKLOG_BYTES = 16 * 1_048_576;
const NOTHING = new Uint8Array(0);

/** A content on its way to the disk. */
interface Spilling {
  readonly envelope: Cpim;
  readonly writer: Promise<ContentWriter>;
  readonly start: Uint8Array;
  work: Promise<void>;
  backlogBytes: number;
}

export class HeardOctets implements HeardMessage {
  readonly #head: HeardHead;
  readonly #in: HeardIn;
  readonly #ports: HeardPorts;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #spilling: Spilling | undefined;
  /** It is nothing that is kept. */
  #ignored = false;

  constructor(head: HeardHead, of: HeardIn, ports: HeardPorts) {
    this.#head = head;
    this.#in = of;
    this.#ports = ports;
  }

  write(octets: Uint8Array): void {
    if (this.#ignored) return;
    this.#bytes += octets.length;
    if (this.#bytes > this.#ports.mostBytes) return this.#giveUp("no room for so much");
    if (this.#spilling !== undefined) return this.#append(this.#spilling, octets.slice());
    this.#pieces.push(octets.slice());
    if (this.#bytes > INLINE_BYTES) this.#spill();
  }

  end(): void {
    if (this.#ignored) return;
    this.#ignored = true;
    const spilling = this.#spilling;
    const message =
      spilling === undefined ? Promise.resolve(this.#small()) : this.#sealed(spilling);
    this.#ports.heard(message);
  }

  abandon(): void {
    this.#ignored = true;
    this.#pieces = [];
    if (this.#spilling !== undefined) void this.#discard(this.#spilling);
  }

  #small(): Unkept | undefined {
    const bytes = concatBytes(...this.#pieces);
    const envelope = this.#envelope(bytes);
    if (envelope === undefined) return undefined;
    const whole = isCpim(this.#head.contentType) ? bytes : formatCpim(envelope);
    return this.#message(envelope, whole, { content: undefined, start: envelope.content });
  }

  /** Undefined: nobody can read it, or it is a receipt or the like. */
  #envelope(bytes: Uint8Array): Cpim | undefined {
    const { contentType, contentHeaders, from } = this.#head;
    const read = isCpim(contentType) ? parseCpim(bytes) : undefined;
    if (read?.ok === false) return undefined;
    const envelope: Cpim = read?.value ?? {
      from: { name: from.name, uri: from.uri },
      to: [{ name: undefined, uri: this.#to }],
      cc: [],
      dateTime: formatDateTime(this.#in.at),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders: [...contentHeaders, ["Content-Type", contentType]],
      content: bytes,
    };
    return bodyKind(typeOf(envelope)) === "message" ? envelope : undefined;
  }

  get #to(): string {
    return this.#head.direction === "sent" ? this.#in.conversation : this.#in.owner;
  }

  #spill(): void {
    const { contents } = this.#ports;
    const envelope = this.#envelope(concatBytes(...this.#pieces));
    if (envelope === undefined) return this.abandon();
    if (contents === undefined) return this.#giveUp("nowhere to keep so much");
    const writer = contents.create();
    const work = writer.then(() => undefined);
    work.catch(() => undefined); // told at the end
    const start = envelope.content;
    const spilling = {
      envelope: { ...envelope, content: NOTHING },
      writer,
      start,
      work,
      backlogBytes: 0,
    };
    this.#spilling = spilling;
    this.#pieces = [];
    this.#append(spilling, start);
  }

  #append(spilling: Spilling, octets: Uint8Array): void {
    spilling.backlogBytes += octets.length;
    if (spilling.backlogBytes > BACKLOG_BYTES) return this.#giveUp("the disk is too slow");
    spilling.work = appended(spilling, octets);
    spilling.work.catch(() => undefined);
  }

  async #sealed(spilling: Spilling): Promise<Unkept | undefined> {
    try {
      await spilling.work;
      const writer = await spilling.writer;
      const { sizeBytes } = await writer.seal();
      const { envelope, start } = spilling;
      const content = { id: writer.id, sizeBytes };
      return this.#message(envelope, formatCpim(envelope), { content, start });
    } catch (error) {
      await this.#discard(spilling);
      throw error;
    }
  }

  #message(
    envelope: Cpim,
    bytes: Uint8Array,
    of: {
      readonly content: { readonly id: string; readonly sizeBytes: number } | undefined;
      /** First octets of the content, for the search. */
      readonly start: Uint8Array;
    },
  ): Unkept {
    const { direction, from, authId } = this.#head;
    const { mode, conversation, group, at } = this.#in;
    const subject = envelope.subjects[0]?.text ?? this.#in.subject;
    const text = plainTextOf(CPIM, formatCpim({ ...envelope, content: of.start }));
    const words = text === undefined ? "" : utf8TextLossy(text.bytes);
    return {
      conversation,
      direction,
      mode,
      from: from.uri,
      authId,
      to: this.#to,
      group,
      subject,
      type: typeOf(envelope),
      messageId: messageIdOf(envelope),
      at,
      sizeBytes: of.content?.sizeBytes ?? envelope.content.length,
      content: of.content?.id,
      bytes,
      searchText: foldText(`${subject ?? ""} ${words}`),
    };
  }

  #giveUp(reason: string): void {
    this.abandon();
    this.#ports.lost(reason);
  }

  async #discard({ writer, work }: Spilling): Promise<void> {
    try {
      await work.catch(() => undefined);
      const opened = await writer;
      await opened.close();
      await this.#ports.contents?.delete(opened.id);
    } catch {
      // What is left lies there without an owner, and is swept away.
    }
  }
}

async function appended(spilling: Spilling, octets: Uint8Array): Promise<void> {
  const { work: before, writer } = spilling;
  await before;
  await (await writer).append(octets);
  spilling.backlogBytes -= octets.length;
}

function typeOf({ contentHeaders }: Cpim): string {
  const type = mimeHeader(contentHeaders, "Content-Type") ?? "text/plain";
  return (type.split(";", 1)[0] ?? type).trim().toLowerCase();
}

function isCpim(contentType: string): boolean {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === CPIM;
}

/** Changes to a message: what is not touched is carried over octet for octet. RFC 3261 §16.6 */
import { octetText, utf8Bytes } from "@parlance/wire";
import { breaksLine, isToken } from "./characters.ts";
import {
  type HeaderLine,
  type HeaderRef,
  lineOf,
  type MessageParts,
  refKey,
  valueIn,
} from "./header-line.ts";
import { canonicalName } from "./header-names.ts";
import type { HeaderType, ListHeaderType } from "./header-type.ts";
import { ContentLength, ContentType, Via } from "./headers.ts";
import { withoutFirstValue } from "./list-text.ts";
import { reasonPhrase } from "./reason-phrases.ts";
import { formatUri, type Uri } from "./uri.ts";

/** Headers whose values can be written one by one. */
type Items<E> = Pick<ListHeaderType<E>, "name" | "key" | "writeItem">;

/** As it is written in new messages, and what lines are found by. */
type HeaderName = Pick<HeaderType<never>, "name" | "key">;

/** Of either kind of message; the edits of requests and of responses can change the start line too. `Made` is the message that comes out. */
export abstract class MessageEdit<Made = unknown> {
  /** Those of a message as long as nothing is changed, which itself never changes. */
  #lines: readonly HeaderLine[];
  /** The same lines once they are our own. */
  #own: HeaderLine[] | undefined;
  readonly #octets: boolean;
  #body: Uint8Array;

  constructor({ lines, body, octets }: MessageParts) {
    this.#lines = lines;
    this.#own = undefined;
    this.#octets = octets;
    this.#body = body;
  }

  /** Content-Length always stands in what comes out: streams need it. */
  abstract done(): Made;

  /** As the message stands now. Throws `FormatError` when the value is malformed. */
  get<T>(type: HeaderType<T>): T | undefined {
    return valueIn(this.#lines, type);
  }

  /** In the place of the first line of that name, or at the end; other lines of it go. */
  set<T>(type: HeaderType<T>, value: T): this {
    return this.#put(type, type.write(value));
  }

  /** As `set`, with a line that was made before: it may stand in any number of messages. */
  setLine(line: HeaderLine): this {
    return this.#place(this.#octets ? this.#line(line, line.text) : line);
  }

  /** As `set`, for headers without a type of ours; one line for each text. */
  setText(name: string, ...texts: readonly string[]): this {
    return this.#put({ name: canonicalName(name), key: refKey(name) }, texts);
  }

  /** Before all values of that header, on a line of its own. */
  prepend<E>(type: Items<E>, ...items: readonly E[]): this {
    const lines = items.map((item) => this.#line(type, type.writeItem(item)));
    this.#change().splice(this.#placeOf(type.key), 0, ...lines);
    return this;
  }

  /** After all values of that header, on a line of its own. */
  append<E>(type: Items<E>, ...items: readonly E[]): this {
    const lines = items.map((item) => this.#line(type, type.writeItem(item)));
    const last = this.#lines.findLastIndex((line) => line.key === type.key);
    this.#change().splice(last === -1 ? this.#lines.length : last + 1, 0, ...lines);
    return this;
  }

  remove(header: HeaderRef): this {
    const key = refKey(header);
    if (indexOf(this.#lines, key) !== -1) this.#removeFrom(0, key);
    return this;
  }

  /** The first value goes; the others stay as they are written. */
  removeFirst(type: Items<never>): this {
    const at = indexOf(this.#lines, type.key);
    const line = this.#lines[at];
    if (line === undefined) return this;
    const rest = withoutFirstValue(line.text);
    if (rest === undefined || rest === "") this.#change().splice(at, 1);
    else this.#change()[at] = lineOf(type, rest);
    return this;
  }

  /** The first value is written anew; the others stay as they are written. */
  replaceFirst<E>(type: ListHeaderType<E>, item: E): this {
    const at = indexOf(this.#lines, type.key);
    const line = this.#lines[at];
    if (line === undefined) return this;
    const rest = withoutFirstValue(line.text);
    const first = this.#encode(type.writeItem(item));
    const changed = lineOf(type, rest === undefined ? first : `${first}, ${rest}`);
    if (rest === undefined) changed.keep(type, [item]);
    this.#change()[at] = changed;
    return this;
  }

  /** Sets Content-Length, and Content-Type when given; an empty body takes the type away. */
  body(bytes: Uint8Array, contentType?: string): this {
    this.#body = bytes;
    if (bytes.length === 0) this.remove(ContentType);
    else if (contentType !== undefined) this.setText("Content-Type", contentType);
    return this.set(ContentLength, bytes.length);
  }

  protected parts(): MessageParts {
    if (indexOf(this.#lines, ContentLength.key) === -1) this.set(ContentLength, this.#body.length);
    this.#own = undefined; // they belong to the message now
    return { lines: this.#lines, body: this.#body, octets: this.#octets };
  }

  #change(): HeaderLine[] {
    if (this.#own === undefined) {
      this.#own = this.#lines.slice();
      this.#lines = this.#own;
    }
    return this.#own;
  }

  #put(header: HeaderName, texts: readonly string[]): this {
    const [first = ""] = texts;
    if (texts.length === 1) return this.#place(this.#line(header, first));
    const lines = this.#change();
    const at = indexOf(lines, header.key);
    const made = texts.map((text) => this.#line(header, text));
    if (at === -1) {
      lines.push(...made);
      return this;
    }
    lines.splice(at, 1, ...made);
    return this.#removeFrom(at + made.length, header.key);
  }

  #place(line: HeaderLine): this {
    const lines = this.#change();
    const at = indexOf(lines, line.key);
    if (at === -1) {
      lines.push(line);
      return this;
    }
    lines[at] = line;
    return this.#removeFrom(at + 1, line.key);
  }

  /** Lines of that key from that place on. */
  #removeFrom(from: number, key: string): this {
    const lines = this.#change();
    for (let at = lines.length - 1; at >= from; at -= 1) {
      if (lines[at]?.key === key) lines.splice(at, 1);
    }
    return this;
  }

  /** Where a first line of that header goes: Via on top, all else below it. */
  #placeOf(key: string): number {
    const first = indexOf(this.#lines, key);
    if (first !== -1) return first;
    return key === Via.key ? 0 : this.#lines.findLastIndex((line) => line.key === Via.key) + 1;
  }

  #line(header: HeaderName, text: string): HeaderLine {
    return lineOf(header, this.#encode(text));
  }

  #encode(text: string): string {
    return this.#octets ? octetText(utf8Bytes(text)) : text;
  }
}

function indexOf(lines: readonly HeaderLine[], key: string): number {
  for (let at = 0; at < lines.length; at += 1) if (lines[at]?.key === key) return at;
  return -1;
}

/** The start of a request, with its URI parsed as far as it was asked for. */
export interface RequestStart {
  readonly method: string;
  /** As received; parsed when it is asked for. */
  readonly uriText: string;
  /** "SIP/2.0" in all but requests that are to be refused. */
  readonly version: string;
  readonly uri: Uri | undefined;
}

export class RequestEdit<Made = unknown> extends MessageEdit<Made> {
  #start: RequestStart;
  readonly #make: (start: RequestStart, parts: MessageParts) => Made;

  constructor(
    start: RequestStart,
    parts: MessageParts,
    make: (start: RequestStart, parts: MessageParts) => Made,
  ) {
    super(parts);
    this.#start = start;
    this.#make = make;
  }

  uri(uri: Uri): this {
    this.#start = { ...this.#start, uri, uriText: formatUri(uri) };
    return this;
  }

  method(method: string): this {
    if (!isToken(method)) throw new RangeError(`not a method: ${method}`);
    this.#start = { ...this.#start, method };
    return this;
  }

  done(): Made {
    return this.#make(this.#start, this.parts());
  }
}

export interface ResponseStart {
  readonly status: number;
  readonly reason: string;
}

export class ResponseEdit<Made = unknown> extends MessageEdit<Made> {
  #start: ResponseStart;
  readonly #make: (start: ResponseStart, parts: MessageParts) => Made;

  constructor(
    start: ResponseStart,
    parts: MessageParts,
    make: (start: ResponseStart, parts: MessageParts) => Made,
  ) {
    super(parts);
    this.#start = start;
    this.#make = make;
  }

  status(status: number, reason: string = reasonPhrase(status)): this {
    if (breaksLine(reason)) throw new RangeError("line break or NUL in the reason phrase");
    this.#start = { status, reason };
    return this;
  }

  done(): Made {
    return this.#make(this.#start, this.parts());
  }
}

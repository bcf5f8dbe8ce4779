/** Changes to a message: what is not touched is carried over octet for octet. RFC 3261 §16.6 */
import { octetText, utf8Bytes } from "@parlance/wire";
import { breaksLine, isToken } from "./characters.ts";
import {
  type HeaderLine,
  type HeaderRef,
  type MessageParts,
  makeLine,
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

/** Of either kind of message; the edits of requests and of responses can change the start line too. `Made` is the message that comes out. */
export abstract class MessageEdit<Made = unknown> {
  readonly #lines: HeaderLine[];
  readonly #octets: boolean;
  #body: Uint8Array;

  constructor({ lines, body, octets }: MessageParts) {
    this.#lines = [...lines];
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
    return this.#put(type.name, type.key, type.write(value));
  }

  /** As `set`, for headers without a type of ours; one line for each text. */
  setText(name: string, ...texts: readonly string[]): this {
    return this.#put(canonicalName(name), refKey(name), texts);
  }

  /** Before all values of that header, on a line of its own. */
  prepend<E>(type: Items<E>, ...items: readonly E[]): this {
    const lines = items.map((item) => this.#line(type.name, type.writeItem(item)));
    this.#lines.splice(this.#placeOf(type.key), 0, ...lines);
    return this;
  }

  /** After all values of that header, on a line of its own. */
  append<E>(type: Items<E>, ...items: readonly E[]): this {
    const lines = items.map((item) => this.#line(type.name, type.writeItem(item)));
    const last = this.#lines.findLastIndex((line) => line.key === type.key);
    this.#lines.splice(last === -1 ? this.#lines.length : last + 1, 0, ...lines);
    return this;
  }

  remove(header: HeaderRef): this {
    const key = refKey(header);
    for (let at = this.#lines.length - 1; at >= 0; at -= 1) {
      if (this.#lines[at]?.key === key) this.#lines.splice(at, 1);
    }
    return this;
  }

  /** The first value goes; the others stay as they are written. */
  removeFirst(type: Items<never>): this {
    return this.#putFirst(type, undefined);
  }

  /** The first value is written anew; the others stay as they are written. */
  replaceFirst<E>(type: Items<E>, item: E): this {
    return this.#putFirst(type, type.writeItem(item));
  }

  /** Sets Content-Length, and Content-Type when given; an empty body takes the type away. */
  body(bytes: Uint8Array, contentType?: string): this {
    this.#body = bytes;
    if (bytes.length === 0) this.remove(ContentType);
    else if (contentType !== undefined) this.setText("Content-Type", contentType);
    return this.set(ContentLength, bytes.length);
  }

  protected parts(): MessageParts {
    if (!this.#lines.some((line) => line.key === ContentLength.key)) {
      this.set(ContentLength, this.#body.length);
    }
    return { lines: this.#lines.slice(), body: this.#body, octets: this.#octets };
  }

  #put(name: string, key: string, texts: readonly string[]): this {
    const at = this.#lines.findIndex((line) => line.key === key);
    const lines = texts.map((text) => this.#line(name, text));
    if (at === -1) {
      this.#lines.push(...lines);
      return this;
    }
    this.#lines.splice(at, 1, ...lines);
    for (let rest = this.#lines.length - 1; rest >= at + lines.length; rest -= 1) {
      if (this.#lines[rest]?.key === key) this.#lines.splice(rest, 1);
    }
    return this;
  }

  #putFirst({ name, key }: Items<never>, text: string | undefined): this {
    const at = this.#lines.findIndex((line) => line.key === key);
    const line = this.#lines[at];
    if (line === undefined) return this;
    const rest = withoutFirstValue(line.text);
    const texts = [text === undefined ? undefined : this.#encode(text), rest];
    const whole = texts.filter((part) => part !== undefined).join(", ");
    this.#lines.splice(at, 1, ...(whole === "" ? [] : [makeLine(name, whole)]));
    return this;
  }

  /** Where a first line of that header goes: Via on top, all else below it. */
  #placeOf(key: string): number {
    const first = this.#lines.findIndex((line) => line.key === key);
    if (first !== -1) return first;
    return key === Via.key ? 0 : this.#lines.findLastIndex((line) => line.key === Via.key) + 1;
  }

  #line(name: string, text: string): HeaderLine {
    return makeLine(name, this.#encode(text));
  }

  #encode(text: string): string {
    return this.#octets ? octetText(utf8Bytes(text)) : text;
  }
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

/** Text to octets and back: UTF-8 (RFC 3629), and octet strings with one character an octet. */
import { FormatError } from "./format-error.ts";

// The two globals that every runtime of ours has; declared here so that pure code needs no DOM types.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
// A byte order mark is content: dropping it would change what is forwarded.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** How many octets go through one `String.fromCharCode` call; arguments live on the stack. */
const CHARACTERS_A_CALL = 8192;

export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Strict: throws `FormatError` when the octets are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new FormatError("UTF-8", 0, "octets are not UTF-8");
  }
}

/**
 * The same text in memory of its own. A piece of a longer text keeps the whole of it alive: whoever keeps a value of a
 * message for longer than the message keeps it so. Text that is not Unicode (lone surrogates) comes back as it is.
 */
export function ownText(text: string): string {
  const own = lossyDecoder.decode(encoder.encode(text));
  return own === text ? own : text;
}

/** For what is only shown or logged: each malformed sequence becomes U+FFFD. */
export function utf8TextLossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** How many octets `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let octets = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts two, four together; a lone half becomes U+FFFD, three.
    if (unit < 0x800) octets += 1;
    else if (isPairAt(text, at)) {
      octets += 2;
      at += 1;
    } else octets += 2;
  }
  return octets;
}

/**
 * Writes `text` at the start of `target`, which has room for its length. False when it is not all
 * ASCII: then it needs more room, and what was written means nothing.
 */
export function asciiInto(text: string, target: Uint8Array): boolean {
  const { read, written } = encoder.encodeInto(text, target);
  return read === text.length && written === text.length;
}

/** One character an octet (ISO 8859-1), so that offsets in text and bytes are the same. */
export function octetText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  const part = from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
  const text = lossyDecoder.decode(part);
  // Longer sequences shrink and broken ones become U+FFFD: what is neither is ASCII throughout.
  if (text.length === part.length && !text.includes("\uFFFD")) return text;
  let octets = "";
  for (let at = 0; at < part.length; at += CHARACTERS_A_CALL) {
    octets += String.fromCharCode(...part.subarray(at, at + CHARACTERS_A_CALL));
  }
  return octets;
}

/** The octets of an octet string. A character above U+00FF is a mistake of the caller. */
export function octetBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const octet = text.charCodeAt(at);
    if (octet > 0xff) throw new RangeError("not an octet string");
    bytes[at] = octet;
  }
  return bytes;
}

/** The octets of text that is ASCII by construction; anything else is a mistake of the caller. */
export function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(text);
  if (bytes.length !== text.length) throw new RangeError("not ASCII text");
  return bytes;
}

function isPairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

/** What may stand in a log record, and how: no secrets, no addresses of people, no control characters. */
import { createHmac } from "node:crypto";
import type { LogFields } from "@parlance/server";

export interface Redaction {
  /** Write addresses as they are: for operators who have to, and may. */
  readonly addresses: boolean;
  /** Makes the same address the same word within one installation, and guessing it useless elsewhere. */
  readonly key: Uint8Array;
}

/** Fields that name a person or his machine. */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  "address",
  "aor",
  "contact",
  "from",
  "originator",
  "principal",
  "recipient",
  "remote",
  "source",
  "target",
  "to",
  "uri",
  "user",
]);

/** Fields that nobody should pass; their name is logged, so that the mistake is seen. */
const SECRET_FIELD =
  /authorization|body|cookie|content$|credential|key$|nonce|password|secret|subject|text|token/i;

const ADDRESS_IN_TEXT = /\b(?:sips?|tel|im|pres|mailto):[^\s<>"',;]+/gi;
/** C0 is escaped by JSON; these would reorder or break the line on the screen of who reads it. */
const UNPRINTABLE =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const LONGEST_VALUE = 512;
const HASH_CHARACTERS = 12; // 72 bits: no two users of one server meet

export function redact(fields: LogFields, redaction: Redaction): Record<string, unknown> {
  const record = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    record.set(name, typeof value === "string" ? readable(name, value, redaction) : value);
  }
  return Object.fromEntries(record);
}

function readable(name: string, value: string, redaction: Redaction): string {
  if (SECRET_FIELD.test(name)) return "***";
  const shown = redaction.addresses ? value : withoutAddresses(name, value, redaction.key);
  const short = shown.length > LONGEST_VALUE ? `${shown.slice(0, LONGEST_VALUE)}…` : shown;
  return short.replace(UNPRINTABLE, escaped);
}

function withoutAddresses(name: string, value: string, key: Uint8Array): string {
  if (ADDRESS_FIELDS.has(name)) return hashed(value, key);
  return value.replace(ADDRESS_IN_TEXT, (address) => hashed(address, key));
}

function hashed(address: string, key: Uint8Array): string {
  const digest = createHmac("sha256", key).update(address).digest("base64url");
  return `#${digest.slice(0, HASH_CHARACTERS)}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

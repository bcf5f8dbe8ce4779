/** Keeps texts encrypted in the store: AES-256-GCM with keys of the server. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Sealing } from "@parlance/server";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import type { LiveKeys, ServerKeys } from "./server-keys.ts";

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** What is sealed for one purpose does not open for another. */
export function sealing(keys: ServerKeys, purpose: string): Sealing {
  const live = keys.derive(`seal ${purpose}`);
  return {
    seal: (text) => seal(live.current, text),
    open: (sealed) => open(live, sealed),
  };
}

function seal(key: Uint8Array, text: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const hidden = cipher.update(utf8Bytes(text));
  return concatBytes(Uint8Array.of(VERSION), nonce, hidden, cipher.final(), cipher.getAuthTag());
}

function open({ current, previous }: LiveKeys, sealed: Uint8Array): string | undefined {
  if (sealed[0] !== VERSION || sealed.length < HEAD_BYTES + TAG_BYTES) return undefined;
  const text = openWith(current, sealed);
  if (text !== undefined || previous === undefined) return text;
  return openWith(previous, sealed);
}

function openWith(key: Uint8Array, sealed: Uint8Array): string | undefined {
  const nonce = sealed.subarray(1, HEAD_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    return utf8Text(concatBytes(text, decipher.final()));
  } catch {
    return undefined; // another key, or changed since: `final` says no more than that
  }
}

/** Addresses as people write and read them. */
import { cleanLine } from "./clean-text.ts";

const FULL = /^sip:[^\s@<>"]{1,200}@[^\s@<>"]{1,253}$/i;
const SHORT = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const MAIL = /^[^\s@<>":]{1,200}@[a-z0-9.-]{1,253}$/i;

/** `bob`, `bob@example.com` or `sip:bob@example.com`; undefined for what is none of them. */
export function readAddress(written: string, domain: string): string | undefined {
  const text = written.trim();
  if (FULL.test(text)) return `sip:${text.slice(4)}`;
  if (MAIL.test(text)) return `sip:${text}`;
  return SHORT.test(text) ? `sip:${text.toLowerCase()}@${domain}` : undefined;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

/** Of another domain than the server's, where that is known: it lets in nobody of it. */
export function isForeign(address: string, domain: string): boolean {
  return domain !== "" && domainOf(address).toLowerCase() !== domain.toLowerCase();
}

/** The part that tells people apart. */
export function userPart(address: string): string {
  const user = /^\w{1,8}:([^@;?]+)@/.exec(address)?.[1];
  return cleanLine(user === undefined ? address : decoded(user), 64);
}

/** As it is shown where there is no name: in full when it is of another domain. */
export function shortAddress(address: string, domain: string): string {
  const full = cleanLine(address.replace(/^sips?:/i, ""), 120);
  return domainOf(address) === domain ? userPart(address) : full;
}

/** One or two letters for a picture. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => Array.from(word)[0] ?? "");
  return letters.join("").toLocaleUpperCase() || "·";
}

/** One of so many colours, always the same one for an address. */
export function hueOf(address: string, hues: number): number {
  let sum = 0;
  for (const letter of address) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % hues;
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user; // a lone "%"
  }
}

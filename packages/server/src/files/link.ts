/** The secret part of a file's URL: whoever has it may download the file, so that only its hash is kept. */
import type { Hashing, Random } from "@parlance/wire";

const BITS = 160;
const LINK = /^[A-Za-z0-9_-]{22,64}$/;
const ID_BITS = 128;

export function newLink(random: Random): string {
  return random.token(BITS);
}

/** Names an upload to its owner. */
export function newUploadId(random: Random): string {
  return random.token(ID_BITS);
}

export function isLink(text: string): boolean {
  return LINK.test(text);
}

/** A lookup by hash tells nothing of how near a guess came. */
export function hashOfLink(hashing: Hashing, link: string): string {
  return hashing.hash("sha-256", `file ${link}`);
}

export function urlOfLink(publicUrl: string, link: string): string {
  return `${publicUrl}/files/${link}`;
}

/** It looks like the URL of a file that is here. */
export function isUrlOfLink(publicUrl: string, text: string): boolean {
  const start = `${publicUrl}/files/`;
  return text.startsWith(start) && isLink(text.slice(start.length));
}

export function urlOfUpload(publicUrl: string, id: string): string {
  return `${publicUrl}/files/uploads/${id}`;
}

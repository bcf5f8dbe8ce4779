/** Images that may be thumbnails, known by how they begin: a type that somebody claims is not believed. */

const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

/** The media type of these octets; undefined when they are none of the images allowed. */
export function imageType(bytes: Uint8Array): string | undefined {
  if (hasAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (hasAt(bytes, 0, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (hasAt(bytes, 0, RIFF) && hasAt(bytes, 8, WEBP)) return "image/webp";
  if (hasAt(bytes, 0, [0x47, 0x49, 0x46, 0x38])) return "image/gif";
  return undefined;
}

function hasAt(bytes: Uint8Array, at: number, octets: readonly number[]): boolean {
  return octets.every((octet, index) => bytes[at + index] === octet);
}

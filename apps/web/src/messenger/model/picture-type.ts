/** The media type of a picture, by how it begins: only of kinds that hold nothing but a picture. */

const BEGINNINGS: readonly (readonly [type: string, at: number, octets: readonly number[]])[] = [
  ["image/png", 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", 0, [0xff, 0xd8, 0xff]],
  ["image/gif", 0, [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", 8, [0x57, 0x45, 0x42, 0x50]],
];

export function pictureType(head: Uint8Array): string | undefined {
  const found = BEGINNINGS.find(([, at, octets]) =>
    octets.every((octet, index) => head[at + index] === octet),
  );
  return found?.[0];
}

/** The small picture that goes with the offer of a file. RFC 5547 §6, §8.8 */
import type { Random } from "@parlance/wire";
import type { BlobLike } from "../../files/fetch.ts";

export interface Thumbnail {
  readonly type: string;
  readonly content: Uint8Array;
  /** Without brackets. */
  readonly contentId: string;
}

/** It goes in the INVITE, which has to stay one that everybody takes. */
const MOST_BYTES = 32_768;

/** Undefined when there is none, or none that fits. */
export async function readThumbnail(
  given: Uint8Array | BlobLike | undefined,
  random: Random,
): Promise<Thumbnail | undefined> {
  if (given === undefined) return undefined;
  const content = given instanceof Uint8Array ? given : new Uint8Array(await given.arrayBuffer());
  const type = pictureType(content);
  if (type === undefined || content.length > MOST_BYTES) return undefined;
  return { type, content, contentId: `${random.token(128)}@thumbnail.invalid` };
}

/** By its first octets: what others are shown unasked is a picture, whatever it is called. */
export function pictureType(content: Uint8Array): string | undefined {
  const [a, b, c, d] = content;
  if (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) return "image/png";
  if (a === 0xff && b === 0xd8 && c === 0xff) return "image/jpeg";
  if (a === 0x47 && b === 0x49 && c === 0x46 && d === 0x38) return "image/gif";
  const riff = a === 0x52 && b === 0x49 && c === 0x46 && d === 0x46;
  const webp = content[8] === 0x57 && content[9] === 0x45 && content[10] === 0x42;
  return riff && webp ? "image/webp" : undefined;
}

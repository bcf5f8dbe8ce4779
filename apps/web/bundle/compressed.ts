/** How the files of the pages lie beside themselves for browsers that take gzip: all of them do. */
import { gzipSync } from "node:zlib";
import { gzipAsync } from "@gfx/zopfli";
import { FIRST_PARTS } from "./chunks.ts";

/** More change nothing: what takes the time is the first one. */
const ITERATIONS = 3;

/**
 * What comes first in as few octets as gzip can have, 4 % fewer; that takes fifty times as long, so everything else has
 * what is usual. `name`: of the file.
 */
export async function compressed(name: string, content: Uint8Array): Promise<Uint8Array> {
  return FIRST_PARTS.some((part) => name.startsWith(`assets/${part}-`))
    ? gzipAsync(content, { numiterations: ITERATIONS })
    : gzipSync(content, { level: 9 });
}

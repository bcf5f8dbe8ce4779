/** How the files of the pages lie beside themselves: in both codings that browsers take. */
import { brotliCompressSync, gzipSync } from "node:zlib";

export const CODINGS = {
  /** Of secured origins and of this machine, in a seventh fewer octets. */
  br: (content: Uint8Array): Uint8Array => brotliCompressSync(content),
  gz: (content: Uint8Array): Uint8Array => gzipSync(content, { level: 9 }),
};

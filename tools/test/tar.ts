/** Just enough of the tar format to read test archives: plain files of ustar. POSIX.1-1988 §10.1.1 */

const BLOCK = 512;

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function readTar(archive: Uint8Array): readonly TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const name = textAt(archive, at, 100);
    if (name === "") break;
    const size = Number.parseInt(textAt(archive, at + 124, 12), 8);
    const type = textAt(archive, at + 156, 1);
    const start = at + BLOCK;
    if (type === "" || type === "0")
      files.push({ name, bytes: archive.slice(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** A field that ends at its first NUL. */
function textAt(archive: Uint8Array, at: number, length: number): string {
  const [text = ""] = Buffer.from(archive.subarray(at, at + length))
    .toString("latin1")
    .split("\0");
  return text.trim();
}

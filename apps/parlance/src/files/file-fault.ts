/** What is wrong with a file of the disk, for whoever has named it. */
import { dirname } from "node:path";

/** In plain words where the reason is a usual one, else as the system says it. */
export function explainFileFault(error: unknown, path: string, wanted: "read" | "write"): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return wanted === "read" ? `no such file: ${path}` : `no such folder: ${dirname(path)}`;
    case "ENOTDIR":
      return `no such folder: ${dirname(path)}`;
    case "EISDIR":
      return `a folder, not a file: ${path}`;
    case "EEXIST":
      return `there is a file already: ${path}`;
    case "EACCES":
    case "EPERM":
      return `not allowed to ${wanted} ${path}`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

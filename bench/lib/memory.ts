/** How much memory a server has in use: what is live in its heap, and what its buffers hold. */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What the server is to be started with. */
export const MEMORY_PROBE = [
  "--expose-gc",
  "--import",
  fileURLToPath(new URL("./memory-probe.ts", import.meta.url)),
];

export function bytesInUse({ stdout, pid }: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (stdout === null || pid === undefined) return reject(new Error("the server has no output"));
    const look = (chunk: Buffer): void => {
      const bytes = /^memory (\d+)$/m.exec(String(chunk))?.[1];
      if (bytes === undefined) return;
      stdout.off("data", look);
      resolve(Number(bytes));
    };
    stdout.on("data", look);
    process.kill(pid, "SIGUSR2");
  });
}

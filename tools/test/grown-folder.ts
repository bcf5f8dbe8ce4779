/** Waiting for a transfer that another process is in the middle of, by what it has written. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { within } from "./deadline.ts";

const LOOK_MS = 2;
const GROWN_MS = 15_000;

/** Resolves when the files of a folder are so large together. */
export function grown(folder: string, bytes: number): Promise<void> {
  const size = (): number =>
    readdirSync(folder)
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, one) => sum + one, 0);
  const look = async (): Promise<void> => {
    while (size() < bytes) await wait(LOOK_MS);
  };
  return within(GROWN_MS, look(), () => `${size()} octets in ${readdirSync(folder).join()}`);
}

/** Devices that are in a room and say nothing. */
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startOn } from "./machine.ts";
import type { Server } from "./servers.ts";

/** Resolves when all of them have connected. */
export async function startIdle({ port }: Server, legs: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL("../load/room-load.ts", import.meta.url));
  const options = ["--legs", legs, "--port", String(port), "--idle"];
  const load = startOn(1, [process.execPath, file, ...options], true);
  await once(load, "message");
  return load;
}

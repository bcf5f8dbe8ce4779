/** Opens a client over a runtime; the bindings for Node and browsers call this. */
import { hex } from "@parlance/wire";
import { loaded } from "./base/loaded.ts";
import { ImClient } from "./client.ts";
import type { ConnectOptions } from "./options.ts";
import type { Runtime } from "./runtime.ts";
import { sessionsPart } from "./session/part.ts";
import type { ClientStore } from "./store/client-store.ts";

/** Resolves when the client is registered. Rejects with ImError, or TypeError for wrong arguments. */
export async function connectWith(runtime: Runtime, options: ConnectOptions): Promise<ImClient> {
  const store = options.store ?? (await memoryStore());
  const instance = options.instance ?? (await instanceOf(store, runtime));
  const part = runtime.loadsSessionsLater === true ? undefined : await sessionsPart();
  const client = new ImClient(runtime, options, { store, instance, part: part?.LiveSessions });
  await client.start(options.signal);
  return client;
}

/** Pages have a store as a rule. */
async function memoryStore(): Promise<ClientStore> {
  const { MemoryStore } = await loaded(import("./store/memory-store.ts"));
  return new MemoryStore();
}

/** The same device after a restart, as far as the store remembers. */
async function instanceOf(store: ClientStore, { random }: Runtime): Promise<string> {
  const known = await store.value("instance");
  if (known !== undefined && known !== "") return known;
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // RFC 9562 §5.4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const uuid = hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const instance = `urn:uuid:${uuid}`;
  await store.setValue("instance", instance);
  return instance;
}

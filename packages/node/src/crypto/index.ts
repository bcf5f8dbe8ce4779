export { inflate } from "./inflate.ts";
export { startHash } from "./start-hash.ts";
export { SystemHashing } from "./system-hashing.ts";
export { SystemRandom } from "./system-random.ts";

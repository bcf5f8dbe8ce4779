export { sealing } from "./seal.ts";
export { Secret } from "./secret.ts";
export { readOrMakeSecretFile } from "./secret-file.ts";
export { type LiveKeys, ServerKeys } from "./server-keys.ts";

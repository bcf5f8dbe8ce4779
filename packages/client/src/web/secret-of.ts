/** What a page may keep instead of a password. */
import type { DigestSecret } from "@parlance/wire";
import { type SecretOptions, secretOf as secretWith } from "../options.ts";
import { hashing } from "./usual-hash.ts";

/** As `secretOf` of the core, with the hashes of the browser. */
export function secretOf(options: SecretOptions): DigestSecret {
  return secretWith(options, hashing);
}

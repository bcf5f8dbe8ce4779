/** The hashes of a page: all but one of them are seldom needed. */
import type { PlainHashing } from "@parlance/wire";
import { loaded } from "../base/loaded.ts";
import type { ConnectOptions } from "../options.ts";
import { hashing } from "./usual-hash.ts";

/** Whoever shows what `secretOf` has made of a password needs no other. Rejects with ImError "offline". */
export async function hashingFor(password: ConnectOptions["password"]): Promise<PlainHashing> {
  const others =
    typeof password === "string" || Object.keys(password.hashes).some((name) => name !== "sha-256");
  return others ? (await everyHash()).hashing : hashing;
}

export function everyHash() {
  return loaded(import("./every-hash.ts"));
}

/** The key that everything secret of this server hangs on, and its predecessor while keys change. */
import { hkdfSync, randomBytes } from "node:crypto";
import { Secret } from "./secret.ts";
import { readOrMakeSecretFile, replaceSecretFile } from "./secret-file.ts";

/** A key for one purpose. Written with `current`, read with either. */
export interface LiveKeys {
  readonly current: Uint8Array;
  readonly previous?: Uint8Array;
}

const KEY_BYTES = 32;
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;

export class ServerKeys {
  readonly #current: Secret<Uint8Array>;
  readonly #previous: Secret<Uint8Array> | undefined;

  /** One key or two, a line each, in base64url: the newer one first. */
  static parse(text: string): ServerKeys {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const [current, previous] = lines.map(readKey);
    if (current === undefined || lines.length > 2) {
      throw new Error("server key: expected one or two lines of 256 bits in base64url");
    }
    return new ServerKeys(current, previous);
  }

  /** Reads the key file, and makes one with a new key when there is none. */
  static open(path: string): ServerKeys {
    return ServerKeys.parse(readOrMakeSecretFile(path, () => `${newKey()}\n`));
  }

  /** Puts a new key into the file. What the key before last has sealed cannot be read any more. */
  static rotate(path: string): ServerKeys {
    const [current = ""] = readOrMakeSecretFile(path, () => `${newKey()}\n`).split("\n");
    replaceSecretFile(path, `${newKey()}\n${current}\n`);
    return ServerKeys.open(path);
  }

  private constructor(current: Uint8Array, previous: Uint8Array | undefined) {
    this.#current = new Secret(current);
    this.#previous = previous === undefined ? undefined : new Secret(previous);
  }

  /** Keys that are good for `purpose` and tell nothing about those for another. RFC 5869 */
  derive(purpose: string): LiveKeys {
    const current = expand(this.#current.reveal(), purpose);
    if (this.#previous === undefined) return { current };
    return { current, previous: expand(this.#previous.reveal(), purpose) };
  }
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

function readKey(line: string): Uint8Array {
  if (!KEY_TEXT.test(line.trim())) throw new Error("server key: not 256 bits in base64url");
  return new Uint8Array(Buffer.from(line.trim(), "base64url"));
}

function expand(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key, "", `parlance ${purpose}`, KEY_BYTES));
}

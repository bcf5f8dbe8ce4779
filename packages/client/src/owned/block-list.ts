/** Whom the user does not want to hear from: refused by the server, whatever they send. OMA IM 17.2 */
import { readTarget } from "../base/addresses.ts";
import type { Signal } from "../base/signal.ts";
import type { Documents } from "../documents/documents.ts";
import { ACCESS_RULES } from "../documents/usages.ts";
import { blockedIn, withBlocked, withoutBlocked } from "./blocked-addresses.ts";
import type { OwnedValue } from "./owned-value.ts";

const RULES = { usage: ACCESS_RULES, name: "access-rules" };

export interface CallOptions {
  /** Ends the wait. */
  readonly signal?: Signal;
}

export class BlockList {
  readonly #documents: Documents;
  readonly #value: OwnedValue<readonly string[]>;

  constructor(documents: Documents, value: OwnedValue<readonly string[]>) {
    this.#documents = documents;
    this.#value = value;
  }

  static async read(documents: Documents, signal: Signal | undefined): Promise<readonly string[]> {
    const document = await documents.read(RULES, signal === undefined ? {} : { signal });
    return blockedIn(document?.content);
  }

  /** Their addresses. Rejects with ImError, as all of these do. */
  list(options: CallOptions = {}): Promise<readonly string[]> {
    return this.#value.get(options.signal);
  }

  async has(address: string, options: CallOptions = {}): Promise<boolean> {
    const { address: key } = readTarget(address);
    return (await this.list(options)).includes(key);
  }

  /** From its resolving on nothing of them comes. Other rules stay as they are. Throws TypeError for what is no address. */
  async add(address: string, options: CallOptions = {}): Promise<void> {
    const { address: key } = readTarget(address);
    const add = (before: Uint8Array | undefined): Uint8Array => withBlocked(before, key);
    const after = await this.#documents.change(RULES, add, options);
    this.#value.tell(blockedIn(after?.content));
  }

  /** False when nobody of that address was shut out. */
  async remove(address: string, options: CallOptions = {}): Promise<boolean> {
    const { address: key } = readTarget(address);
    let was = false;
    const without = (before: Uint8Array | undefined): Uint8Array | undefined => {
      was = blockedIn(before).includes(key);
      return withoutBlocked(before, key);
    };
    const after = await this.#documents.change(RULES, without, options);
    this.#value.tell(blockedIn(after?.content));
    return was;
  }
}

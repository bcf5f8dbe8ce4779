/** A value that must not appear in logs, errors or answers: it prints as `***`. */
import { inspect } from "node:util";

const HIDDEN = "***";

export class Secret<T extends string | Uint8Array> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** For the one place that needs it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

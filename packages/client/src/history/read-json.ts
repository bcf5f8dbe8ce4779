/** Values in what a server has answered, which may be anything. */
import { parseBase64, parsed } from "@parlance/wire";
import { ImError } from "../base/errors.ts";

export class JsonReader {
  readonly #value: ReadonlyMap<string, unknown>;

  /** Rejects what is no object with ImError. */
  constructor(value: unknown) {
    if (typeof value !== "object" || value === null) odd("an object");
    this.#value = new Map(Object.entries(value));
  }

  text(name: string): string {
    return this.optionalText(name) ?? odd(name);
  }

  optionalText(name: string): string | undefined {
    const value = this.#value.get(name) ?? undefined;
    return value === undefined || typeof value === "string" ? value : odd(name);
  }

  optionalTexts(name: string): readonly string[] | undefined {
    const value = this.#value.get(name) ?? undefined;
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.every((one) => typeof one === "string");
    return isList ? value : odd(name);
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? odd(name);
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#value.get(name) ?? undefined;
    return value === undefined || typeof value === "number" ? value : odd(name);
  }

  flag(name: string): boolean {
    return this.#value.get(name) === true;
  }

  time(name: string): Date {
    return this.optionalTime(name) ?? odd(name);
  }

  optionalTime(name: string): Date | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const at = Date.parse(text);
    return Number.isNaN(at) ? odd(name) : new Date(at);
  }

  bytes(name: string): Uint8Array | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const read = parsed(() => parseBase64(text));
    return read.ok ? read.value : odd(name);
  }

  word<const Word extends string>(name: string, words: readonly Word[]): Word {
    const text = this.text(name);
    return words.find((word) => word === text) ?? odd(name);
  }

  object(name: string): JsonReader | undefined {
    const value = this.#value.get(name) ?? undefined;
    return value === undefined ? undefined : new JsonReader(value);
  }

  list(name: string): readonly JsonReader[] {
    const value = this.#value.get(name);
    return Array.isArray(value) ? value.map((one) => new JsonReader(one)) : odd(name);
  }
}

function odd(what: string): never {
  throw new ImError("server trouble", { warning: `the answer has no ${what} that can be read` });
}

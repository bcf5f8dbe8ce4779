/** What a typed header is: how its text becomes a value and a value its text. RFC 3261 §7.3 */
import { FormatError } from "@parlance/wire";
import { canonicalName, headerKey } from "./header-names.ts";
import { ValueReader } from "./value-reader.ts";

export interface HeaderType<T> {
  /** As it is written in new messages. */
  readonly name: string;
  /** Lower case, long form: what lines are found by. */
  readonly key: string;
  /** The value of one line; throws `FormatError`. */
  readonly read: (text: string) => T;
  /** The value of several lines; throws `FormatError` where only one line may stand. */
  readonly merge: (values: readonly T[]) => T;
  /** The texts of the lines that carry the value. */
  readonly write: (value: T) => readonly string[];
}

/** A header whose values may share a line, between commas. RFC 3261 §7.3.1 */
export interface ListHeaderType<E> extends HeaderType<readonly E[]> {
  readonly writeItem: (item: E) => string;
}

interface Reading<T> {
  readonly read: (reader: ValueReader) => T;
  readonly write: (value: T) => string;
}

/** One line, one value. @__NO_SIDE_EFFECTS__ */
export function singleHeader<T>(name: string, { read, write }: Reading<T>): HeaderType<T> {
  return {
    name: canonicalName(name),
    key: headerKey(name),
    read: (text) => readWhole(name, text, read),
    merge: () => refuseRepeated(name),
    write: (value) => [write(value)],
  };
}

/** Values between commas, over any number of lines; `mayBeEmpty` for those that can list nothing. @__NO_SIDE_EFFECTS__ */
export function listHeader<E>(
  name: string,
  { read, write }: Reading<E>,
  mayBeEmpty = false,
): ListHeaderType<E> {
  return {
    name: canonicalName(name),
    key: headerKey(name),
    read: (text) => {
      if (mayBeEmpty && text === "") return [];
      const reader = new ValueReader(name, text);
      const items = [read(reader)];
      // RFC 7118 §8.2 prints a comma after the last value.
      while (reader.takeComma() && !reader.atEnd()) items.push(read(reader));
      reader.expectEnd();
      return items;
    },
    merge: (values) => values.flat(),
    write: (items) => [items.map(write).join(", ")],
    writeItem: write,
  };
}

/** One value a line, never joined by commas, which the values themselves hold. @__NO_SIDE_EFFECTS__ */
export function linesHeader<E>(
  name: string,
  { read, write }: Reading<E>,
): HeaderType<readonly E[]> & { readonly writeItem: (item: E) => string } {
  return {
    name: canonicalName(name),
    key: headerKey(name),
    read: (text) => [readWhole(name, text, read)],
    merge: (values) => values.flat(),
    write: (items) => items.map(write),
    writeItem: write,
  };
}

/** Text without any structure. @__NO_SIDE_EFFECTS__ */
export function textHeader(name: string): HeaderType<string> {
  return {
    name: canonicalName(name),
    key: headerKey(name),
    read: (text) => text,
    merge: () => refuseRepeated(name),
    write: (value) => [value],
  };
}

function readWhole<T>(name: string, text: string, read: (reader: ValueReader) => T): T {
  const reader = new ValueReader(name, text);
  reader.skipSpace();
  const value = read(reader);
  reader.expectEnd();
  return value;
}

// Security rule: neither the first nor the last of several wins.
function refuseRepeated(name: string): never {
  throw new FormatError(name, 0, "stands more than once");
}

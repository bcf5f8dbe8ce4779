/** What a body is for: the value of Content-Disposition. RFC 2183, RFC 3261 §20.11 */

import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";
import { isToken, readParameters, writeParameters } from "./parameters.ts";

export interface Disposition {
  /** In lower case: `render`, `notification`, `recipient-list` … */
  readonly kind: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const FORMAT = "Content-Disposition";

export function parseDisposition(text: string): Parsed<Disposition> {
  return parsed(() => readDisposition(text));
}

/** Throws `FormatError`. */
export function readDisposition(text: string): Disposition {
  const semicolon = text.indexOf(";");
  const end = semicolon === -1 ? text.length : semicolon;
  const kind = trimBlanks(text.slice(0, end)).toLowerCase();
  if (!isToken(kind)) throw new FormatError(FORMAT, 0, "expected a token");
  return { kind, parameters: readParameters(FORMAT, text, end) };
}

export function formatDisposition({ kind, parameters }: Disposition): string {
  if (!isToken(kind)) throw new RangeError(`not a disposition: ${kind}`);
  return kind + writeParameters(parameters);
}

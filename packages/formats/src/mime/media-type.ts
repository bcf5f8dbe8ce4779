/** What a body is: the value of Content-Type. RFC 2045 §5.1 */

import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";
import { isToken, readParameters, writeParameters } from "./parameters.ts";

export interface MediaType {
  /** `type/subtype` in lower case, to be compared as it is. */
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** An entity that does not say what it is, is this. RFC 2045 §5.2 */
export const PLAIN_TEXT: MediaType = { essence: "text/plain", parameters: new Map() };

const FORMAT = "Content-Type";

export function parseMediaType(text: string): Parsed<MediaType> {
  return parsed(() => readMediaType(text));
}

/** Throws `FormatError`. */
export function readMediaType(text: string): MediaType {
  const semicolon = text.indexOf(";");
  const end = semicolon === -1 ? text.length : semicolon;
  const essence = trimBlanks(text.slice(0, end)).toLowerCase();
  const slash = essence.indexOf("/");
  if (!isToken(essence.slice(0, Math.max(slash, 0))) || !isToken(essence.slice(slash + 1))) {
    throw new FormatError(FORMAT, 0, "expected type/subtype");
  }
  return { essence, parameters: readParameters(FORMAT, text, end) };
}

export function formatMediaType({ essence, parameters }: MediaType): string {
  return essence + writeParameters(parameters);
}

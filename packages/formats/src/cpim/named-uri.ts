/** `formal-name <URI>`, as in From, To, cc and the IMDN headers. RFC 3862 §3.6 */

import { FormatError } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";
import { escapeHeader, unescapeHeader } from "./escapes.ts";

export interface NamedUri {
  readonly name: string | undefined;
  readonly uri: string;
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;
/** Words that need no quotes: TOKENCHAR of RFC 3862 §3.6, one space between them. */
const PLAIN_NAME = /^[^\s()<>@,;:\\"/[\]?={}\p{C}]+(?: [^\s()<>@,;:\\"/[\]?={}\p{C}]+)*$/u;

/** Reads unquoted names with any characters but "<", since that is what programs in use write. */
export function readNamedUri(format: string, value: string, offset: number): NamedUri {
  const open = value.lastIndexOf("<");
  if (open === -1 || !value.endsWith(">")) fail(format, offset);
  const uri = value.slice(open + 1, -1);
  if (!ABSOLUTE_URI.test(uri)) throw new FormatError(format, offset, "expected an absolute URI");
  if (open === 0) return { name: undefined, uri };
  const written = trimBlanks(value.slice(0, open));
  const quoted = written.startsWith('"');
  if (!quoted && written.includes("<")) fail(format, offset);
  const name = unescapeHeader(quoted ? quotedName(format, written, offset) : written);
  return { name: name === "" ? undefined : name, uri };
}

export function formatNamedUri({ name, uri }: NamedUri): string {
  if (!ABSOLUTE_URI.test(uri)) throw new RangeError("not an absolute URI");
  if (name === undefined || name === "") return `<${uri}>`;
  if (PLAIN_NAME.test(name)) return `${name} <${uri}>`;
  return `"${escapeHeader(name).replaceAll('"', '\\"')}" <${uri}>`;
}

/** What stands between the quotes, escapes kept; a quote inside must be escaped. */
function quotedName(format: string, written: string, offset: number): string {
  for (let at = 1; at < written.length; at += 1) {
    const unit = written[at];
    if (unit === "\\") at += 1;
    else if (unit === '"') {
      if (at !== written.length - 1) fail(format, offset);
      return written.slice(1, at);
    }
  }
  return fail(format, offset);
}

function fail(format: string, offset: number): never {
  throw new FormatError(format, offset, "expected 'name <uri>'");
}

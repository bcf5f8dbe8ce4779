/** To-Path and From-Path: the URIs of the way, the next one first. RFC 4975 §7.1, RFC 4976 §4 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { type MsrpUri, readMsrpUri } from "./uri.ts";

/** At least one URI. */
export type MsrpPath = readonly MsrpUri[];

const MAX_HOPS = 16;

export function parsePath(text: string): Parsed<MsrpPath> {
  return parsed(() => {
    const uris = text.split(" ", MAX_HOPS + 1);
    if (uris.length > MAX_HOPS) throw new FormatError("MSRP path", 0, "too many hops");
    return uris.map((uri) => readMsrpUri(uri));
  });
}

export function formatPath(path: MsrpPath): string {
  return path.map(({ text }) => text).join(" ");
}

/** The next hop of a path, unread. */
export function firstUri(path: string): string {
  const blank = path.indexOf(" ");
  return blank === -1 ? path : path.slice(0, blank);
}

/** The far end of a path, unread. */
export function lastUri(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

/** The MSRP addresses of a=path, as far as an offer or answer has to look at them. RFC 4975 §6, §8.2 */
import { FormatError } from "@parlance/wire";
import { FORMAT } from "./lines.ts";

/** Where a connection goes. */
export interface NextHop {
  readonly secure: boolean;
  /** An IPv6 address stands without brackets. */
  readonly host: string;
  readonly port: number;
  /** `tcp`, `ws` … in lower case. */
  readonly transport: string;
}

const SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ["msrp", false],
  ["msrps", true],
]);
const DEFAULT_PORT = 2855; // RFC 4975 §15.4
const HIGHEST_PORT = 65_535;
const MAX_HOPS = 16;
const MAX_CHARACTERS = 1024;
const AUTHORITY =
  /^(?:([!-.0-:<-?A-Z\\^-~]*)@)?(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,253})(?::(\d{1,5}))?$/;
const SESSION_ID = /^[0-9A-Za-z\-._~+=/]+$/;
const TRANSPORT = /^[0-9A-Za-z]+$/;
const PARAMETER = /^[!%'*+\-.`_~0-9A-Za-z]+(?:=[!%'*+\-.`_~0-9A-Za-z]+)?$/;

/** Relays first, the endpoint last. Throws `FormatError`. */
export function readPath(value: string): readonly string[] {
  const hops = value.split(" ").filter((hop) => hop !== "");
  if (hops.length === 0) throw new FormatError(FORMAT, 0, "path is empty");
  if (hops.length > MAX_HOPS) throw new FormatError(FORMAT, 0, "path is too long");
  for (const hop of hops) readHop(hop);
  return hops;
}

export function writePath(path: readonly string[]): string {
  if (path.length === 0) throw new RangeError("path is empty");
  for (const hop of path)
    if (tryHop(hop) === undefined) throw new RangeError("not an MSRP address");
  return path.join(" ");
}

/** The first address of a path, which is what whoever opens the connection connects to. RFC 4975 §8.3 */
export function nextHop(path: readonly string[]): NextHop {
  return readHop(path[0] ?? "");
}

/** Throws `FormatError`. */
function readHop(text: string): NextHop {
  return tryHop(text) ?? fail();
}

function tryHop(text: string): NextHop | undefined {
  const colon = text.indexOf("://");
  const secure = SCHEMES.get(text.slice(0, Math.max(colon, 0)).toLowerCase());
  const [place = "", transport = "", ...parameters] = text.slice(colon + 3).split(";");
  const slash = place.indexOf("/");
  const authority = AUTHORITY.exec(slash === -1 ? place : place.slice(0, slash));
  if (secure === undefined || authority === null || !TRANSPORT.test(transport)) return undefined;
  if (slash !== -1 && !SESSION_ID.test(place.slice(slash + 1))) return undefined;
  if (!parameters.every((one) => PARAMETER.test(one))) return undefined;
  const [, , host = "", digits] = authority;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (port < 1 || port > HIGHEST_PORT || text.length > MAX_CHARACTERS) return undefined;
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  return { secure, host: bare, port, transport: transport.toLowerCase() };
}

function fail(): never {
  throw new FormatError(FORMAT, 0, "path is no list of MSRP addresses");
}

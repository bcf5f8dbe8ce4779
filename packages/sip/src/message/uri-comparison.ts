/** When two URIs are the same. RFC 3261 §19.1.4, RFC 3966 §4 */
import { USER } from "./characters.ts";
import { normalizeEscapes } from "./escapes.ts";
import type { Params } from "./params.ts";
import { formatUri, imAddress, type SipUri, type TelUri, type Uri } from "./uri.ts";

/** Parameters of which a value on one side only makes two sip URIs different. */
const DECISIVE = ["user", "ttl", "method", "maddr", "transport"];
const VISUAL_SEPARATORS = /[-.()]/g; // RFC 3966 §3
const DEFAULT_PORT = 5060;
const DEFAULT_SECURE_PORT = 5061;

export function equalUris(a: Uri, b: Uri): boolean {
  if (a.kind === "sip" && b.kind === "sip") return equalSipUris(a, b);
  if (a.kind === "tel" && b.kind === "tel") return equalTelUris(a, b);
  if (a.kind === "other" && b.kind === "other") {
    return a.scheme === b.scheme && a.opaque === b.opaque;
  }
  return false;
}

/**
 * The address that a URI stands for, written in one way only: without parameters, default port or
 * password, the user case-sensitive and unescaped where it can be, the host in lower case. sip and
 * sips are one class; a sip URI of a telephone number stays a sip URI.
 */
export function addressKey(uri: Uri): string {
  if (uri.kind === "tel") return `tel:${bareNumber(uri)}`;
  if (uri.kind === "other") {
    const address = imAddress(uri);
    if (address === undefined) return formatUri(uri);
    return `${uri.scheme}:${plain(address.user)}@${hostKey(address.host)}`;
  }
  const user = uri.user === undefined ? "" : `${plain(uri.user)}@`;
  const usual = uri.secure ? DEFAULT_SECURE_PORT : DEFAULT_PORT;
  const port = uri.port === undefined || uri.port === usual ? "" : `:${uri.port}`;
  return `sip:${user}${hostKey(uri.host)}${port}`;
}

function equalSipUris(a: SipUri, b: SipUri): boolean {
  return (
    a.secure === b.secure &&
    plain(a.user) === plain(b.user) &&
    plain(a.password) === plain(b.password) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    // A port that is left out is not the default one that is written.
    a.port === b.port &&
    equalParams(a.params, b.params) &&
    equalHeaders(a, b)
  );
}

function equalParams(a: Params, b: Params): boolean {
  for (const name of DECISIVE) if (a.has(name) !== b.has(name)) return false;
  for (const [name, value] of a.entries()) {
    const other = b.get(name);
    if (other !== undefined && other.toLowerCase() !== value.toLowerCase()) return false;
  }
  return true;
}

/** Headers are never ignored; their order does not matter. */
function equalHeaders(a: SipUri, b: SipUri): boolean {
  if (a.headers.length !== b.headers.length) return false;
  const others = spellHeaders(b);
  return spellHeaders(a).every((header, index) => header === others[index]);
}

function spellHeaders(uri: SipUri): readonly string[] {
  return uri.headers.map(([name, value]) => `${name.toLowerCase()}=${value}`).sort();
}

/** RFC 3966 §4: digits without separators, parameters in any order, all of them counting. */
function equalTelUris(a: TelUri, b: TelUri): boolean {
  if (bareNumber(a) !== bareNumber(b) || a.params.size !== b.params.size) return false;
  for (const [name, value] of a.params.entries()) {
    const other = b.params.get(name);
    if (other === undefined || telParam(name, other) !== telParam(name, value)) return false;
  }
  return true;
}

function telParam(name: string, value: string): string {
  const lower = value.toLowerCase();
  const isNumber = name === "ext" || (name === "phone-context" && value.startsWith("+"));
  return isNumber ? lower.replaceAll(VISUAL_SEPARATORS, "") : lower;
}

function bareNumber({ number }: TelUri): string {
  return number.replaceAll(VISUAL_SEPARATORS, "").toLowerCase();
}

function hostKey(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

function plain(user: string | undefined): string | undefined {
  return user === undefined ? undefined : normalizeEscapes(user, USER);
}

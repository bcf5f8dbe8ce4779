/** Via: the way that a response has to go back. RFC 3261 §20.42 */
import { checkHost } from "./host.ts";
import type { Params } from "./params.ts";
import type { ValueReader } from "./value-reader.ts";

export interface ViaValue {
  /** Name and version, in capitals: "SIP/2.0". */
  readonly protocol: string;
  /** In capitals: "UDP", "TLS". */
  readonly transport: string;
  /** As written; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** branch, received, rport (empty while it only asks), alias and the like. */
  readonly params: Params;
}

const COLON = 58;
const MAX_PORT = 65_535;

export function readVia(reader: ValueReader): ViaValue {
  reader.skipSpace();
  const name = reader.token();
  reader.expect("/");
  const version = reader.token();
  reader.expect("/");
  const transport = reader.token().toUpperCase();
  const gap = reader.at;
  reader.skipSpace();
  if (reader.at === gap) reader.fail("expected white space before the host");
  const start = reader.at;
  const host = checkHost(reader.format, readHostText(reader), start);
  const port = reader.take(COLON) ? reader.number(MAX_PORT) : undefined;
  const protocol =
    name === "SIP" && version === "2.0" ? "SIP/2.0" : `${name}/${version}`.toUpperCase();
  return { protocol, transport, host, port, params: reader.params() };
}

export function formatVia({ protocol, transport, host, port, params }: ViaValue): string {
  const sentBy = port === undefined ? host : `${host}:${port}`;
  return `${protocol}/${transport} ${sentBy}${params.format("header")}`;
}

function readHostText(reader: ValueReader): string {
  const bracket = reader.peek() === 91 ? reader.text.indexOf("]", reader.at) : -1;
  if (bracket === -1) return reader.until(":;,");
  const start = reader.at;
  reader.at = bracket + 1;
  return reader.text.slice(start, reader.at);
}

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
/** Spellings that need no folding to capitals. */
const TRANSPORTS = new Set(["UDP", "TCP", "TLS", "WS", "WSS"]);
const MAX_PORT = 65_535;

export function readVia(reader: ValueReader): ViaValue {
  reader.skipSpace();
  const protocol = readProtocol(reader);
  const spelling = reader.token();
  const transport = TRANSPORTS.has(spelling) ? spelling : spelling.toUpperCase();
  const gap = reader.at;
  reader.skipSpace();
  if (reader.at === gap) reader.fail("expected white space before the host");
  const start = reader.at;
  const host = checkHost(reader.format, readHostText(reader), start);
  const port = reader.take(COLON) ? reader.number(MAX_PORT) : undefined;
  return { protocol, transport, host, port, params: reader.params() };
}

export function formatVia({ protocol, transport, host, port, params }: ViaValue): string {
  const sentBy = port === undefined ? host : `${host}:${port}`;
  return `${protocol}/${transport} ${sentBy}${params.format("header")}`;
}

/** With the slash that the transport follows; white space may stand around each slash. */
function readProtocol(reader: ValueReader): string {
  if (reader.text.startsWith("SIP/2.0/", reader.at)) {
    reader.at += 8;
    reader.skipSpace();
    return "SIP/2.0";
  }
  const name = reader.token();
  reader.expect("/");
  const version = reader.token();
  reader.expect("/");
  return `${name}/${version}`.toUpperCase();
}

function readHostText(reader: ValueReader): string {
  const bracket = reader.peek() === 91 ? reader.text.indexOf("]", reader.at) : -1;
  if (bracket === -1) return reader.until(":;,");
  const start = reader.at;
  reader.at = bracket + 1;
  return reader.text.slice(start, reader.at);
}

/** SIP messages: reading, changing, writing, checking, and cutting them out of streams. */
export { digits, isToken } from "./characters.ts";
export { checkRequest, checkResponse } from "./check.ts";
export { parseMessage, readDatagram, readFrame } from "./datagram.ts";
export type {
  MessageEdit,
  RequestEdit,
  RequestStart,
  ResponseEdit,
  ResponseStart,
} from "./edit.ts";
export { escape as escapeUri, unescape as unescapeUri } from "./escapes.ts";
export { formatLeaving, formatMessage, formatUnderVia } from "./format.ts";
export { SipFramer, type SipFramerOptions } from "./framer.ts";
export type { MessageFault } from "./head.ts";
export { type HeaderLine, type HeaderRef, type MessageParts, makeLine } from "./header-line.ts";
export { canonicalName, headerKey } from "./header-names.ts";
export {
  type HeaderType,
  type ListHeaderType,
  linesHeader,
  listHeader,
  singleHeader,
  textHeader,
} from "./header-type.ts";
export {
  type AuthValue,
  type DialogReference,
  type MediaType,
  nameAddrValue,
  type Seconds,
  type Tagged,
  taggedValue,
  tokenValue,
  type WarningValue,
} from "./header-values.ts";
export * as headers from "./headers.ts";
export * from "./headers.ts";
export { hostAddress, hostText, isIpv4, isIpv6 } from "./host.ts";
export { KeptRequest } from "./kept-request.ts";
export { type MessageLimits, messageLimits, URI_CHARACTERS } from "./limits.ts";
export { makeRequest, makeResponse } from "./make.ts";
export { SipMessage, SipRequest, SipResponse } from "./message.ts";
export { formatNameAddr, type NameAddr } from "./name-addr.ts";
export { Params, quote } from "./params.ts";
export type { Framed, FramedFault } from "./reading.ts";
export { reasonPhrase } from "./reason-phrases.ts";
export {
  formatUri,
  imAddress,
  type OtherUri,
  parseUri,
  type SipUri,
  sipUri,
  type TelUri,
  type Uri,
  type UriHeader,
} from "./uri.ts";
export { addressKey, equalUris } from "./uri-comparison.ts";
export { ValueReader } from "./value-reader.ts";
export { formatVia, type ViaValue } from "./via.ts";

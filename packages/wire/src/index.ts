/** Bytes, text, lines, time and XML: what every parser and machine of Parlance stands on. */
export { concatBytes, equalBytes } from "./bytes.ts";
export { Chain, type Link } from "./chain.ts";
export * from "./digest/index.ts";
export { base64, base64url, hex, parseBase64, parseBase64url, parseHex } from "./encodings.ts";
export { FormatError, type Parsed, parsed } from "./format-error.ts";
export { ipOctets, ipText } from "./ip-octets.ts";
export { LineReader, type LineReaderOptions } from "./line-reader.ts";
export { Lookup, type Place } from "./lookup.ts";
export {
  type Alarm,
  type Machine,
  nextAlarm,
  type Plan,
  type Row,
  type Running,
  type Step,
  start,
  step,
  type Vocabulary,
} from "./machine.ts";
export { type MapChange, PersistentMap } from "./persistent-map.ts";
export type {
  Cancel,
  Clock,
  ContentHash,
  HashAlgorithm,
  Hashing,
  Inflate,
  PlainHashing,
  Random,
  RunningHash,
  StartHash,
} from "./ports.ts";
export { type Performer, Runner } from "./runner.ts";
export { Slab } from "./slab.ts";
export {
  asciiBytes,
  asciiInto,
  octetBytes,
  octetText,
  ownText,
  utf8Bytes,
  utf8Length,
  utf8Text,
  utf8TextLossy,
} from "./text.ts";
export { Timer, Timers } from "./timers.ts";
export { Wheel } from "./wheel.ts";
export {
  attribute,
  child,
  children,
  escapeXml,
  escapeXmlAttribute,
  formatXml,
  parseXml,
  textContent,
  XML_LIMITS,
  XML_NCNAME,
  type XmlAttribute,
  type XmlAttributes,
  type XmlComment,
  type XmlDeclaration,
  type XmlDocument,
  type XmlElement,
  type XmlLimits,
  type XmlNode,
  XmlWriter,
} from "./xml/index.ts";

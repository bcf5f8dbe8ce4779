/** Instant message disposition notifications. RFC 5438 */
export { findImdns, type ReceivedImdn } from "./find-imdns.ts";
export { formatImdn, IMDN_TYPE, type Imdn, type Notification, parseImdn } from "./imdn.ts";
export {
  asksFor,
  type DispositionRequest,
  IMDN_HEADERS,
  type ImdnHeaders,
  imdnHeader,
  parseImdnHeaders,
  readdress,
  readImdnHeaders,
  recordRoute,
} from "./imdn-headers.ts";
export {
  aggregateImdns,
  followRoute,
  type ImdnEnvelope,
  type ImdnReport,
  type ImdnToSend,
  isImdn,
  makeImdn,
  wrapImdn,
} from "./make-imdn.ts";

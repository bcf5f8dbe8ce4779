/** Session descriptions, and offer and answer for message media. RFC 8866, RFC 3264, RFC 4975 §8 */
export { type AgreedMedia, keepsConnection } from "./agreement.ts";
export { type Answer, makeAnswer, type Outcome, readAnswer } from "./answer.ts";
export { hasForeignAddress, needsOfferWithoutCema } from "./cema.ts";
export type { Direction } from "./direction.ts";
export { type Connection, connectionTo, type MediaLine, type Origin } from "./fields.ts";
export type { Fingerprint } from "./fingerprint.ts";
export { SDP_LIMITS, type SdpLimits, type SdpLine } from "./lines.ts";
export type { LocalMedia, LocalSession } from "./local-media.ts";
export {
  commonAttributes,
  type MessageMedia,
  type MessageProto,
  messageProtoOf,
  readMessageMedia,
} from "./message-media.ts";
export { findMessageMedia, makeOffer, type Offer, type OfferedMedia, readOffer } from "./offer.ts";
export { type NextHop, nextHop } from "./path.ts";
export { type HopChange, type HopMedia, type HopTypes, replaceHop } from "./replace-hop.ts";
export {
  attributesOf,
  connectionOf,
  formatSdp,
  originOf,
  parseSdp,
  type Sdp,
  type SdpAttribute,
  type SdpMedia,
} from "./sdp.ts";
export {
  makeSessionBody,
  parseSessionBody,
  partWithId,
  replaceDescription,
  SDP_TYPE,
  type SessionBody,
  type SessionBodyParts,
} from "./session-body.ts";
export type { Role, Setup } from "./setup.ts";
export { ANY_TYPE, commonTypes, takesType } from "./type-list.ts";
export { compareWithPrevious, sameSdp } from "./versions.ts";
export { writeMessageMedia } from "./write-message-media.ts";

/** Reliable provisional responses and session changes in good order. RFC 3262, RFC 3311 */
export {
  glareDelayMs,
  judgeOffer,
  mayOffer,
  NO_OFFER,
  type OfferState,
  type OfferVerdict,
  offerSent,
  offerSettled,
  requestAnswered,
} from "./offer-state.ts";
export {
  judgeReliable,
  NOTHING_RECEIVED,
  type ReliableReceiver,
  type ReliableResponse,
  type ReliableVerdict,
} from "./reliable-receiver.ts";
export {
  finishReliably,
  judgePrack,
  mayAnswer,
  type PrackVerdict,
  type ReliableSender,
  reliabilityOf,
  reliableDeadline,
  reliableTick,
  sendReliably,
  startReliableSender,
} from "./reliable-sender.ts";

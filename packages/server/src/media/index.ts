/** What functions that answer or place sessions have in common: descriptions, and who may speak. */

export { contentSource } from "./content-source.ts";
export { inEitherForm } from "./either-form.ts";
export { faceTowards } from "./face.ts";
export { offersBrokenMedia, saysFocus } from "./invitation.ts";
export { mayBeKept } from "./kept-file.ts";
export { largeFirst, saidBy } from "./large-message.ts";
export { holdsNoSessions, NO_SESSIONS } from "./no-sessions.ts";
export {
  type AgreedLine,
  type OwnAnswer,
  type OwnAnswers,
  ownAnswer,
  ownAnswers,
} from "./own-answer.ts";
export { type AnsweredOffer, type OwnOffer, ownOffer, readAnswerTo } from "./own-offer.ts";
export {
  type MediaLine,
  mediaPeer,
  type OwnHop,
  readAnsweredMedia,
  readOfferedMedia,
  type SessionMedia,
  sameButForHop,
  setupAgainst,
  throughUs,
  weOpenAfter,
} from "./session-media.ts";
export { saysItself, speakerOf } from "./speaker.ts";

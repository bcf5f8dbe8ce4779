/** Sessions of many. */
export { ANNOUNCEMENTS, type Announcement, USUAL_ANNOUNCEMENTS } from "./announcements.ts";
export type { Conference } from "./conference.ts";
export { Conferences } from "./conferences.ts";
export { changeSubject, mayBeSubject } from "./moderate.ts";
export type { Participant } from "./participant.ts";
export {
  CONFERENCE_TIMES,
  type ConferenceLimits,
  type ConferenceOptions,
  type ConferencePorts,
  type ConferenceTimes,
} from "./ports.ts";

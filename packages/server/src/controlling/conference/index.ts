/** Sessions of many. */
export { Conferences } from "./conferences.ts";
export {
  CONFERENCE_TIMES,
  type ConferenceLimits,
  type ConferenceOptions,
  type ConferencePorts,
  type ConferenceTimes,
} from "./ports.ts";

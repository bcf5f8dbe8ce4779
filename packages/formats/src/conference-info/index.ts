/** Conference state. RFC 4575 */
export { type Application, applyConference, KNOWN_LIMITS } from "./apply-conference.ts";
export type { Conference, KnownConference } from "./conference.ts";
export {
  type AvailableMedia,
  CONFERENCE_INFO_TYPE,
  type ConferenceDescription,
  type ConferenceDocument,
  type ConferenceHost,
  type ConferenceStatus,
  type ConferenceUri,
  type ConferenceUser,
  type DisconnectionMethod,
  type ElementState,
  type Endpoint,
  type EndpointElement,
  type EndpointMedia,
  type EndpointStatus,
  type Execution,
  GROUP_TEXT_CHAT,
  ICON,
  type JoiningMethod,
  type MediaDirection,
  type UserElement,
  type UsersElement,
} from "./conference-info.ts";
export {
  diffConference,
  endedConference,
  fullConference,
  type Subscriber,
} from "./describe-conference.ts";
export { formatConference } from "./format-conference.ts";
export { parseConference } from "./parse-conference.ts";

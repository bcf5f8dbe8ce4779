/** What the rest of the server uses of the controlling function. */
export {
  ANNOUNCEMENTS,
  type Announcement,
  CONFERENCE_TIMES,
  type Conference,
  type ConferenceLimits,
  type ConferenceOptions,
  Conferences,
  changeSubject,
  mayBeSubject,
  type Participant,
  USUAL_ANNOUNCEMENTS,
} from "./conference/index.ts";
export {
  type ConfiguredGroup,
  type ConfiguredRoom,
  configuredGroup,
  configuredRoom,
} from "./configured-groups.ts";
export { Controlling, type ControllingOptions, type ControllingPorts } from "./controlling.ts";
export { hostedGroup, rightsIn } from "./hosted-group.ts";
export type { JobLimits } from "./jobs.ts";
export type { Group, GroupListener, Groups } from "./model.ts";

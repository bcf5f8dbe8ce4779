/** Groups and chat rooms. OMA Shared Group XDM */
export { formatGroup } from "./format-group.ts";
export {
  GROUP_TYPE,
  GROUP_WORDS,
  type Group,
  type GroupEntry,
  type GroupService,
  type SessionActivity,
  type TimeRange,
} from "./group.ts";
export { parseGroup, readGroupDocument } from "./parse-group.ts";

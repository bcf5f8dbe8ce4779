/** What the rest of the server uses of the controlling function. */
export { Controlling, type ControllingOptions, type ControllingPorts } from "./controlling.ts";
export type { JobLimits } from "./jobs.ts";
export type { Group, Groups } from "./model.ts";

/** What the rest of the server uses of the switch. */
export { Bridge, type BridgeEvents, type Side } from "./bridge.ts";
export type { InspectionRules } from "./inspection.ts";
export type { Leg, LegFailure, LegOwner, Remote } from "./leg.ts";
export { SWITCH_LIMITS, type SwitchLimits } from "./limits.ts";
export { type Place, Switch, type SwitchPorts } from "./switch.ts";

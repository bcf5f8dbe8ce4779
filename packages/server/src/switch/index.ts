/** What the rest of the server uses of the switch. */
export { SWITCH_LIMITS, type SwitchLimits } from "./limits.ts";
export type { Place } from "./place.ts";
export { ROOM_LIMITS, type RoomLimits, type RoomRates, Rooms } from "./room/index.ts";
export { Switch, type SwitchPorts } from "./switch.ts";

/** The user plane of conferences. */
export { ROOM_LIMITS, type RoomLimits, type RoomRates } from "./limits.ts";
export { Rooms, type RoomsPorts } from "./rooms.ts";

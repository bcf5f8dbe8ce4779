/** The whole system in memory under a virtual clock, for our tests and for yours. */
export { agreedHashing, agreedStartHash } from "./machine/agreed-hashing.ts";
export { SeededRandom } from "./machine/seeded-random.ts";
export { type DiskHealth, SOUND_DISK } from "./machine/slow-disk.ts";
export { VirtualClock } from "./machine/virtual-clock.ts";
export type { Link } from "./network/link.ts";
export { FAIR_WEATHER, type Weather } from "./network/weather.ts";
export { type RoomStormOptions, type RoomStormReport, runRoomStorm } from "./storm/room-storm.ts";
export { runStorm, type StormReport } from "./storm/storm.ts";
export { Ladder, type Step } from "./world/ladder.ts";
export { type PhoneText, PlainPhone } from "./world/plain-phone.ts";
export {
  type ClientTransport,
  passwordOf,
  startWorld,
  World,
  type WorldClientOptions,
  type WorldOptions,
} from "./world/world.ts";

import { loaded } from "../base/loaded.ts";

/** Calls, and messages in them: sessions with one user, groups and rooms, files that go straight. Rejects with ImError. */
export function sessionsPart() {
  return loaded(import("./live-sessions.ts"));
}

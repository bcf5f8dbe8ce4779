/** What the room of a session is told about it. Clause 8.1 */
import type { RoomFailure, RoomLogRules, RoomRules } from "../../ports/index.ts";
import type { Group } from "../model.ts";

export interface RuledRoom {
  /** In From and To of the user plane. */
  readonly name: string;
  readonly group: Group | undefined;
  /** Everything that To may call it by. */
  readonly names: readonly string[];
  readonly maxBytes: number;
  /** What those hear who come back. */
  readonly log: RoomLogRules;
}

export function roomRulesOf({ name, group, names, maxBytes, log }: RuledRoom): RoomRules {
  return {
    identity: name,
    displayName: group?.displayName,
    names,
    maxBytes,
    types: ["*"],
    aliases: true,
    reports: "final",
    log: log.messages === 0 ? undefined : log,
  };
}

const TEXTS: Readonly<Record<RoomFailure, string>> = {
  "no connection": "MSRP connection timeout",
  "connection lost": "MSRP connection lost",
  "not to be reached": "MSRP connection timeout",
  "too slow": "MSRP receiver too slow",
  "not answering": "MSRP receiver does not answer",
  flood: "too many messages",
};

/** What the user of a device is told that the room has given up. Clause 7.11 */
export function whyFailed(reason: RoomFailure): { readonly text: string; readonly cause: number } {
  return { text: TEXTS[reason], cause: reason === "flood" ? 403 : 408 };
}

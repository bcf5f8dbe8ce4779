/** Rooms of commands that come in, listen or say something, and go. */
import type { ImClient, Room } from "@parlance/client";
import { fullAddress } from "../address.ts";

export interface RosterEvent {
  readonly type: "roster";
  readonly room: string;
  /** `known`: `members` are all who are there. `left`: the user himself, for whatever reason. */
  readonly event:
    | "known"
    | "invited"
    | "added"
    | "removed"
    | "renamed"
    | "role"
    | "subject"
    | "left";
  readonly member?: string;
  readonly name?: string;
  readonly why?: string | undefined;
  readonly subject?: string | undefined;
  readonly members?: readonly string[];
}

/** One after the other; rejects with ImError where one cannot be joined. */
export async function joinRooms(
  client: ImClient,
  { join = [], nickname }: { readonly join?: readonly string[]; readonly nickname?: string },
  signal: AbortSignal,
): Promise<void> {
  for (const room of join) {
    const how = nickname === undefined ? { signal } : { signal, nickname };
    await client.join(fullAddress(room, client.address), how);
  }
}

/** Without a store nobody could come back as the one who was there. */
export function leaveRooms(client: ImClient, { store }: { readonly store?: string }): void {
  if (store === undefined) for (const room of client.rooms) room.leave();
}

export function watchRoom(room: Room, print: (event: RosterEvent) => void): void {
  const about = (): { readonly type: "roster"; readonly room: string } => ({
    type: "roster",
    room: room.address,
  });
  const known = (): void => {
    const members = room.members.map(({ entity }) => entity);
    print({ ...about(), event: "known", members, subject: room.subject });
  };
  if (room.members.length > 0) known();
  room.on("roster", (change) => {
    switch (change.type) {
      case "known":
        return known();
      case "subject":
        return print({ ...about(), event: change.type, subject: change.subject });
      case "removed": {
        const { entity: member, name } = change.member;
        return print({ ...about(), event: change.type, member, name, why: change.why });
      }
      case "invited":
      case "added":
      case "renamed":
      case "role": {
        const { entity: member, name } = change.member;
        return print({ ...about(), event: change.type, member, name });
      }
    }
  });
  room.on("state", (state) => {
    if (state === "left") print({ ...about(), event: "left", why: room.ending?.why });
  });
}

export function rosterText({ room, event, name, why, subject, members }: RosterEvent): string {
  const reason = why === undefined ? "" : ` (${why})`;
  switch (event) {
    case "known":
      return `${room}: ${members?.join(", ") ?? ""}`;
    case "subject":
      return `${room}: subject ${subject ?? "none"}`;
    case "left":
      return `${room}: left${reason}`;
    default:
      return `${room}: ${name ?? ""} ${event}${reason}`;
  }
}

/** Who was in a room when, as far as it can be known. */
import type { RoomPerson } from "./room-person.ts";
import type { SaidInRoom } from "./room-record.ts";

/**
 * By any of his devices: what he has missed comes to whichever is there next. Also one who has left: whether the server
 * has heard so, nobody can tell.
 */
export function mayHear(
  {
    room,
    saidAt,
    acceptedAt = Number.POSITIVE_INFINITY,
  }: Pick<SaidInRoom, "room" | "saidAt" | "acceptedAt">,
  devices: readonly RoomPerson[],
): boolean {
  const stays = devices.flatMap((one) => one.stays);
  const asked = stays.filter((stay) => stay.room === room).map(({ askedAt }) => askedAt);
  if (!asked.some((at) => at <= acceptedAt)) return false;
  return !devices[0]?.expelledAt.some(({ room: from, at }) => {
    const outside = from === room && at < saidAt;
    return outside && !asked.some((again) => again > at && again <= acceptedAt);
  });
}

/** By another of his devices, while this one may have been away: then he has missed nothing. */
export function hasLeftElsewhere(
  reader: RoomPerson,
  room: string,
  since: number,
  people: readonly RoomPerson[],
): boolean {
  const devices = people.filter((each) => each !== reader && each.user === reader.user);
  return devices
    .flatMap(({ stays }) => stays)
    .some(({ room: where, endedAt }) => where === room && (endedAt ?? 0) > since);
}

/** What somebody remembers of rooms through a storm. */
import type { IncomingMessage } from "@parlance/client";

/** From the wish to be in a room to the end of it. */
export interface Stay {
  /** As storms name it: see `roomOf`. */
  readonly room: string;
  /** As this device does. */
  readonly address: string;
  /** Of a group that was made for once: when its session is over, so is this. */
  readonly once: boolean;
  readonly askedAt: number;
  /** When the server had let him in, at the latest. */
  inAt: number | undefined;
  /** When he left, or was sent away; undefined: he is to be there still. */
  endedAt: number | undefined;
}

export interface SaidInRoom {
  readonly id: string;
  readonly room: string;
  readonly text: string;
  /** Rises with each of the same author. */
  readonly number: number;
  /** Entities of those it is for; undefined for all. */
  readonly to: readonly string[] | undefined;
  readonly saidAt: number;
  /** When its author heard that the room has it. */
  acceptedAt: number | undefined;
}

export interface ShownInRoom {
  readonly room: string;
  readonly text: string;
  readonly reach: IncomingMessage["reach"];
}

/** Devices may name a session in different ways: what they connect to. */
export function roomOf(address: string): string {
  return isOnce(address) ? (address.split("@", 1)[0] ?? address) : address;
}

/** The address of a session, of which there is no group. */
export function isOnce(room: string): boolean {
  return room.startsWith("sip:im-");
}

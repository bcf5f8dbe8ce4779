/** What a room can do besides carrying messages to all. RFC 7701 §8, OMA IM 6.2 */
import { CATCH_UP, isImServer } from "@parlance/im";

export interface RoomOffers {
  readonly nicknames: boolean;
  readonly privateMessages: boolean;
  /** Whoever comes back gets what he has missed. */
  readonly catchUp: boolean;
}

/** `chatroom`: of its session description; `agent`: what it says it is. */
export function roomOffers(
  chatroom: readonly string[] | undefined,
  agent: string | undefined,
): RoomOffers {
  return {
    nicknames: chatroom?.includes("nickname") ?? false,
    // What says nothing of chat rooms has to be a server of the service. IM-7.1.3.2.1-03a
    privateMessages: chatroom?.includes("private-messages") ?? isImServer(agent),
    catchUp: chatroom?.includes(CATCH_UP) ?? false,
  };
}

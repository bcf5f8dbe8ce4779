/** Words that several files of a conference share. */
import type { DisconnectionMethod, MessageMedia, Sdp } from "@parlance/formats";
import type { Body, Call } from "@parlance/sip";
import type { PagerLeg, RoomLeg } from "../../ports/index.ts";
import type { RoomMedia } from "./room-media.ts";

export type ConferenceKind = "ad-hoc" | "pre-defined" | "chat room";

/** How somebody is gone, and what may be said about it. RFC 4575 §5.7.6 */
export interface Departure {
  readonly method: DisconnectionMethod;
  readonly reason: string | undefined;
  /** Epoch ms. */
  readonly at: number;
}

/** Of a device, as RFC 4575 §5.7.3 has it. */
export type DeviceStatus = "dialing-out" | "alerting" | "dialing-in" | "connected";

export type DescribedBody = Body & { readonly sdp: Sdp };

/** A device as its participant has it: see `Device`. */
export interface ParticipantDevice {
  readonly contact: string;
  readonly instance: string | undefined;
  readonly status: DeviceStatus;
  readonly call: Call | undefined;
  readonly leg: RoomLeg | PagerLeg | undefined;
  /** Nothing that was said waits for its answer. */
  readonly upToDate: boolean;
  /** An offer of ours for the session that it is in. */
  offer(media: RoomMedia): DescribedBody | undefined;
  /** The answer to an offer of ours holds from now on; undefined, and nothing changes, when there is none. */
  agree(offer: DescribedBody, answer: Body | undefined): MessageMedia | undefined;
  /** Its place in the room is free; `comesBack`: what it misses meanwhile is kept for it. */
  detach(comesBack?: boolean): void;
  /** BYE, with the reason that the user is shown. */
  end(text: string, words?: EndingWords): void;
}

export interface EndingWords {
  /** As a status says it. RFC 3326 */
  readonly cause?: number;
  readonly method?: DisconnectionMethod;
}

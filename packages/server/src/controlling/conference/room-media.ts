/** What a session description of the focus says of the room, and what one of a device says to it. Clause 3.9, RFC 7701 §8 */
import {
  commonAttributes,
  commonTypes,
  type LocalMedia,
  type MessageMedia,
  type SdpAttribute,
} from "@parlance/formats";
import { CATCH_UP, CPIM } from "@parlance/im";
import type { RoomDevice } from "../../ports/index.ts";

/** What the room takes. */
export interface RoomMedia {
  /** Types inside of message/cpim. */
  readonly types: readonly string[];
  /** `a=max-size`. */
  readonly maxBytes: number;
  readonly aliases: boolean;
  readonly privately: boolean;
  /** What is said is kept for those who come back. */
  readonly catchUp: boolean;
  /** Attributes that the other side of the answer has said as well. IM-7.2.1.2-02b */
  readonly extra?: readonly SdpAttribute[];
}

export function roomMediaOf({
  types,
  maxBytes: maxSize,
  aliases,
  privately,
  catchUp,
  extra = [],
}: RoomMedia): Omit<LocalMedia, "path"> {
  const chatroom = [
    ...(aliases ? ["nickname"] : []),
    ...(privately ? ["private-messages"] : []),
    ...(catchUp ? [CATCH_UP] : []),
  ];
  return { acceptTypes: [CPIM], acceptWrappedTypes: types, maxSize, chatroom, extra };
}

/** What of a description says what its device takes. */
export type TakenMedia = Pick<MessageMedia, "acceptTypes" | "acceptWrappedTypes" | "extra">;

/** As a phone would describe itself that gets its messages one by one. */
export const PHONE_MEDIA: TakenMedia = {
  acceptTypes: [CPIM],
  acceptWrappedTypes: ["text/plain"],
  extra: [],
};

/** Can the room be spoken to by whoever describes himself so? IM-7.1.3.2.1-01 */
export function wrapsMessages({ acceptTypes }: MessageMedia): boolean {
  return commonTypes(acceptTypes, [CPIM]).length > 0;
}

/** What is taken as a whole body is taken inside of another as well. RFC 4975 §8.6 */
export function wrappedTypesOf({ acceptTypes, acceptWrappedTypes }: TakenMedia): readonly string[] {
  const types = [...acceptTypes, ...acceptWrappedTypes].filter((type) => type !== CPIM);
  return types.length === 0 ? ["*"] : types;
}

export function roomDeviceOf(media: MessageMedia): RoomDevice {
  return {
    types: wrappedTypesOf(media),
    maxBytes: media.maxSize,
    // Who says nothing of chat rooms is a client of the service, and knows private messages. Clause 8.4
    privately: media.chatroom?.includes("private-messages") ?? true,
  };
}

/** Types that both of them take: what the one may hear of the other. IM-7.2.1.2-02a, IM-7.2.1.3-K2a */
export function sharedMedia(room: RoomMedia, offer: TakenMedia, answer: TakenMedia): RoomMedia {
  const shared = commonTypes(wrappedTypesOf(offer), wrappedTypesOf(answer));
  return {
    ...room,
    types: commonTypes(shared, room.types),
    extra: commonAttributes(offer, answer), // IM-7.2.1.2-02b
  };
}

/** Copies of large messages for those who keep what they send and get. OMA IM 13, clause 15.2 */
import { ANONYMOUS_URI, bareAddress, CPIM } from "@parlance/im";
import type { SipRequest } from "@parlance/sip";
import { addressKey } from "@parlance/sip";
import type { Originator, SessionRecording, User } from "../../ports/index.ts";

export interface LargeCopy {
  readonly user: User;
  readonly direction: "sent" | "received";
  /** As it came, but for its content: who has sent it, and to whom. */
  readonly request: SipRequest;
  readonly author: Originator | undefined;
  /** Address key of the group that it was sent to. */
  readonly group: string | undefined;
}

/** Octets are read only for somebody who wants them. Resolves when all have been read. */
export async function keepLarge(
  { user, direction, request, author, group }: LargeCopy,
  recording: SessionRecording,
  read: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!recording.keeps(user, "large message")) return;
  const hides = author?.anonymous !== false;
  const shown = hides ? ANONYMOUS_URI : bareAddress(request.from.uri);
  const address = hides ? undefined : author.address;
  const received = group ?? address ?? ANONYMOUS_URI;
  const record = recording.begin(user, {
    kind: "large message",
    name: undefined,
    subject: request.text("Subject"),
    conversation: direction === "sent" ? addressKey(request.uri) : received,
    toMany: group !== undefined,
    group: group === undefined ? undefined : { address: group, name: undefined },
    parties: () => [],
  });
  const heard = record.hears({
    direction,
    from: { uri: direction === "sent" ? user.address : shown, name: request.from.name },
    authId: direction === "sent" ? user.address : address,
    contentType: CPIM,
    contentHeaders: [],
    sizeBytes: undefined,
  });
  for await (const octets of read()) heard?.write(octets);
  heard?.end();
  record.end();
}

/** Controlling function: a MESSAGE to a running session is heard there as if it had come by MSRP. Clause 11.6 */
import { formatCpim, formatDateTime } from "@parlance/formats";
import { CPIM, type Refusal, refuse } from "@parlance/im";
import type { SipRequest } from "@parlance/sip";
import type { Content, Originator } from "../../ports/index.ts";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";
import type { Speaker } from "./speaking-device.ts";

export interface MessageFacts {
  readonly isOurs: boolean;
  /** There is such a session. */
  readonly exists: boolean;
  readonly originator: Originator | undefined;
  /** He is in. */
  readonly participates: boolean;
  readonly unknownExtensions: readonly string[];
  readonly hasBody: boolean;
}

/** Undefined when nothing speaks against it. */
export function judgeMessage(facts: MessageFacts): Refusal | undefined {
  if (!facts.isOurs) return refuse("no feature tag");
  if (!facts.exists) return refuse("no such conference");
  if (facts.originator === undefined) return refuse("not authenticated");
  if (!facts.participates) return refuse("no joining");
  if (facts.unknownExtensions.length > 0) {
    return refuse("unknown extension", [["Unsupported", facts.unknownExtensions.join(", ")]]);
  }
  return facts.hasBody ? undefined : refuse("no body");
}

export interface SaidByMessage {
  readonly request: SipRequest;
  readonly content: Content;
  readonly now: number;
}

/** Undefined: it is in the room, and 202 says so. */
export async function messageToSession(
  { request, content, now }: SaidByMessage,
  from: Participant,
  conference: Conference,
  by?: Speaker,
): Promise<Refusal | undefined> {
  if (!content.bytes.ok) return content.bytes.refusal;
  const bytes = content.bytes.value;
  const type = request.text("Content-Type") ?? "text/plain";
  const envelope =
    content.mediaType === CPIM ? bytes : wrapped({ type, bytes }, from, conference, now);
  return conference.say(from, envelope, by);
}

/** What comes bare is said to all. */
function wrapped(
  { type, bytes }: { readonly type: string; readonly bytes: Uint8Array },
  { entity }: Participant,
  { name }: Conference,
  now: number,
): Uint8Array {
  return formatCpim({
    from: { name: undefined, uri: entity },
    to: [{ name: undefined, uri: name }],
    cc: [],
    dateTime: formatDateTime(now),
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", type]],
    content: bytes,
  });
}

/** Participating function of the originator: gathers the facts, and does what was judged. OMA IM 8.2 */
import { editCpim, mimeHeader, parseLeaves } from "@parlance/formats";
import {
  ANONYMOUS_URI,
  asksFor,
  bareAddress,
  CPIM,
  claimedSender,
  IM_TAG,
  type Refusal,
  refuse,
  type SenderClaim,
} from "@parlance/im";
import { ContentType } from "@parlance/sip";
import { offersBrokenMedia, saysFocus } from "../media/index.ts";
import type { Edit, Originating, Passage, Untagged, User, Verdict } from "../ports/index.ts";
import { judgeCoding, judgeInnerCharset } from "./judge-coding.ts";
import { judgeOriginating } from "./judge-originating.ts";
import { forgeryIn } from "./original-to.ts";
import { judgeOriginatingSession } from "./session/judge-originating-session.ts";

export interface OriginatingPorts {
  /** Sessions that a user is in. */
  readonly running: (user: User) => number;
}

export interface OriginatingOptions {
  readonly untagged: Untagged;
  /** Longest body of a MESSAGE. */
  readonly maxMessageBytes: number;
  readonly maxSessions: number;
}

const PASS: Verdict = { do: "pass" };

export function originating(
  { running }: OriginatingPorts,
  { untagged, maxMessageBytes, maxSessions }: OriginatingOptions,
): Originating {
  return {
    judge(passage, user) {
      const { request, originator, content } = passage;
      if (request.method === "INVITE") {
        const judged = judgeOriginatingSession({
          isOurs: untagged === "serve" || asksFor(request, IM_TAG),
          originator,
          user,
          contactIsFocus: saysFocus(request),
          running: running(user),
          maxSessions,
          media: offersBrokenMedia(request) ? refuse("no common media") : undefined,
        });
        return judged.kind === "refusal" ? { do: "refuse", refusal: judged } : PASS;
      }
      const isMessage = request.method === "MESSAGE";
      const judgement = judgeOriginating({
        isMessage,
        asksForIm: isMessage && asksFor(request, IM_TAG),
        untagged,
        originator,
        user,
        sizeBytes: content.sizeBytes,
        maxBytes: maxMessageBytes,
        unreadable: isMessage ? unreadable(passage) : undefined,
        partsReadable: !isMessage || arePartsReadable(passage),
        claim: isMessage ? claimOf(passage, user) : undefined,
      });
      if (judgement.kind === "refusal") return { do: "refuse", refusal: judgement };
      const edit = isMessage ? envelopeEdit(passage, judgement.fillInSender) : undefined;
      return edit === undefined ? PASS : { do: "pass", edit };
    },
  };
}

function unreadable({ request, content }: Passage): Refusal | undefined {
  if (content.sizeBytes === 0) return undefined;
  const objection = judgeCoding(request);
  if (objection !== undefined || content.cpim?.ok !== true) return objection;
  return judgeInnerCharset(mimeHeader(content.cpim.value.contentHeaders, "Content-Type"));
}

/** Of a body of several parts; a coded one goes on as it came. RFC 2046 §5.1 */
function arePartsReadable({ request, content }: Passage): boolean {
  const { mediaType } = content;
  if (mediaType?.startsWith("multipart/") !== true || request.has("Content-Encoding")) return true;
  const headers = [["Content-Type", request.text(ContentType) ?? ""]] as const;
  return parseLeaves({ headers, content: request.body }).ok;
}

function claimOf({ request, content }: Passage, user: User): SenderClaim | Refusal | undefined {
  const { cpim, sizeBytes } = content;
  if (sizeBytes === 0)
    return request.get(ContentType)?.type === CPIM ? refuse("bad body") : undefined;
  if (cpim === undefined) return undefined;
  return cpim.ok ? claimedSender(cpim.value.from, user.identities) : cpim.refusal;
}

/** What the server writes into the envelope; undefined when it may go on as it came. */
function envelopeEdit(
  { request, originator, content }: Passage,
  fillIn: boolean,
): Edit | undefined {
  if (content.cpim?.ok !== true || !content.bytes.ok) return undefined;
  const remove = forgeryIn(content.cpim.value);
  if (!fillIn && remove.length === 0) return undefined;
  const uri = originator?.anonymous === true ? ANONYMOUS_URI : bareAddress(request.from.uri);
  const body = editCpim(content.bytes.value, {
    ...(fillIn ? { from: { name: undefined, uri } } : {}),
    ...(remove.length > 0 ? { remove } : {}),
  });
  return (edit) => void edit.remove("Content-Encoding").body(body);
}

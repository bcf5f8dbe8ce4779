/** Participating function of the target user: gathers the facts, and does what was judged. OMA IM 8.2 */
import { mimeHeader } from "@parlance/formats";
import { asksFor, type BodyKind, bodyKind, IM_TAG, mayBeStored, plainTextOf } from "@parlance/im";
import { Expires } from "@parlance/sip";
import { largeFirst, mayBeKept, saidBy } from "../media/index.ts";
import type {
  Binding,
  Content,
  Edit,
  Failure,
  Passage,
  Terminating,
  Untagged,
  User,
  UserRules,
  Verdict,
} from "../ports/index.ts";
import {
  type FailureJudgement,
  judgeFailure,
  judgeTerminating,
  meansAway,
} from "./judge-terminating.ts";
import { judgeTerminatingSession } from "./session/judge-terminating-session.ts";

export interface TerminatingPorts {
  readonly rules: UserRules;
  /** Do earlier messages wait for the user, so that a new one has to wait behind them? */
  readonly queueing: (user: User) => boolean;
  /** Sessions that a user is in. */
  readonly running: (user: User) => number;
}

export interface TerminatingOptions {
  /** Longest body that is sent in datagrams. RFC 3428 §8 */
  readonly datagramMessageBytes: number;
  readonly maxSessions: number;
  readonly untagged: Untagged;
  /** Messages that wait can be brought in sessions. */
  readonly bringsBySession: boolean;
  /** Largest file that is kept for a user who is away; none with 0. */
  readonly keptFileBytes: number;
}

/** What holds for a user without documents and settings. */
export const openRules: UserRules = {
  admits: () => true,
  allowsStorage: () => true,
  bars: () => false,
  visible: () => true,
};

/** Which of the user's settings is about it. */
const BARRED = {
  conversation: "sessions",
  "large message": "messages",
  file: "files",
} as const;

const DEFER: Verdict = { do: "defer" };
const PASS: Verdict = { do: "pass" };

export function terminating(
  { rules, queueing, running }: TerminatingPorts,
  options: TerminatingOptions,
): Terminating {
  const { datagramMessageBytes, maxSessions, untagged, keptFileBytes } = options;
  const storable = (passage: Passage, user: User): boolean =>
    mayBeStored(kindOf(passage), passage.request.get(Expires)) &&
    rules.allowsStorage(passage.originator, user);

  /** One message, or files that are pushed: what comes in a session and may wait. */
  const keepable = ({ request }: Passage): boolean => {
    const { kind, offer } = saidBy(request);
    if (kind === "large message") return true;
    return kind === "file" && offer !== undefined && mayBeKept(offer, keptFileBytes);
  };

  const judgeSession = (passage: Passage, user: User, bindings: readonly Binding[]): Verdict => {
    const isOurs = untagged === "serve" || asksFor(passage.request, IM_TAG);
    const { kind } = saidBy(passage.request);
    const large = isOurs && kind === "large message";
    const clients = isOurs ? bindings.filter(({ imClient }) => imClient) : bindings;
    const able = large ? largeFirst(clients) : clients;
    const judged = judgeTerminatingSession({
      user,
      access: rules.admits(passage.originator, user) ? "pass" : "reject",
      barred: isOurs && rules.bars(user, BARRED[kind]),
      visible: rules.visible(user),
      reachable: able.length,
      storable: isOurs && keepable(passage) && rules.allowsStorage(passage.originator, user),
      queueing: large && queueing(user),
      running: isOurs ? running(user) : 0,
      maxSessions,
    });
    if (judged.kind === "forward") return { do: "forward", bindings: able };
    return judged.kind === "defer" ? DEFER : { do: "refuse", refusal: judged };
  };

  /** Whoever else writes hears that it is too long, and holds the session himself. */
  const broughtBySession = ({ principal }: Passage, bindings: readonly Binding[]): boolean =>
    options.bringsBySession && principal.kind === "server" && bindings.some(({ tagged }) => tagged);

  return {
    judge(passage, user, bindings) {
      if (passage.request.method === "INVITE") return judgeSession(passage, user, bindings);
      const isMessage = passage.request.method === "MESSAGE";
      const able = isMessage ? bindings.filter(({ imClient }) => imClient) : bindings;
      const long = isMessage && passage.content.sizeBytes > datagramMessageBytes;
      const fitting = long
        ? able.filter((binding) => takesLong(binding, passage.content, datagramMessageBytes))
        : able;
      const judgement = judgeTerminating({
        isMessage,
        user,
        asserted: passage.originator !== undefined,
        access: rules.admits(passage.originator, user) ? "pass" : "reject",
        barred: rules.bars(user, "messages"),
        visible: rules.visible(user),
        reachable: able.length,
        fitting: fitting.length,
        broughtBySession: isMessage && broughtBySession(passage, able),
        queueing: isMessage && queueing(user),
        storable: isMessage && storable(passage, user),
      });
      if (judgement.kind === "forward") return { do: "forward", bindings: fitting };
      return judgement.kind === "defer" ? DEFER : { do: "refuse", refusal: judgement };
    },

    judgeFailure(passage, user, failure) {
      if (passage.request.method === "INVITE") {
        const kept = keepable(passage) && rules.allowsStorage(passage.originator, user);
        return kept && meansAway(failure.status) ? DEFER : PASS;
      }
      const isMessage = passage.request.method === "MESSAGE";
      const inner = isMessage && !failure.again ? plainText(passage) : undefined;
      const judgement = judgeFailure({
        isMessage,
        status: failure.status,
        storable: isMessage && storable(passage, user),
        broughtBySession: isMessage && broughtBySession(passage, failure.tried),
        unwrappable: inner !== undefined,
      });
      return afterFailure(judgement, failure, inner);
    },
  };
}

function afterFailure(
  judgement: FailureJudgement,
  failure: Failure,
  inner: Edit | undefined,
): Verdict {
  switch (judgement.kind) {
    case "defer":
      return DEFER;
    case "unwrap":
      return {
        do: "forward",
        bindings: failure.tried,
        ...(inner === undefined ? {} : { edit: inner }),
      };
    case "refusal":
      return { do: "refuse", refusal: judgement };
    default:
      return PASS;
  }
}

/** Of a contact that we can dial nobody knows whether it takes a stream until one is opened. */
function takesLong(binding: Binding, { withoutHistory }: Content, most: number): boolean {
  if (!binding.datagramsOnly) return true;
  return !binding.tagged && withoutHistory !== undefined && withoutHistory.content.length <= most;
}

function kindOf({ content }: Passage): BodyKind {
  const { cpim } = content;
  if (cpim?.ok === true)
    return bodyKind(mimeHeader(cpim.value.contentHeaders, "Content-Type") ?? "");
  return bodyKind(content.mediaType ?? "");
}

/** Takes the envelope off, for phones that show nothing but plain text. */
function plainText({ request, content }: Passage): Edit | undefined {
  if (!content.bytes.ok || content.mediaType === undefined) return undefined;
  const inner = plainTextOf(request.text("Content-Type") ?? "", content.bytes.value);
  if (inner === undefined) return undefined;
  return (edit) => void edit.remove("Content-Encoding").body(inner.bytes, inner.type);
}

/** Participating function of the target user: gathers the facts, and does what was judged. OMA IM 8.2 */
import { type MediaKind, mimeHeader } from "@parlance/formats";
import {
  type Access,
  asksFor,
  type BodyKind,
  bodyKind,
  IM_TAG,
  isFileLink,
  mayBeStored,
  plainTextOf,
  UNRULED,
} from "@parlance/im";
import { Expires } from "@parlance/sip";
import { largeFirst, mayBeKept, saidBy } from "../media/index.ts";
import type {
  Barrable,
  Binding,
  Content,
  Edit,
  Failure,
  Passage,
  Terminating,
  Untagged,
  User,
  UserRules,
  UserSettings,
  Verdict,
} from "../ports/index.ts";
import { ABOUT_SESSION } from "./about-session.ts";
import {
  type FailureJudgement,
  judgeFailure,
  judgeTerminating,
  meansAway,
  type TerminatingFacts,
} from "./judge-terminating.ts";
import { judgeTerminatingSession } from "./session/judge-terminating-session.ts";

export interface TerminatingPorts {
  readonly rules: UserRules;
  readonly settings: UserSettings;
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

/** What holds for a user without documents. */
export const openRules: UserRules = { access: () => UNRULED };

/** What holds for a user who has set nothing. */
export const usualSettings: UserSettings = {
  bars: () => false,
  visible: () => true,
  pushes: () => true,
  keepsHistory: () => false,
};

const MESSAGE = ABOUT_SESSION["large message"];

/** What bars a MESSAGE; one that says where a file lies brings a file as well. IM-5.2.4-08b, IM-5.2.4-08g */
const TEXTS: readonly Barrable[] = [MESSAGE.barrable];
const LINKS: readonly Barrable[] = [MESSAGE.barrable, ABOUT_SESSION.file.barrable];

const ADMITTED = { access: "pass", rule: undefined } as const;
const DEFER: Verdict = { do: "defer" };
const PASS: Verdict = { do: "pass" };

export function terminating(
  { rules, settings, queueing, running }: TerminatingPorts,
  options: TerminatingOptions,
): Terminating {
  const { datagramMessageBytes, maxSessions, untagged, keptFileBytes } = options;
  const storable = (passage: Passage, user: User): boolean =>
    mayBeStored(kindOf(passage), passage.request.get(Expires)) &&
    rules.access(passage.originator, user, MESSAGE.media).offlineStorage;

  const ruled = (
    { originator }: Passage,
    user: User,
    media: MediaKind,
    { invite }: Access,
  ): Pick<TerminatingFacts, "access" | "rule"> =>
    invite === "refuse"
      ? { access: "reject", rule: rules.refusing?.(originator, user, media) }
      : ADMITTED;

  /** His own devices see him always. IM-5.2.4-08c */
  const isVisible = ({ originator }: Passage, user: User): boolean =>
    settings.visible(user) || originator?.user?.name === user.name;

  /** Those devices that would take it are closed to it, or there is none and all would be. */
  const isBarred = (
    user: User,
    kinds: readonly Barrable[],
    able: readonly Binding[],
    open: readonly Binding[],
  ): boolean =>
    able.length === 0 ? kinds.some((kind) => settings.bars(user, kind)) : open.length === 0;

  /** One message, or files that are pushed: what comes in a session and may wait. */
  const keepable = ({ request }: Passage): boolean => {
    const { kind, offer } = saidBy(request);
    if (kind === "large message") return true;
    if (kind !== "file" || offer === undefined || keptFileBytes === 0) return false;
    return mayBeKept(offer, keptFileBytes);
  };

  const judgeSession = (passage: Passage, user: User, bindings: readonly Binding[]): Verdict => {
    const isOurs = untagged === "serve" || asksFor(passage.request, IM_TAG);
    const { kind } = saidBy(passage.request);
    const large = isOurs && kind === "large message";
    const clients = isOurs ? bindings.filter(({ imClient }) => imClient) : bindings;
    const able = large ? largeFirst(clients) : clients;
    const { barrable, media } = ABOUT_SESSION[kind];
    const open = isOurs ? able.filter((device) => !settings.bars(user, barrable, device)) : able;
    const access = rules.access(passage.originator, user, media);
    const judged = judgeTerminatingSession({
      user,
      ...ruled(passage, user, media, access),
      kind: barrable,
      barred: isOurs && isBarred(user, [barrable], able, open),
      visible: isVisible(passage, user),
      reachable: open.length,
      storable: isOurs && keepable(passage) && access.offlineStorage,
      queueing: large && queueing(user),
      running: isOurs ? running(user) : 0,
      maxSessions,
    });
    if (judged.kind === "defer") return { do: "defer", grounds: judged.grounds };
    if (judged.kind === "refusal") return { do: "refuse", refusal: judged };
    const answers = access.invite === "answer" && !passage.request.has("Answer-Mode");
    return { do: "forward", bindings: open, ...(answers ? { edit: answerAtOnce } : {}) };
  };

  /** Those that take messages now; what became of his own he is told nevertheless. */
  const openDevices = (
    passage: Passage,
    user: User,
    kinds: readonly Barrable[],
    clients: readonly Binding[],
  ): readonly Binding[] => {
    const open = clients.filter(
      (device) => !kinds.some((kind) => settings.bars(user, kind, device)),
    );
    return open.length < clients.length && kindOf(passage) === "receipt" ? clients : open;
  };

  /** Whoever else writes hears that it is too long, and holds the session himself. */
  const broughtBySession = ({ principal }: Passage, bindings: readonly Binding[]): boolean =>
    options.bringsBySession && principal.kind === "server" && bindings.some(({ tagged }) => tagged);

  return {
    judge(passage, user, bindings) {
      if (passage.request.method === "INVITE") return judgeSession(passage, user, bindings);
      const isMessage = passage.request.method === "MESSAGE";
      const clients = isMessage ? bindings.filter(({ imClient }) => imClient) : bindings;
      const kinds = isMessage && isFileLink(innerTypeOf(passage)) ? LINKS : TEXTS;
      const able = isMessage ? openDevices(passage, user, kinds, clients) : clients;
      const long = isMessage && passage.content.sizeBytes > datagramMessageBytes;
      const fitting = long
        ? able.filter((binding) => takesLong(binding, passage.content, datagramMessageBytes))
        : able;
      const access = rules.access(passage.originator, user, MESSAGE.media);
      const judgement = judgeTerminating({
        isMessage,
        user,
        asserted: passage.originator !== undefined,
        ...ruled(passage, user, MESSAGE.media, access),
        barred:
          isMessage && isBarred(user, TEXTS, clients, openDevices(passage, user, TEXTS, clients)),
        filesBarred: kinds === LINKS && isBarred(user, LINKS, clients, able),
        visible: isVisible(passage, user),
        reachable: able.length,
        fitting: fitting.length,
        broughtBySession: isMessage && broughtBySession(passage, able),
        queueing: isMessage && queueing(user),
        storable: isMessage && storable(passage, user),
      });
      if (judgement.kind === "forward") return { do: "forward", bindings: fitting };
      if (judgement.kind === "refusal") return { do: "refuse", refusal: judgement };
      const { grounds } = judgement;
      return grounds === undefined ? DEFER : { do: "defer", grounds };
    },

    judgeFailure(passage, user, failure) {
      if (passage.request.method === "INVITE") {
        const { media } = ABOUT_SESSION[saidBy(passage.request).kind];
        const kept =
          keepable(passage) && rules.access(passage.originator, user, media).offlineStorage;
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

/** RFC 5373 §5.1; clause 9.3 */
function answerAtOnce(edit: Parameters<Edit>[0]): void {
  edit.setText("Answer-Mode", "Auto");
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

function kindOf(passage: Passage): BodyKind {
  return bodyKind(innerTypeOf(passage));
}

function innerTypeOf({ content }: Passage): string {
  const { cpim } = content;
  if (cpim?.ok === true) return mimeHeader(cpim.value.contentHeaders, "Content-Type") ?? "";
  return content.mediaType ?? "";
}

/** Takes the envelope off, for phones that show nothing but plain text. */
function plainText({ request, content }: Passage): Edit | undefined {
  if (!content.bytes.ok || content.mediaType === undefined) return undefined;
  const inner = plainTextOf(request.text("Content-Type") ?? "", content.bytes.value);
  if (inner === undefined) return undefined;
  return (edit) => void edit.remove("Content-Encoding").body(inner.bytes, inner.type);
}

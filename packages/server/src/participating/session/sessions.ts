/** Which sessions go through the server, and those that do. OMA IM 9.1, 9.6 */
import type { MessageMedia } from "@parlance/formats";
import {
  ANONYMOUS_URI,
  asksFor,
  bareAddress,
  IM_TAG,
  isFileLink,
  type Refusal,
  refuse,
} from "@parlance/im";
import {
  type Call,
  type CallFailure,
  type DialogReference,
  type IncomingCall,
  type OutgoingCall,
  Params,
  Replaces,
  sessionOf,
  type TransportName,
  type Uri,
} from "@parlance/sip";
import { Chain, type Link, type Random } from "@parlance/wire";
import {
  faceTowards,
  readOfferedMedia,
  type SessionMedia,
  saidBy,
  saysItself,
  speakerOf,
} from "../../media/index.ts";
import type {
  Calls,
  Edit,
  LimitWatch,
  MediaRules,
  MediaSwitch,
  Onward,
  Passage,
  SessionRecording,
  Sessions,
  TakeOver,
  Towards,
  Untagged,
  User,
  UserSettings,
  Verdict,
} from "../../ports/index.ts";
import type { PagerSessions } from "../interworking/pager-sessions.ts";
import { AnchoredSession } from "./anchored-session.ts";
import { statusOf } from "./failure-status.ts";
import { farInvite, featuresIn } from "./far-invite.ts";
import { judgeAnchoring } from "./judge-anchoring.ts";
import { recordOnRequest } from "./record-on-request.ts";
import { SessionBridges } from "./session-bridges.ts";
import type { SessionFacts, SessionOfTwo } from "./session-facts.ts";
import { SessionRecords } from "./session-records.ts";

/** `auto`: only where the two sides could not reach one another. */
export type Anchor = "always" | "auto" | "never";

export interface SessionPorts {
  readonly calls: Calls;
  readonly media: MediaSwitch;
  readonly random: Random;
  readonly hits: LimitWatch;
  /** Epoch ms. */
  readonly now: () => number;
  /** Takes one message from what a user may write. */
  readonly mayWrite: (user: string) => boolean;
  /** Undefined: phones that hold no sessions are in none. */
  readonly pager: PagerSessions | undefined;
  /** Keeps what is said for those who want it. */
  readonly recording: SessionRecording | undefined;
  readonly settings: Pick<UserSettings, "bars">;
  /** The user of ours with that address key. */
  readonly userAt: (address: string) => User | undefined;
  readonly keyOf: (uri: Uri) => string;
}

export interface SessionOptions {
  readonly anchor: Anchor;
  /** Of one message. */
  readonly maxBytes: number;
  /** Of one description. */
  readonly maxLines: number;
  readonly untagged: Untagged;
  /** Address key of the service that keeps conversations. */
  readonly history: string;
  /** How long the called side may ring. */
  readonly inviteWaitMs: number;
}

type SessionLink = Link<readonly [AnchoredSession, SessionFacts]>;

const PASS: Verdict = { do: "pass" };
const TAKEN: Verdict = { do: "taken" };

export class AnchoredSessions implements Sessions {
  readonly #ports: SessionPorts;
  readonly #options: SessionOptions;
  readonly #sessions = new Chain<readonly [AnchoredSession, SessionFacts]>();
  /** Sessions of each party. */
  readonly #running = new Map<string, number>();

  constructor(ports: SessionPorts, options: SessionOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size + (this.#ports.pager?.count ?? 0);
  }

  /** Of the user who is in most, those with phones apart. */
  get most(): number {
    return Math.max(0, ...this.#running.values());
  }

  /** Sessions that a user is in, begun by him or by others. */
  running(user: string): number {
    return this.#inCalls(user) + (this.#ports.pager?.running(user) ?? 0);
  }

  take(passage: Passage, onward: Onward): Verdict {
    const { transaction, request, flow } = passage;
    if (transaction === undefined || flow === undefined || this.#options.anchor === "never") {
      return PASS;
    }
    if (this.#options.untagged !== "serve" && !asksFor(request, IM_TAG)) return PASS;
    const body = sessionOf(request);
    if (body === undefined) return PASS; // whoever asks for an offer gets it from the other side
    const offer = readOfferedMedia(body);
    if (offer === "broken") return { do: "refuse", refusal: refuse("no common media") };
    if (offer === "other" || !this.#wants(offer, flow, onward)) return PASS;
    const refusal = this.#join(passage, offer, onward);
    return refusal === undefined ? TAKEN : { do: "refuse", refusal };
  }

  /** Behind us the dialog that a Replaces names is another one: that of the other side. OMA IM 9.6 */
  translated(passage: Passage): Edit | undefined {
    const reference = this.#replacedBehindUs(passage);
    return reference === undefined ? undefined : (edit) => void edit.set(Replaces, reference);
  }

  bring(passage: Passage, user: User): Promise<boolean> | undefined {
    return this.#ports.pager?.bring(passage, user);
  }

  /** Those that run, the oldest first. */
  [Symbol.iterator](): IterableIterator<readonly [AnchoredSession, SessionFacts]> {
    return this.#sessions[Symbol.iterator]();
  }

  /** With phones that hold none: those that the server holds in their place. */
  get interworked(): Iterable<readonly [SessionOfTwo, SessionFacts]> {
    return this.#ports.pager ?? [];
  }

  stop(): void {
    for (const [session] of this.#sessions) session.end();
    this.#ports.pager?.stop();
  }

  #inCalls(user: string): number {
    return this.#running.get(user) ?? 0;
  }

  #wants(
    offer: SessionMedia,
    flow: { readonly transport: TransportName; readonly remote: { readonly host: string } },
    onward: Onward,
  ): boolean {
    // Behind a core the invitation of a conference of ours comes by here once more.
    if (offer.media.path.some((uri) => this.#ports.media.holds(uri))) return false;
    if (this.#options.anchor === "always") return true;
    return judgeAnchoring({
      media: offer.media,
      source: flow.remote.host,
      web: isWeb(flow) || onward.targets.some(isWeb),
      plain: this.#ports.pager !== undefined && onward.targets.some(isPlain),
    });
  }

  /** By what is announced of it; whoever announces nothing is stopped when it comes. */
  #isTooLarge(file: MessageMedia["file"]): boolean {
    return (file?.selector.sizeBytes ?? 0) > this.#options.maxBytes;
  }

  #join(passage: Passage, offer: SessionMedia, onward: Onward): Refusal | undefined {
    const { calls, media } = this.#ports;
    const { request, flow } = passage;
    if (flow === undefined) return refuse("failure");
    if (offer.lines.some(({ media: { file } }) => this.#isTooLarge(file))) {
      this.#ports.hits.hit("sessionFileBytes");
      return refuse("too big");
    }
    const near: Towards = {
      key: "near",
      transport: flow.transport,
      local: flow.local,
      tagged: true,
    };
    const rules = { near: this.#nearRules(passage, onward), far: this.#farRules(passage, onward) };
    const records = this.#recordsOf(passage, onward);
    const bridges = new SessionBridges({
      make: (failed) => media.bridge(near, rules, (_, reason) => failed(reason), records?.listener),
      failed: (reason) => made.mediaFailed(reason),
      most: this.#options.maxLines,
      full: () => this.#ports.hits.hit("sessionLines"),
    });
    const open = offer.lines.filter(({ place }) => bridges.open(place));
    if (open.length === 0) return refuse("no common media");
    const [first] = onward.targets;
    const faces = {
      near: faceTowards(calls, near, Params.none),
      far: faceTowards(calls, first ?? near, featuresIn(request)),
    };
    const facts = this.#factsOf(passage, onward);
    const made: AnchoredSession = new AnchoredSession(offer, faces, {
      bridges,
      maxSize: this.#options.maxBytes,
      began: () => records?.begin(),
      asked: (side, transaction, call) =>
        transaction.request.method === "REFER" &&
        recordOnRequest(transaction, {
          side,
          call,
          records: facts.kind === "conversation" ? records : undefined, // nothing is said beside files
          history: this.#options.history,
          tell: (to, notice) => bridges.tell(to, notice),
        }),
      over: () => {
        records?.end();
        this.#left(place, facts.parties);
      },
    });
    const incoming = calls.invited(passage, made.nearOwner, made.faces.near);
    if (incoming === undefined) {
      bridges.close();
      return undefined; // answered already
    }
    const place = this.#entered(made, facts);
    this.#begin(made, incoming, passage, onward);
    return undefined;
  }

  #factsOf(passage: Passage, { party, identities }: Onward): SessionFacts {
    const user = identities === undefined ? undefined : this.#ports.userAt(party);
    return {
      parties: [partyOf(passage), party],
      caller: passage.originator,
      called: { address: party, anonymous: false, user },
      kind: saidBy(passage.request).kind,
      startedAt: this.#ports.now(),
    };
  }

  #recordsOf({ request, originator }: Passage, onward: Onward): SessionRecords | undefined {
    const { recording, userAt, keyOf } = this.#ports;
    if (recording === undefined) return undefined;
    const said = saidBy(request);
    // The rest of a file would be kept as if it were all of it. RFC 5547 §6
    if ((said.offer?.media.file?.range?.first ?? 1) > 1) return undefined;
    const hides = originator?.anonymous !== false;
    const { name, uri } = request.from;
    const address = originator?.address;
    const near = {
      user: originator?.user,
      shown: hides ? { uri: ANONYMOUS_URI, name: undefined } : { uri: bareAddress(uri), name },
      authId: hides ? undefined : address,
      conversation: (hides ? undefined : address) ?? ANONYMOUS_URI,
    };
    const called = keyOf(request.uri);
    const far = {
      user: onward.identities === undefined ? undefined : userAt(onward.party),
      shown: { uri: called, name: request.to.name },
      authId: called,
      conversation: called,
    };
    const kind = said.kind === "large message" ? said.kind : "session";
    const subject = request.text("Subject");
    return new SessionRecords({ kind, subject, sides: { near, far } }, recording);
  }

  /** Apart, so that nothing of the session itself keeps the INVITE and its way. */
  #begin(made: AnchoredSession, incoming: IncomingCall, passage: Passage, onward: Onward): void {
    const { calls, random } = this.#ports;
    const replaces = this.#replacedBehindUs(passage);
    const invite = farInvite(passage.request, random, replaces);
    made.begin(
      incoming,
      (user): OutgoingCall =>
        calls.place(invite, onward.party, made.farOwner, {
          face: made.faces.far,
          patienceMs: this.#options.inviteWaitMs,
          outlet: onward.outlet(user),
        }),
      (failure, takeOver) => this.#isTakenOver(failure, passage, onward, takeOver),
    );
  }

  #isTakenOver(
    failure: CallFailure,
    passage: Passage,
    onward: Onward,
    takeOver: TakeOver,
  ): boolean {
    const status = statusOf(failure);
    if (status !== undefined && onward.instead?.(status, takeOver) === true) return true;
    return this.#ports.pager?.takeOver(passage, onward, failure, takeOver) === true;
  }

  #replacedBehindUs({ request }: Passage): DialogReference | undefined {
    if (!request.has(Replaces)) return undefined;
    const verdict = this.#ports.calls.replaced(request);
    if (verdict.kind !== "replace") return undefined;
    const partner = this.#partnerOf(verdict.usage);
    if (partner === undefined) return undefined;
    const { callId, localTag, remoteTag } = partner.dialog.id;
    // The tags as the one sees them who gets the INVITE. RFC 3891 §6.1
    return {
      callId,
      params: Params.of(["to-tag", remoteTag], ["from-tag", localTag]),
    };
  }

  #partnerOf(call: Call): Call | undefined {
    for (const [session] of this.#sessions) {
      const partner = session.partnerOf(call);
      if (partner !== undefined) return partner;
    }
    return undefined;
  }

  #nearRules({ request, originator }: Passage, { identities, party }: Onward): MediaRules {
    const { name, uri } = request.from;
    const speaks =
      originator?.anonymous === true
        ? { name: undefined, uri: ANONYMOUS_URI }
        : { name, uri: bareAddress(uri) };
    const refuses = this.#refusesFor(identities && this.#ports.userAt(party));
    const who = { admits: speakerOf(originator), speaks, refuses };
    return this.#rules(who, originator?.user?.address);
  }

  #farRules({ request, originator }: Passage, { identities, party }: Onward): MediaRules {
    const speaks = { name: request.to.name, uri: bareAddress(request.to.uri) };
    const refuses = this.#refusesFor(originator?.user);
    if (identities === undefined) {
      return this.#rules({ admits: () => true, speaks, refuses }, undefined);
    }
    return this.#rules({ admits: saysItself(identities, false), speaks, refuses }, party);
  }

  /** Who wants no files gets none by a link either, from the next message on. IM-5.2.4-08g */
  #refusesFor(hearer: User | undefined): (type: string) => boolean {
    const { settings } = this.#ports;
    return (type) => hearer !== undefined && isFileLink(type) && settings.bars(hearer, "files");
  }

  #rules(
    who: Pick<MediaRules, "admits" | "speaks" | "refuses">,
    user: string | undefined,
  ): MediaRules {
    return {
      ...who,
      maxBytes: this.#options.maxBytes,
      mayBegin: () => user === undefined || this.#ports.mayWrite(user),
    };
  }

  #entered(session: AnchoredSession, facts: SessionFacts): SessionLink {
    for (const party of facts.parties) this.#running.set(party, this.#inCalls(party) + 1);
    return this.#sessions.add([session, facts]);
  }

  #left(place: SessionLink, parties: readonly string[]): void {
    this.#sessions.remove(place);
    for (const party of parties) {
      const left = this.#inCalls(party) - 1;
      if (left > 0) this.#running.set(party, left);
      else this.#running.delete(party);
    }
  }
}

function partyOf({ principal }: Passage): string {
  return principal.kind === "user" ? principal.user.address : "";
}

function isPlain({ tagged }: Towards): boolean {
  return !tagged;
}

function isWeb({ transport }: { readonly transport: TransportName }): boolean {
  return transport === "WS" || transport === "WSS";
}

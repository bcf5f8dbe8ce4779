/** Sessions with phones that hold none: which there are, and who speaks in them. OMA IM 8, 9 */
import type { CallFailure } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { saidBy, speakerOf } from "../../media/index.ts";
import type {
  Calls,
  MediaRules,
  MediaSwitch,
  Onward,
  Passage,
  TakeOver,
  Towards,
  User,
  Way,
} from "../../ports/index.ts";
import type { SessionFacts } from "../session/session-facts.ts";
import { judgeInterworking, msrpStatusFor } from "./judge-interworking.ts";
import { messageForPhone, type SaidMessage } from "./message-for-phone.ts";
import { messageForSession } from "./message-for-session.ts";
import { PAGER_FEATURES, PagerSession } from "./pager-session.ts";

export interface PagerSessionsPorts {
  readonly calls: Calls;
  readonly media: MediaSwitch;
  readonly way: Pick<Way, "submit">;
  readonly random: Random;
  readonly clock: Clock;
  readonly mayWrite: (user: string) => boolean;
  /** The user of ours with that address key. */
  readonly userAt: (address: string) => User | undefined;
  /** Has the user with this address a contact? */
  readonly isReachable: (address: string) => boolean;
}

export interface PagerSessionsOptions {
  /** Of one message. */
  readonly maxBytes: number;
  readonly idleMs: number;
  readonly userAgent: string;
}

export class PagerSessions {
  readonly #ports: PagerSessionsPorts;
  readonly #options: PagerSessionsOptions;
  readonly #sessions = new Map<PagerSession, SessionFacts>();
  /** The one that was begun last, by phone and caller. */
  readonly #between = new Map<string, PagerSession>();
  readonly #running = new Map<string, number>();

  constructor(ports: PagerSessionsPorts, options: PagerSessionsOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  running(user: string): number {
    return this.#running.get(user) ?? 0;
  }

  /** The INVITE came to nothing: does the server answer it, and write messages instead? */
  takeOver(passage: Passage, onward: Onward, failure: CallFailure, take: TakeOver): boolean {
    const { request, flow, originator } = passage;
    const { kind, offer } = saidBy(request);
    if (offer === undefined || flow === undefined || originator === undefined) return false;
    if (onward.identities === undefined) return false; // no phone of ours
    const tagged = onward.targets.some((target) => target.tagged);
    if (!judgeInterworking({ failure, kind, tagged })) return false;
    const { transport, local } = flow;
    const near: Towards = { key: "near", transport, local, tagged: true };
    const { media, calls, clock, isReachable, userAt } = this.#ports;
    const { maxBytes, idleMs } = this.#options;
    const parties = [originator.address, onward.party];
    const session = new PagerSession({
      clock,
      contact: calls.contact(near, PAGER_FEATURES),
      maxBytes,
      idleMs,
      submit: (message) => this.#submit(message, passage),
      isThere: () => isReachable(onward.party),
      over: () => this.#over(session, parties),
    });
    const end = media.end(near, this.#rules(passage), session);
    if (end === undefined) return false;
    const called = { address: onward.party, anonymous: false, user: userAt(onward.party) };
    const startedAt = clock.now();
    this.#entered(session, { parties, caller: originator, called, kind, startedAt });
    session.begin(take(session.owner), offer, end);
    return true;
  }

  /** A MESSAGE of a phone to somebody who has a session with it: true when it is through. */
  bring(passage: Passage, { address }: User): Promise<boolean> | undefined {
    if (this.#between.size === 0 || passage.originator === undefined) return undefined;
    const session = this.#between.get(keyOf([address, passage.originator.address]));
    if (session?.remote === undefined) return undefined;
    const message = messageForSession(passage, address, session.remote);
    return message && session.bring(message);
  }

  [Symbol.iterator](): IterableIterator<readonly [PagerSession, SessionFacts]> {
    return this.#sessions.entries();
  }

  stop(): void {
    for (const session of this.#sessions.keys()) session.stop();
  }

  async #submit(message: SaidMessage, { request, originator }: Passage): Promise<number> {
    if (originator === undefined) return 403;
    const { way, random, clock } = this.#ports;
    const { userAgent } = this.#options;
    const made = messageForPhone(message, request, { random, now: clock.now(), userAgent });
    const principal = { kind: "server", onBehalfOf: originator.address } as const;
    const { status } = await way.submit(made, principal, originator);
    return msrpStatusFor(status);
  }

  #rules({ originator }: Passage): MediaRules {
    const user = originator?.user?.address;
    return {
      admits: speakerOf(originator),
      maxBytes: this.#options.maxBytes,
      mayBegin: () => user === undefined || this.#ports.mayWrite(user),
    };
  }

  #entered(session: PagerSession, facts: SessionFacts): void {
    const { parties } = facts;
    this.#sessions.set(session, facts);
    this.#between.set(keyOf(parties), session);
    for (const party of parties) this.#running.set(party, this.running(party) + 1);
  }

  #over(session: PagerSession, parties: readonly string[]): void {
    if (!this.#sessions.delete(session)) return;
    const key = keyOf(parties);
    if (this.#between.get(key) === session) this.#between.delete(key);
    for (const party of parties) {
      const left = this.running(party) - 1;
      if (left > 0) this.#running.set(party, left);
      else this.#running.delete(party);
    }
  }
}

function keyOf([caller, phone]: readonly string[]): string {
  return `${caller} ${phone}`;
}

/** The clock of a session: it ends when nobody else comes, when its time is over, when its schedule closes. Clause 16.6 */
import { scheduledEnd } from "@parlance/im";
import type { Cancel, Clock } from "@parlance/wire";
import type { Group } from "../model.ts";
import type { ConferenceKind } from "./model.ts";
import type { Participant } from "./participant.ts";
import type { ConferenceTimes } from "./ports.ts";
import { judgeRelease } from "./release-policy.ts";

const WARNING_MS = 300_000; // clause 16.6: 5 min before

/** What of a conference decides about its end. */
export interface Releasable {
  readonly kind: ConferenceKind;
  readonly group: Group | undefined;
  readonly over: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly present: readonly Participant[];
  readonly inviting: {
    readonly pending: number;
    readonly round: { readonly waiting: boolean } | undefined;
  };
  closesSoon(): void;
  /** Whoever has not come back after a restart has left. */
  awaitNoMore(): void;
  end(text: string): void;
}

export class Release {
  readonly #conference: Releasable;
  readonly #clock: Clock;
  readonly #times: ConferenceTimes;
  #alone: Cancel | undefined;
  readonly #ends: Cancel[] = [];
  #keyEverIn = false;
  #returning: Cancel | undefined;
  #idle: Cancel | undefined;
  #spokenAt: number;

  constructor(conference: Releasable, clock: Clock, times: ConferenceTimes) {
    this.#conference = conference;
    this.#clock = clock;
    this.#times = times;
    this.#spokenAt = clock.now();
    this.#schedule();
    this.#watchSilence(times.idleMs);
  }

  awaitReturn(): void {
    this.#returning = this.#clock.schedule(this.#times.returnMs, () => {
      this.#returning = undefined;
      this.#conference.awaitNoMore();
      this.judge();
    });
  }

  /** Something was said: it goes on for a while. */
  somebodySpoke(): void {
    this.#spokenAt = this.#clock.now();
  }

  somebodyCame({ rights }: Participant): void {
    this.#keyEverIn ||= rights.keyParticipant;
    this.judge();
  }

  judge(): void {
    const conference = this.#conference;
    if (conference.over) return;
    const { kind, present, group } = conference;
    const { pending, round } = conference.inviting;
    const judgement = judgeRelease({
      kind,
      present: present.length,
      // The inviting user is on his way in; after a restart anybody may be.
      pending: pending + (round?.waiting === true || this.#returning ? 1 : 0),
      minParticipants: group?.document.group.activity?.minParticipants,
      key: {
        everIn: this.#keyEverIn,
        present: present.filter(({ rights }) => rights.keyParticipant).length,
      },
    });
    if (judgement.do !== "wait") this.#stopWaiting();
    if (judgement.do === "end") conference.end(judgement.text);
    if (judgement.do === "wait") this.#wait(judgement.text);
  }

  stop(): void {
    this.#idle?.();
    this.#returning?.();
    this.#stopWaiting();
    for (const cancel of this.#ends.splice(0)) cancel();
  }

  /** Looked at when it might be over, and not with every word. */
  #watchSilence(waitMs: number): void {
    this.#idle = this.#clock.schedule(waitMs, () => {
      const left = this.#spokenAt + this.#times.idleMs - this.#clock.now();
      if (left > 0) return this.#watchSilence(left);
      this.#conference.end("nothing has been said for too long");
    });
  }

  #wait(text: string): void {
    this.#alone ??= this.#clock.schedule(this.#times.aloneMs, () => this.#conference.end(text));
  }

  #stopWaiting(): void {
    this.#alone?.();
    this.#alone = undefined;
  }

  #schedule(): void {
    const { group, startedAt } = this.#conference;
    const now = this.#clock.now();
    const longest = group?.document.group.activity?.maxDurationSeconds;
    const until = [
      ...(longest === undefined ? [] : [startedAt + longest * 1_000]),
      ...(group === undefined ? [startedAt + this.#times.adHocMs] : []),
      ...(group === undefined ? [] : closing(scheduledEnd(group.document.group, now))),
    ];
    if (until.length === 0) return;
    const left = Math.max(0, Math.min(...until) - now);
    this.#ends.push(this.#clock.schedule(left, () => this.#conference.end("session time over")));
    if (left <= WARNING_MS) return;
    this.#ends.push(this.#clock.schedule(left - WARNING_MS, () => this.#conference.closesSoon()));
  }
}

function closing(end: number | undefined): readonly number[] {
  return end === undefined ? [] : [end];
}

/** What becomes of those whom this client asks to come into a group. RFC 3515 §2.4.4, OMA IM 7.1.1.7 */
import { reactTo } from "@parlance/im";
import {
  Event,
  parseSipfrag,
  readReferProgress,
  referPackage,
  type SipRequest,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";

/** One who was asked. */
export interface Asked {
  readonly address: string;
  /**
   * Resolves when he has said yes: the roster tells that he is in. Rejects with ImError when he does not come: "declined", "not reachable", "no such user or
   * group" …; "timeout" when nothing was heard of it, and "closed" when the session was over before.
   */
  readonly came: Promise<void>;
}

/** Servers that tell of it do so when his devices have rung long enough. */
const PATIENCE_MS = 240_000;
/** Reports that were here before the answer to their REFER. */
const MOST_EARLY = 32;

interface Waiting {
  readonly settle: (status: number) => void;
  readonly fail: (error: ImError) => void;
}

export class InviteOutcomes {
  readonly #clock: Clock;
  /** By the CSeq of the REFER, in the order in which they went. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #early = new Map<number, number>();
  #expected = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called before a REFER goes: reports may overtake its answer. */
  expect(): void {
    this.#expected += 1;
  }

  /** The REFER that was expected was refused. */
  refused(): void {
    this.#expected -= 1;
    if (this.#expected === 0) this.#early.clear();
  }

  /** It was accepted. `cseq`: of its answer. */
  accepted(cseq: number, reports: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {}); // whoever wants to know asks
    const early = this.#early.get(cseq);
    this.refused();
    if (!reports) {
      reject(new ImError("timeout"));
      return promise;
    }
    const late: Cancel = this.#clock.schedule(PATIENCE_MS, () =>
      waiting.fail(new ImError("timeout")),
    );
    const over = (): void => {
      late();
      this.#waiting.delete(cseq);
    };
    const waiting: Waiting = {
      settle(status) {
        over();
        if (status < 300) resolve();
        else reject(errorOf(status));
      },
      fail(error) {
        over();
        reject(error);
      },
    };
    this.#waiting.set(cseq, waiting);
    if (early !== undefined) waiting.settle(early);
    return promise;
  }

  /** A NOTIFY in the dialog of the session. */
  notified(request: SipRequest): void {
    const event = request.get(Event);
    if (event?.value.toLowerCase() !== referPackage.name) return;
    const fragment = parseSipfrag(request.body);
    const progress = fragment.ok ? readReferProgress(fragment.value) : undefined;
    if (progress?.kind !== "done") return;
    const named = event.params.get("id");
    // Without a name it is about the first REFER of the dialog. RFC 3515 §2.4.6
    const id = named === undefined ? this.#waiting.keys().next().value : Number(named);
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) return waiting.settle(progress.status);
    if (this.#expected > 0 && this.#early.size < MOST_EARLY) this.#early.set(id, progress.status);
  }

  /** The session is over. */
  close(): void {
    for (const waiting of this.#waiting.values()) waiting.fail(new ImError("closed"));
  }
}

function errorOf(status: number): ImError {
  const reaction = reactTo({ status, pager: false, sizeRefused: false });
  return new ImError(reaction.do === "tell" ? reaction.reason : "server trouble", { status });
}

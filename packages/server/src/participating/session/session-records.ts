/** What is said in one session, for those of its two sides that keep it: each has a record of his own. OMA IM 13, clauses 15.1, 15.3 */
import type {
  BridgeListener,
  HeardMessage,
  SessionFacts,
  SessionParty,
  SessionRecord,
  SessionRecording,
  Side,
  User,
} from "../../ports/index.ts";

/** One of the two. */
export interface RecordedSide {
  /** Undefined for somebody who is none of our users: nothing is kept for him here. */
  readonly user: User | undefined;
  /** As the other side may see him. */
  readonly shown: SessionParty;
  /** Address key, unless he hides. */
  readonly authId: string | undefined;
  /** Under which the other side keeps it. */
  readonly conversation: string;
}

export interface SessionRecordsOf {
  readonly kind: SessionFacts["kind"];
  readonly subject: string | undefined;
  readonly sides: Readonly<Record<Side, RecordedSide>>;
}

const SIDES = ["near", "far"] as const;

export class SessionRecords {
  readonly #of: SessionRecordsOf;
  readonly #recording: SessionRecording;
  readonly #records = new Map<Side, SessionRecord>();
  #over = false;

  constructor(of: SessionRecordsOf, recording: SessionRecording) {
    this.#of = of;
    this.#recording = recording;
  }

  /** The session runs: whoever has set so keeps it from now on. */
  begin(): void {
    const { kind, sides } = this.#of;
    for (const side of SIDES) {
      const { user } = sides[side];
      if (user !== undefined && this.#recording.keeps(user, kind)) this.start(side, undefined);
    }
  }

  /** False: for this side nothing can be kept. */
  start(side: Side, name: string | undefined): boolean {
    const { kind, subject, sides } = this.#of;
    const { user } = sides[side];
    if (user === undefined || this.#over) return false;
    if (this.#records.has(side)) return true;
    const other = sides[otherThan(side)];
    const record = this.#recording.begin(user, {
      kind,
      name,
      subject,
      conversation: other.conversation,
      group: undefined,
      parties: () => [other.shown],
    });
    this.#records.set(side, record);
    return true;
  }

  stop(side: Side): void {
    this.#records.get(side)?.end();
    this.#records.delete(side);
  }

  end(): void {
    this.#over = true;
    for (const side of SIDES) this.stop(side);
  }

  readonly listener: BridgeListener = (speaks, head) => {
    if (this.#records.size === 0) return undefined;
    const { shown: from, authId } = this.#of.sides[speaks];
    const heard = SIDES.flatMap((side) => {
      const direction = side === speaks ? "sent" : "received";
      const one = this.#records.get(side)?.hears({ ...head, direction, from, authId });
      return one === undefined ? [] : [one];
    });
    return heard.length > 1 ? together(heard) : heard[0];
  };
}

function otherThan(side: Side): Side {
  return side === "near" ? "far" : "near";
}

function together(all: readonly HeardMessage[]): HeardMessage {
  return {
    write(octets) {
      for (const one of all) one.write(octets);
    },
    end() {
      for (const one of all) one.end();
    },
    abandon() {
      for (const one of all) one.abandon();
    },
  };
}

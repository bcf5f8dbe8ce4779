/** What is said in one session, for those of its two sides that keep it: each has a record of his own. OMA IM 13, clauses 15.1, 15.3 */
import { displayTextOf } from "@parlance/im";
import type {
  BridgeListener,
  HeardMessage,
  MediaNotice,
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
  /** Sides that have asked for it. */
  readonly #onRequest = new Set<Side>();
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
      if (user !== undefined && this.#recording.keeps(user, kind)) {
        this.#start(side, user, undefined);
      }
    }
  }

  /** This side wants it kept, whatever its settings say; the other one is to be told. Clause 15.1 */
  request(side: Side, name: string | undefined): "begun" | "runs already" | "not here" {
    const { user } = this.#of.sides[side];
    if (user === undefined || this.#over) return "not here";
    if (this.#onRequest.has(side)) return "runs already";
    this.stop(side);
    this.#start(side, user, name);
    this.#onRequest.add(side);
    return "begun";
  }

  /** True: it was kept because that side had asked for it. */
  stop(side: Side): boolean {
    this.#records.get(side)?.end();
    this.#records.delete(side);
    return this.#onRequest.delete(side);
  }

  /** What the other side is told of this one. */
  noticeOf(side: Side, records: boolean): Pick<MediaNotice, "to" | "text"> {
    const { sides } = this.#of;
    const { shown, authId } = sides[side];
    const who = displayTextOf({
      entity: shown.uri,
      anonymous: authId === undefined,
      displayName: shown.name,
      alias: undefined,
      groupName: undefined,
      profileName: undefined,
    });
    const text = records ? `${who} records this session.` : `${who} does not record any more.`;
    return { to: sides[otherThan(side)].shown, text };
  }

  #start(side: Side, user: User, name: string | undefined): void {
    const { kind, subject, sides } = this.#of;
    const other = sides[otherThan(side)];
    const record = this.#recording.begin(user, {
      kind,
      name,
      subject,
      conversation: other.conversation,
      toMany: false,
      group: undefined,
      parties: () => [other.shown],
    });
    this.#records.set(side, record);
  }

  end(): void {
    this.#over = true;
    for (const side of SIDES) this.stop(side);
  }

  readonly listener: BridgeListener = (speaks, read) => {
    if (this.#records.size === 0) return undefined;
    const head = read();
    const { shown: from, authId } = this.#of.sides[speaks];
    const heard = SIDES.flatMap((side) => {
      const direction = side === speaks ? "sent" : "received";
      const one = this.#records.get(side)?.hears({ ...head, direction, from, authId });
      return one === undefined ? [] : [one];
    });
    return heard.length > 1 ? together(heard) : heard[0];
  };
}

export function otherThan(side: Side): Side {
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

/** Keeps what is said in sessions, for the side that wants it: a record for each session, with its messages in order. Clause 15.3 */
import type { Clock } from "@parlance/wire";
import type {
  HeardHead,
  HeardMessage,
  SessionFacts,
  SessionRecord,
  SessionRecording,
  User,
  UserSettings,
} from "../ports/index.ts";
import type { FileContent, HistoryStore, RecordingStore } from "../store/index.ts";
import { HeardOctets } from "./heard-octets.ts";
import type { Keeper, Unkept } from "./keeper.ts";

export interface SessionRecorderPorts {
  readonly keeper: Keeper;
  readonly store: Pick<HistoryStore, "remove">;
  readonly recordings: Pick<RecordingStore, "begin" | "add" | "end">;
  readonly settings: Pick<UserSettings, "keepsHistory">;
  readonly contents: FileContent | undefined;
  readonly clock: Clock;
  /** A record has begun or ended. */
  readonly changed: (user: User) => void;
}

export class SessionRecorder implements SessionRecording {
  readonly #ports: SessionRecorderPorts;

  constructor(ports: SessionRecorderPorts) {
    this.#ports = ports;
  }

  keeps(user: User, kind: SessionFacts["kind"]): boolean {
    const what = kind === "session" ? "sessions" : "messages";
    return this.#ports.settings.keepsHistory(user, what); // IM-5.2.4-08e
  }

  begin(user: User, facts: SessionFacts): SessionRecord {
    return new KeptSession(user, facts, this.#ports);
  }
}

class KeptSession implements SessionRecord {
  readonly #user: User;
  readonly #facts: SessionFacts;
  readonly #ports: SessionRecorderPorts;
  /** Of the record; a large message needs none. */
  readonly #id: string | undefined;
  /** What is kept is kept in the order in which it arrived. */
  #work: Promise<unknown>;
  #over = false;

  constructor(user: User, facts: SessionFacts, ports: SessionRecorderPorts) {
    this.#user = user;
    this.#facts = facts;
    this.#ports = ports;
    this.#id = facts.kind === "session" ? ports.keeper.nextId() : undefined;
    this.#work = this.#guarded(this.#begin());
  }

  hears(head: HeardHead): HeardMessage | undefined {
    if (this.#over) return undefined;
    const { keeper, contents, clock } = this.#ports;
    const { kind, conversation, toMany, subject } = this.#facts;
    const of = {
      mode: kind === "session" ? kind : "large",
      conversation,
      group: toMany ? conversation : undefined,
      subject,
      owner: this.#user.address,
      at: clock.now(),
    } as const;
    return new HeardOctets(head, of, {
      contents,
      mostBytes: keeper.quota.bytes,
      heard: (message) => this.#then(() => this.#keep(message)),
      lost: (reason) => keeper.lost(reason),
    });
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#then(async () => {
      if (this.#id === undefined) return;
      const { recordings, clock, changed } = this.#ports;
      await recordings.end(this.#user.name, this.#id, clock.now(), this.#facts.parties());
      changed(this.#user);
    });
  }

  async #begin(): Promise<void> {
    if (this.#id === undefined) return;
    const { keeper, recordings, clock, changed } = this.#ports;
    const { name, subject, conversation, group, parties } = this.#facts;
    const those = parties();
    const [first] = those;
    const others = group?.name ?? group?.address ?? first?.name ?? first?.uri ?? conversation;
    await recordings.begin({
      id: this.#id,
      owner: this.#user.name,
      name: name ?? subject ?? others,
      subject,
      conversation,
      group: group?.address,
      groupName: group?.name,
      parties: those,
      startedAt: clock.now(),
      expiresAt: keeper.expiryOf(this.#user, conversation),
    });
    changed(this.#user);
  }

  async #keep(coming: Promise<Unkept | undefined>): Promise<void> {
    const message = await coming;
    if (message === undefined) return;
    const { keeper, store, recordings, contents } = this.#ports;
    const id = await keeper.keep(this.#user, message);
    if (id === undefined) {
      if (message.content !== undefined) await contents?.delete(message.content);
      return;
    }
    if (this.#id === undefined) return;
    const { name } = this.#user;
    if (await recordings.add(name, this.#id, id, message.sizeBytes)) return;
    await store.remove(name, [id]); // its owner has deleted the record: he does not want more of it
    this.#over = true;
  }

  #then(run: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#guarded(run()));
  }

  async #guarded(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#ports.keeper.lost(error);
    }
  }
}

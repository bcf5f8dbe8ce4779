/** Who keeps what is said in a session of many: by his settings from when he comes, or because he has asked for it. OMA IM 13, clauses 15.1, 15.3 */
import { type Appearance, displayTextOf } from "@parlance/im";
import type {
  MediaRoom,
  RoomListening,
  SessionRecord,
  SessionRecording,
} from "../../ports/index.ts";
import type { Participant } from "./participant.ts";

export interface RecordedConference {
  readonly room: Pick<MediaRoom, "listen">;
  /** Under which it is kept: of the group, or of the session. */
  readonly name: string;
  readonly group: { readonly displayName: string | undefined } | undefined;
  readonly subject: string | undefined;
  readonly present: readonly Participant[];
  /** He is seen to record. */
  changed(participant: Participant): void;
}

interface Running {
  readonly record: SessionRecord;
  readonly listening: RoomListening;
  readonly onRequest: boolean;
  /** Whom he has met. */
  readonly met: Map<string, Appearance>;
}

/** So many of those whom he has met are told of in the list of what is kept. */
const MOST_MET = 200;

export class Recordings {
  readonly #conference: RecordedConference;
  readonly #recording: SessionRecording | undefined;
  readonly #running = new Map<Participant, Running>();

  constructor(conference: RecordedConference, recording: SessionRecording | undefined) {
    this.#conference = conference;
    this.#recording = recording;
  }

  /** He is in, with the first of his devices; and the others have met him. True: he is seen to record. */
  joined(participant: Participant): boolean {
    for (const { met } of this.#running.values()) this.#meet(met, participant);
    const { user, recordsAs } = participant;
    if (recordsAs !== undefined && this.start(participant, recordsAs || undefined)) return true;
    if (user !== undefined && this.#recording?.keeps(user, "session") === true) {
      this.#start(participant, { onRequest: false, name: undefined });
    }
    return false;
  }

  left(participant: Participant): void {
    this.#end(participant);
  }

  /** He has asked for it; false: nothing is kept for him here. */
  start(participant: Participant, name: string | undefined): boolean {
    const running = this.#running.get(participant);
    if (running?.onRequest === true) return true;
    if (participant.user === undefined || this.#recording === undefined) return false;
    this.#end(participant);
    this.#start(participant, { onRequest: true, name });
    participant.records = true;
    participant.recordsAs = name ?? "";
    this.#conference.changed(participant);
    return true;
  }

  /** False: he was not seen to record. */
  stop(participant: Participant): boolean {
    this.#end(participant);
    if (!participant.records) return false;
    participant.records = false;
    participant.recordsAs = undefined;
    this.#conference.changed(participant);
    return true;
  }

  /** The session is over. */
  endAll(): void {
    for (const participant of this.#running.keys()) this.#end(participant);
  }

  #start(
    participant: Participant,
    { onRequest, name }: { readonly onRequest: boolean; readonly name: string | undefined },
  ): void {
    const { room, name: conversation, group, subject, present } = this.#conference;
    const { user, address } = participant;
    if (user === undefined || this.#recording === undefined) return;
    const met = new Map<string, Appearance>();
    for (const one of present) if (one !== participant) this.#meet(met, one);
    const record = this.#recording.begin(user, {
      kind: "session",
      name,
      subject,
      conversation,
      toMany: true,
      group: group && { address: conversation, name: group.displayName },
      parties: () =>
        [...met.values()].map((appearance) => ({
          uri: appearance.entity,
          name: displayTextOf(appearance),
        })),
    });
    const listening = room.listen(address, (head) => record.hears(head));
    this.#running.set(participant, { record, listening, onRequest, met });
  }

  #end(participant: Participant): void {
    const running = this.#running.get(participant);
    if (running === undefined) return;
    this.#running.delete(participant);
    running.listening.detach();
    running.record.end();
  }

  /** As he may be seen; by each of the names that he has gone by. */
  #meet(met: Map<string, Appearance>, { appearance }: Participant): void {
    if (met.size < MOST_MET) met.set(appearance.entity, appearance);
  }
}

/** What the room itself says to those who are in. Clause 8.5 */
import { displayTextOf } from "@parlance/im";
import type { MediaRoom } from "../../ports/index.ts";
import type { Participant } from "./participant.ts";

/** Occasions, each of which can be switched. */
export const ANNOUNCEMENTS = [
  "welcome",
  "alias",
  "renamed",
  "joined",
  "left",
  "recording",
  "time",
] as const;
export type Announcement = (typeof ANNOUNCEMENTS)[number];

/** Who comes, goes and is called something else is told by the conference state. */
export const USUAL_ANNOUNCEMENTS: readonly Announcement[] = [
  "welcome",
  "alias",
  "recording",
  "time",
];

export interface Announcer {
  readonly room: Pick<MediaRoom, "announce">;
  readonly title: string | undefined;
  /** What it is about now. */
  subject(): string | undefined;
}

export class Announcements {
  readonly #of: Announcer;
  readonly #wanted: ReadonlySet<Announcement>;

  constructor(of: Announcer, wanted: readonly Announcement[]) {
    this.#of = of;
    this.#wanted = new Set(wanted);
  }

  /** Somebody has come in, with the first of his devices. */
  joined(participant: Participant): void {
    const { title } = this.#of;
    const subject = this.#of.subject();
    const words = [
      ...(title === undefined ? [] : [`Welcome to ${title}.`]),
      ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    ];
    if (words.length > 0 && !participant.lost) {
      this.#say("welcome", words.join(" "), participant.address);
    }
    const { alias } = participant.appearance;
    const { wish } = participant;
    if (wish !== undefined && wish !== alias) {
      const given = `You are called ${displayTextOf(participant.appearance)} here.`;
      this.#say("alias", given, participant.address); // D-09
    }
    this.#say("joined", `${displayTextOf(participant.appearance)} has joined.`);
  }

  left(participant: Participant): void {
    this.#say("left", `${displayTextOf(participant.appearance)} has left.`);
  }

  renamed(before: string, after: string): void {
    this.#say("renamed", `${before} is now called ${after}.`);
  }

  /** To all, or to one who has come since. Clause 15.1 */
  records({ appearance, records }: Participant, to?: Participant): void {
    const who = displayTextOf(appearance);
    const text = records ? `${who} records this session.` : `${who} does not record any more.`;
    this.#say("recording", text, to?.address);
  }

  closesSoon(): void {
    this.#say("time", "This session closes in five minutes.");
  }

  #say(occasion: Announcement, text: string, to?: string): void {
    if (this.#wanted.has(occasion)) this.#of.room.announce(text, to);
  }
}

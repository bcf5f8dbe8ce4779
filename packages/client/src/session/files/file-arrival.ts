/** The octets of a file that come in one session, on their way to where the file is put together. RFC 5547 §8.7 */
import { takesType } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import type { IncomingControl, IncomingHead, IncomingSink } from "@parlance/msrp";
import type { Cancel, Clock } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import {
  type MediaEnd,
  type MediaOwner,
  type MediaPorts,
  MediaSession,
} from "../media/media-session.ts";
import type { MediaTerms } from "../media/own-description.ts";
import type { IncomingFile } from "./incoming-file.ts";
import { EnvelopeReader } from "./wrapped-content.ts";

/** For a file whose size nobody tells. */
export const MOST_BYTES = 2 ** 30;
const ENVELOPE_BYTES = 16_384;
/** For the sender to say BYE once he has his 200. */
const BYE_WAIT_MS = 10_000;

export interface FileArrivalUser {
  /** Not all of it has come, and the session is over. */
  cut(end: MediaEnd): void;
  /** All of it has come: what is left is the sender's goodbye. */
  complete(session: MediaSession): void;
}

export class FileArrival implements MediaOwner {
  readonly session: MediaSession;
  readonly #file: IncomingFile;
  readonly #clock: Clock;
  readonly #user: FileArrivalUser;
  /** Of the file, that come again. */
  #skipBytes: number;
  #control: IncomingControl | undefined;
  #begun = false;
  #complete = false;
  #goodbye: Cancel = () => {};

  /** `firstByte`: of the file, counted from one. */
  constructor(
    of: { readonly file: IncomingFile; readonly terms: MediaTerms; readonly firstByte: number },
    user: FileArrivalUser,
    ports: { readonly media: MediaPorts; readonly clock: Clock },
  ) {
    const { file, terms, firstByte } = of;
    this.#file = file;
    this.#clock = ports.clock;
    this.#user = user;
    this.#skipBytes = file.receivedBytes - (firstByte - 1);
    const receiveBytes = (file.sizeBytes ?? MOST_BYTES) + ENVELOPE_BYTES;
    this.session = new MediaSession(terms, this, ports.media, { receiveBytes });
  }

  /** There is room for more. */
  resume(): void {
    this.#control?.resume();
  }

  open(again: boolean): void {
    if (again && this.#file.state === "interrupted") this.#file.become("receiving");
  }

  lost(): void {
    if (this.#file.state === "receiving") this.#file.become("interrupted");
  }

  /** Exactly one message comes, which is the file. */
  incoming(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    if (this.#begun) return 403;
    const [type = ""] = head.contentType.split(";", 1);
    const essence = type.trim().toLowerCase();
    const { media } = this.session;
    if (media !== undefined && !takesType(media.local.acceptTypes, essence)) return 415;
    this.#begun = true;
    this.#control = control;
    const envelope = essence === CPIM ? new EnvelopeReader() : undefined;
    return {
      write: (octets) => this.#write(octets, envelope, control),
      end: () => this.#end(),
      abandon: (why) => {
        if (why === "aborted")
          this.#file.fail(new ImError("aborted", { warning: "its sender has called it off" }));
        else this.#begun = false; // it may come anew
      },
    };
  }

  over(end: MediaEnd): void {
    this.#goodbye();
    if (!this.#complete) this.#user.cut(end);
  }

  #write(
    octets: Uint8Array,
    envelope: EnvelopeReader | undefined,
    control: IncomingControl,
  ): boolean | undefined {
    const content = envelope === undefined ? octets : envelope.push(octets);
    if (content === undefined) {
      control.refuse(400);
      return undefined;
    }
    const known = Math.min(this.#skipBytes, content.length);
    this.#skipBytes -= known;
    if (content.length === known) return undefined;
    const outcome = this.#file.put(content.slice(known)); // a view would keep alive all that was read with it
    if (typeof outcome !== "number") return outcome;
    control.refuse(outcome);
    return undefined;
  }

  async #end(): Promise<number> {
    const status = await this.#file.end();
    if (status !== 200) return status;
    this.#complete = true;
    this.#user.complete(this.session);
    this.#goodbye = this.#clock.schedule(BYE_WAIT_MS, () => this.session.end());
    return 200;
  }
}

/** One attempt to bring a file: a session, the octets in one message, BYE. RFC 5547 §8.7, OMA IM 10.1 */
import { takesType } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import { type SendFailure, type Sending, sendLimits } from "@parlance/msrp";
import type { Clock } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import { lostBecause } from "../media/loss.ts";
import type { MediaEnd, MediaOwner, MediaPorts } from "../media/media-session.ts";
import { MediaSession } from "../media/media-session.ts";
import type { MediaTerms } from "../media/own-description.ts";
import type { FileBody } from "./file-body.ts";
import type { FileFacts } from "./file-facts.ts";
import { dispositionOfFile, envelopeHead } from "./file-said.ts";

export interface FileSendingPorts {
  readonly media: MediaPorts;
  readonly clock: Clock;
  /** As the envelope names both sides. */
  readonly from: string;
  readonly to: string;
  /** As receipts name the file; undefined: nobody waits for any. */
  readonly messageId: string | undefined;
}

/** Hears how it goes. */
export interface FileSendingUser {
  ringing(): void;
  /** The other side takes it. */
  accepted(): void;
  /** The connection is lost, and another one is tried for. */
  interrupted(): void;
  /** There is another one. */
  resumed(): void;
  progress(): void;
  /** All octets have been taken by the next hop. */
  sent(): void;
}

/** What is on its way: half of what our server keeps for a device that stops all of a sudden. */
const WINDOW_BYTES = 4 * 2 ** 20;
/** For peers of whom it is known that they put large chunks together. */
const CHUNK_BYTES = 65_536;

/** For the frame that says that the rest will not come. */
const LAST_FRAME_MS = 200;

/** For the BYE of whoever does not want the rest. */
const LAST_WORD_MS = 1_000;

export class FileSending implements MediaOwner {
  readonly session: MediaSession;
  readonly #facts: FileFacts;
  readonly #body: FileBody;
  readonly #user: FileSendingUser;
  readonly #ports: FileSendingPorts;
  readonly #done = Promise.withResolvers<"delivered" | "unreported" | "told">();
  #sending: Sending | undefined;
  #over = false;

  constructor(
    of: { readonly facts: FileFacts; readonly body: FileBody; readonly terms: MediaTerms },
    user: FileSendingUser,
    ports: FileSendingPorts,
  ) {
    this.#facts = of.facts;
    this.#body = of.body;
    this.#user = user;
    this.#ports = ports;
    const send = { ...sendLimits, windowBytes: WINDOW_BYTES };
    this.session = new MediaSession(of.terms, this, ports.media, { receiveBytes: 0, send });
    this.#done.promise.catch(() => {}); // whoever waits hears it
  }

  /**
   * Resolves when the session is over: whether the far end has said that it has all, or a receipt what has become of
   * it. Rejects with ImError.
   */
  get done(): Promise<"delivered" | "unreported" | "told"> {
    return this.#done.promise;
  }

  /** A receipt has told what there is to tell. */
  told(): void {
    if (!this.#over) this.#finish("told");
  }

  abort(): void {
    this.#sending?.abort(); // RFC 5547 §8.4: with "#"
    const waitMs = this.#sending === undefined ? 0 : LAST_FRAME_MS;
    this.#ports.clock.schedule(waitMs, () => this.session.end());
    this.#fail(new ImError("aborted"));
  }

  ringing(): void {
    this.#user.ringing();
  }

  open(again: boolean): void {
    if (again) return this.#user.resumed(); // what was not confirmed goes on by itself
    this.#user.accepted();
    const { media, agent = "" } = this.session;
    const wrapped = media !== undefined && takesType(media.remote.acceptTypes, CPIM);
    const head = wrapped ? envelopeHead(this.#facts, this.#at) : new Uint8Array(0);
    this.#sending = this.session.send(
      {
        contentType: wrapped ? CPIM : this.#facts.type.essence,
        content: this.#body.message(head),
        headers: [["Content-Disposition", dispositionOfFile(this.#facts)]],
        successReport: true,
        ...(/\bParlance/.test(agent) ? { chunkBytes: CHUNK_BYTES } : {}),
      },
      {
        progress: () => this.#user.progress(),
        accepted: () => this.#user.sent(),
        delivered: () => this.#finish("delivered"),
        unreported: () => this.#finish("unreported"),
        failed: (failure) => this.#failed(failure),
      },
    );
  }

  lost(): void {
    this.#user.interrupted();
  }

  /** It was said that nothing comes from there. */
  incoming(): number {
    return 403;
  }

  over(end: MediaEnd): void {
    switch (end.by) {
      case "failure":
        return this.#fail(end.error);
      case "peer":
        return this.#fail(new ImError(end.lost ? "timeout" : "declined"));
      case "us":
        return this.#fail(new ImError("aborted"));
    }
  }

  get #at() {
    const { from, to, clock, messageId } = this.#ports;
    return { from, to, messageId, now: clock.now() };
  }

  #finish(how: "delivered" | "unreported" | "told"): void {
    this.#over = true;
    this.#done.resolve(how);
    this.session.end();
  }

  #failed(failure: SendFailure): void {
    if (failure.why === "session ended" || failure.why === "aborted") return; // why, is told by its end
    const error = errorOf(failure);
    if (error.code !== "timeout") {
      this.#fail(error);
      return this.session.end();
    }
    // Whoever has ended the session says so, as soon as his BYE is here.
    this.#ports.clock.schedule(LAST_WORD_MS, () => {
      this.#fail(error);
      this.session.end(lostBecause("no answer"));
    });
  }

  #fail(error: ImError): void {
    if (this.#over) return;
    this.#over = true;
    this.#done.reject(error);
  }
}

/** RFC 4975 §10 */
function errorOf({ why, status }: SendFailure): ImError {
  const details = status === undefined ? {} : { status };
  switch (why) {
    case "refused":
      if (status === 408 || status === 481) return new ImError("timeout", details); // nobody is there
      if (status === 413) return new ImError("too large", details);
      return new ImError(status === 415 ? "not supported" : "refused", details);
    case "no answer":
      return new ImError("timeout", details);
    default:
      return new ImError("not kept", { warning: "the file could not be read" });
  }
}

/** A file that is here already, and whose sender has not heard so: it is taken once more, and thrown away. RFC 5547 §8.1 */
import type { IncomingSink } from "@parlance/msrp";
import type { Cancel, Clock } from "@parlance/wire";
import { type MediaOwner, type MediaPorts, MediaSession } from "../media/media-session.ts";
import type { MediaTerms } from "../media/own-description.ts";

/** For the sender to say BYE once he has his 200. */
const BYE_WAIT_MS = 10_000;

export class KnownArrival implements MediaOwner {
  readonly session: MediaSession;
  readonly #clock: Clock;
  #begun = false;
  #goodbye: Cancel = () => {};

  constructor(
    of: { readonly terms: MediaTerms; readonly receiveBytes: number },
    { media, clock }: { readonly media: MediaPorts; readonly clock: Clock },
  ) {
    this.#clock = clock;
    this.session = new MediaSession(of.terms, this, media, { receiveBytes: of.receiveBytes });
  }

  open(): void {}

  incoming(): IncomingSink | number {
    if (this.#begun) return 403;
    this.#begun = true;
    return {
      write: () => undefined,
      end: () => {
        this.#goodbye = this.#clock.schedule(BYE_WAIT_MS, () => this.session.end());
        return 200;
      },
      abandon: () => {
        this.#begun = false; // it may come anew
      },
    };
  }

  over(): void {
    this.#goodbye();
  }
}

/** What is known of a session of two while it runs, or rings. */
import type { SessionKind } from "@parlance/im";
import type { MediaLeg, Side, Who } from "../../ports/index.ts";

/** Of a session that runs. */
export interface SessionFacts {
  /** Who has called and who was called: address keys. */
  readonly parties: readonly string[];
  /** The two, as the rules of the other one see them; a caller whom nobody vouches for is nobody. */
  readonly caller: Who | undefined;
  readonly called: Who;
  readonly kind: SessionKind;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** For both sides, with no word of the reason. */
export interface Endable {
  end(): void;
}

/** As an operator sees it. */
export interface SessionOfTwo extends Endable {
  /** The called side has answered. */
  readonly established: boolean;
  readonly legs: Iterable<{ readonly place: number; readonly side: Side; readonly leg: MediaLeg }>;
}

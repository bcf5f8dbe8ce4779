/** The functions that requests pass on their way; in standalone parts of them may be missing. */
import type { Deferral, Originating, Owner, Sessions, Terminating } from "../ports/index.ts";

export interface Functions {
  readonly originating: Originating;
  readonly terminating: Terminating;
  readonly deferral: Deferral;
  /** Undefined where the server has no switch. */
  readonly sessions: Sessions | undefined;
  /** The first that owns the target serves. */
  readonly owners: readonly Owner[];
}

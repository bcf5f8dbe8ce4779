/** The functions that requests pass on their way; in standalone parts of them may be missing. */
import type {
  Deferral,
  Originating,
  Owner,
  Recording,
  Sessions,
  Terminating,
} from "../ports/index.ts";

export interface Functions {
  readonly originating: Originating;
  readonly terminating: Terminating;
  readonly deferral: Deferral;
  /** Undefined where the server has no switch. */
  readonly sessions: Sessions | undefined;
  readonly recording: Recording;
  /** The first that owns the target serves. */
  readonly owners: readonly Owner[];
}

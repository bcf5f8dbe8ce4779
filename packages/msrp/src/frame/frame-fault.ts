/** Why octets are no frame, and what may still be answered before the connection is closed. */
import { FormatError } from "@parlance/wire";
import type { FrameLimits } from "./limits.ts";

export interface FaultFacts {
  /** The bound that was passed, for counting. */
  readonly limit?: keyof FrameLimits | undefined;
  /** The 400 response, where enough was read to address one. RFC 4975 §7.2 */
  readonly answer?: Uint8Array | undefined;
}

/** The stream is out of step, or the message is none: write `answer` if there is one, and close. */
export class FrameFault extends FormatError {
  readonly limit: keyof FrameLimits | undefined;
  readonly answer: Uint8Array | undefined;

  constructor(offset: number, reason: string, { limit, answer }: FaultFacts = {}) {
    super("MSRP", offset, reason);
    this.limit = limit;
    this.answer = answer;
  }
}

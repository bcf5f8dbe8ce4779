/** What goes over the wire, for those who want to see it. */
import type { MsrpConnection, MsrpFrame } from "@parlance/msrp";
import type { Flow, SipMessage, Trace as SipTrace } from "@parlance/sip";

interface Step {
  readonly direction: "in" | "out";
  /** Epoch ms. */
  readonly at: number;
}

export interface TracedSip extends Step {
  readonly protocol: "sip";
  /** Octets on the way out, and of what could not be read. */
  readonly message: SipMessage | Uint8Array;
  readonly flow: Flow;
}

export interface TracedMsrp extends Step {
  readonly protocol: "msrp";
  /**
   * `frame.bytes` has it as it was written. Of a SEND with more than some 70 kB the head alone, when it begins;
   * nothing of it has to be copied or kept.
   */
  readonly frame: MsrpFrame;
  readonly connection: Pick<MsrpConnection, "id" | "transport" | "local" | "remote">;
}

export type Traced = TracedSip | TracedMsrp;

/** Sees every message of SIP and every frame of MSRP, in and out. What it throws is reported, and changes nothing. */
export type Trace = (seen: Traced) => void;

export function sipTrace(trace: Trace): SipTrace {
  return (direction, message, flow, at) => trace({ protocol: "sip", direction, at, message, flow });
}

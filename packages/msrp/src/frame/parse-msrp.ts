/** One frame out of one WebSocket message. RFC 7977 §5.1 */
import type { MsrpFrame } from "./frame.ts";
import { FrameFault } from "./frame-fault.ts";
import { MsrpFramer } from "./framer.ts";
import { type FrameLimits, frameLimits } from "./limits.ts";

export type ParsedFrame =
  | { readonly ok: true; readonly value: MsrpFrame }
  | { readonly ok: false; readonly error: FrameFault };

/** Exactly one frame, all of it, and nothing after it. A body may be as long as the message is. */
export function parseMsrp(bytes: Uint8Array, limits: FrameLimits = frameLimits): ParsedFrame {
  let found: MsrpFrame | undefined;
  let fault: FrameFault | undefined;
  const framer: MsrpFramer = new MsrpFramer(
    {
      frame(frame) {
        if (found !== undefined)
          fault ??= new FrameFault(found.bytes.length, "more than one frame");
        found ??= frame;
      },
      head: unexpected,
      body: unexpected,
      end: unexpected,
      broken(error) {
        fault ??= error;
      },
    },
    { ...limits, wholeFrameBytes: Math.max(limits.wholeFrameBytes, bytes.length + 1) },
  );
  framer.push(bytes);
  if (fault === undefined && framer.lacks !== "nothing") {
    fault = new FrameFault(bytes.length, "frame is not whole");
  }
  if (fault !== undefined) return { ok: false, error: fault };
  if (found === undefined) return { ok: false, error: new FrameFault(0, "no frame") };
  return { ok: true, value: found };
}

function unexpected(): never {
  throw new TypeError("a frame of one message is never streamed");
}

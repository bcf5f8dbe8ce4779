/** From where something is said in a room, and what its sender hears of it. Clause 8.7 */
import type { IncomingHead } from "@parlance/msrp";
import { ownText } from "@parlance/wire";
import type { DeviceLeg } from "./device-leg.ts";
import type { RoomEnd } from "./model.ts";
import type { PagerEnd } from "./pager-end.ts";

/** Where something comes from, and what its sender wants to hear of it. */
export interface Speech {
  readonly from: RoomEnd;
  /** What its sender calls it, within the session of the device. */
  readonly messageId: string;
  readonly wants: Pick<IncomingHead, "failureReport" | "successReport">;
  /** Tells the sender what has become of it. */
  readonly report: (status: number, sizeBytes: number) => void;
}

/** Of a device in its session. */
export function speechOf(
  { messageId, failureReport, successReport }: IncomingHead,
  from: DeviceLeg,
): Speech {
  const id = ownText(messageId);
  return {
    from,
    messageId: `${from.leg.uri} ${id}`,
    wants: { failureReport, successReport },
    report: (status, sizeBytes) => from.leg.report({ messageId: id }, status, sizeBytes),
  };
}

/** A phone without MSRP waits for no reports of MSRP. */
export function silent(from: PagerEnd, messageId: string): Speech {
  return {
    from,
    messageId,
    wants: { failureReport: "no", successReport: false },
    report: () => {},
  };
}

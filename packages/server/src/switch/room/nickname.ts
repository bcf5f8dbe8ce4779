/** A member asks to be called something else. RFC 7701 §7.1; clause 8.3; IMSpec-MSRP-S-001 */
import { type MsrpRequest, readNickname } from "@parlance/msrp";
import type { MaybePromise } from "../../ports/index.ts";

export interface NicknamePorts {
  /** The room has aliases. */
  readonly allowed: boolean;
  /** He has not asked too often. */
  inTime(): boolean;
  /** Whoever opened the room says by a status whether he may have it; undefined gives it back. */
  wishes(alias: string | undefined): MaybePromise<number>;
}

/** The status that answers it. */
export function answerNickname(request: MsrpRequest, ports: NicknamePorts): MaybePromise<number> {
  if (!ports.allowed) return 403;
  const read = readNickname(request);
  if (typeof read === "number") return read; // 400, 424
  if (!ports.inTime()) return 423;
  return ports.wishes(read.name === "" ? undefined : read.name); // 425
}

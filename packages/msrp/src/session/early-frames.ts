/** What comes before it is known whom it may come from: the connection overtook the description. RFC 6135 §4.2.2 */
import type { MsrpFrame } from "../frame/index.ts";
import type { Line } from "./line.ts";

/** The connection is not read meanwhile, so that these are the frames of one read, at most this many. */
const MOST = 64;

export class EarlyFrames {
  #frames: { readonly frame: MsrpFrame; readonly line: Line }[] = [];

  keep(frame: MsrpFrame, line: Line): void {
    line.hold(this);
    if (this.#frames.length < MOST) this.#frames.push({ frame, line });
  }

  /** Gives them out in their order, and lets their connections be read again. */
  release(take: (frame: MsrpFrame, line: Line) => void): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const { frame, line } of frames) {
      line.letGo(this);
      take(frame, line);
    }
  }
}

/** What passes between the two sides of a session: a bridge for each line of messages or files in its description. RFC 5547 §8.1 */
import type {
  LegFailure,
  MediaBridge,
  MediaLeg,
  MediaNotice,
  Side,
  Towards,
} from "../../ports/index.ts";

export interface SessionBridgesPorts {
  /** Undefined: nobody can reach us. `failed`: a device never came, or has not come back. */
  make(failed: (reason: LegFailure) => void): MediaBridge | undefined;
  /** The last of them has failed. */
  failed(reason: LegFailure): void;
  /** As many as there may be. */
  readonly most: number;
  /** One more was wanted. */
  full(): void;
}

export class SessionBridges {
  readonly #ports: SessionBridgesPorts;
  readonly #bridges = new Map<number, MediaBridge>();
  /** The place that the far side was found at. */
  #chosen: Towards | undefined;

  constructor(ports: SessionBridgesPorts) {
    this.#ports = ports;
  }

  /** A bridge for that line, if there is none; false when there can be none. */
  open(place: number): boolean {
    if (this.#bridges.has(place)) return true;
    if (this.#bridges.size >= this.#ports.most) {
      this.#ports.full();
      return false;
    }
    const bridge = this.#ports.make((reason) => this.#failed(place, reason));
    if (bridge === undefined) return false;
    this.#bridges.set(place, bridge);
    if (this.#chosen !== undefined) bridge.choose(bridge.farTowards(this.#chosen));
    return true;
  }

  near(place: number): MediaLeg | undefined {
    return this.#bridges.get(place)?.near;
  }

  /** Lines that have a bridge, and their legs. */
  *legs(): IterableIterator<{
    readonly place: number;
    readonly side: Side;
    readonly leg: MediaLeg;
  }> {
    for (const [place, bridge] of this.#bridges) {
      yield { place, side: "near", leg: bridge.near };
      if (this.#chosen === undefined) continue;
      yield { place, side: "far", leg: bridge.farTowards(this.#chosen) };
    }
  }

  /** Before one of the places was chosen, for each of them. */
  far(place: number, towards: Towards | undefined = this.#chosen): MediaLeg | undefined {
    return towards && this.#bridges.get(place)?.farTowards(towards);
  }

  choose(towards: Towards): void {
    this.#chosen = towards;
    for (const bridge of this.#bridges.values()) bridge.choose(bridge.farTowards(towards));
  }

  /** On the first line that there is. */
  tell(side: Side, notice: MediaNotice): void {
    const [first] = this.#bridges.values();
    first?.tell(side, notice);
  }

  /** The other lines were refused, or are over. */
  keep(places: readonly number[]): void {
    for (const [place, bridge] of this.#bridges) {
      if (places.includes(place)) continue;
      this.#bridges.delete(place);
      bridge.close();
    }
  }

  close(): void {
    this.keep([]);
  }

  #failed(place: number, reason: LegFailure): void {
    const bridge = this.#bridges.get(place);
    if (bridge === undefined) return;
    this.#bridges.delete(place);
    bridge.close();
    if (this.#bridges.size === 0) this.#ports.failed(reason);
  }
}

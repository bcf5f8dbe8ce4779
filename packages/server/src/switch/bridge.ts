/** Two legs, each of which hears what the other says: an anchored one-to-one session. RFC 4975, RFC 4976 §5.3 */
import type { MsrpRequest } from "@parlance/msrp";
import type {
  BridgeListener,
  LegFailure,
  MediaBridge,
  MediaLeg,
  MediaNotice,
  MediaRules,
  Side,
  StreamedSend,
  Towards,
} from "../ports/index.ts";
import { Direction } from "./direction.ts";
import type { Leg, LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";
import { tellLeg } from "./notice.ts";
import { Overhearing } from "./overhearing.ts";
import { type Place, samePlace } from "./place.ts";

export interface BridgePorts {
  readonly limits: SwitchLimits;
  newId(): string;
  now(): number;
  makeLeg(place: Place, owner: LegOwner): Leg;
  /** How a device reaches us; undefined when it cannot. */
  placeTowards(towards: Towards): Place | undefined;
  /** A device never came, or has not come back; the session is over. */
  failed(side: Side, reason: LegFailure): void;
  /** Keeps what is said. */
  readonly listener: BridgeListener | undefined;
}

export class Bridge implements LegOwner, MediaBridge {
  readonly near: Leg;
  readonly #nearPlace: Place;
  readonly #ports: BridgePorts;
  readonly #directions: Readonly<Record<Side, Direction>>;
  /** Where the far device may turn up. */
  readonly #candidates: { readonly place: Place; readonly leg: Leg }[] = [];
  #far: Leg | undefined;
  #closed = false;

  constructor(nearPlace: Place, rules: Readonly<Record<Side, MediaRules>>, ports: BridgePorts) {
    this.#ports = ports;
    this.#nearPlace = nearPlace;
    this.near = ports.makeLeg(nearPlace, this);
    this.#directions = {
      near: new Direction({ from: rules.near, to: rules.far }, ports, overhearing(ports, "near")),
      far: new Direction({ from: rules.far, to: rules.near }, ports, overhearing(ports, "far")),
    };
  }

  get connected(): boolean {
    return this.near.connected && this.#far?.connected === true;
  }

  /** A device that cannot reach us any better is told what the near one is. */
  farTowards(towards: Towards): Leg {
    const place = this.#ports.placeTowards(towards) ?? this.#nearPlace;
    const known = this.#candidates.find((candidate) => samePlace(candidate.place, place));
    if (known !== undefined) return known.leg;
    const leg = this.#ports.makeLeg(place, this);
    this.#candidates.push({ place, leg });
    return leg;
  }

  choose(chosen: MediaLeg): void {
    for (const { leg } of this.#candidates) {
      if (leg === chosen) this.#far = leg;
      else leg.close();
    }
  }

  tell(side: Side, notice: MediaNotice): void {
    const leg = side === "near" ? this.near : this.#far;
    if (leg !== undefined) tellLeg(leg, notice, this.#ports);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const direction of Object.values(this.#directions)) direction.close();
    for (const { leg } of this.#candidates) {
      this.near.letGo(leg);
      leg.letGo(this.near);
      leg.close();
    }
    this.near.close();
  }

  /** Before the far side has answered nothing comes: no device knows where to connect to. */
  request(frame: MsrpRequest, from: Leg): void {
    const to = this.#other(from);
    if (to === undefined) return from.answer(frame, 481);
    if (frame.method === "SEND") this.#directionOf(from).say(frame, { from, to });
    else if (frame.method === "REPORT") this.#report(frame, from, to);
    else to.pass(frame, from);
    this.#pace(from, to);
  }

  begin(head: MsrpRequest, from: Leg): StreamedSend | undefined {
    const to = this.#other(from);
    if (to === undefined) return undefined;
    return this.#directionOf(from).begin(head, { from, to }, () => this.#pace(from, to));
  }

  relieved(leg: Leg): void {
    if (!leg.congested) this.#other(leg)?.letGo(leg);
  }

  bound(leg: Leg): void {
    this.relieved(leg);
  }

  looked(leg: Leg, now: number): void {
    this.#directionOf(leg).look(now, leg, this.#other(leg)?.congested === true);
  }

  failed(leg: Leg, reason: LegFailure): void {
    if (!this.#closed) this.#ports.failed(leg === this.near ? "near" : "far", reason);
  }

  /** It is about what the other side has said. */
  #report(frame: MsrpRequest, from: Leg, to: Leg): void {
    const counted = this.#directionOf(to).report(frame);
    if (counted !== undefined) to.pass(counted, from);
  }

  /** Whoever sends faster than the other side reads is not read himself. */
  #pace(from: Leg, to: Leg): void {
    if (to.congested) from.hold(to);
  }

  /** Of what is said there. */
  #directionOf(leg: Leg): Direction {
    return leg === this.near ? this.#directions.near : this.#directions.far;
  }

  #other(leg: Leg): Leg | undefined {
    return leg === this.near ? this.#far : this.near;
  }
}

function overhearing({ listener }: BridgePorts, side: Side): Overhearing | undefined {
  return listener && new Overhearing(side, listener);
}

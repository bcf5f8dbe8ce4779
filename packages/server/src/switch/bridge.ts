/** Two legs, each of which hears what the other says: an anchored one-to-one session. RFC 4975, RFC 4976 §5.3 */
import type { MsrpRequest } from "@parlance/msrp";
import type {
  LegFailure,
  MediaBridge,
  MediaLeg,
  MediaRules,
  Side,
  StreamedSend,
  Towards,
} from "../ports/index.ts";
import { Inspection } from "./inspection.ts";
import type { Leg, LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";
import { Passing } from "./passing.ts";
import { type Place, samePlace } from "./place.ts";

export interface BridgePorts {
  readonly limits: SwitchLimits;
  newId(): string;
  makeLeg(place: Place, owner: LegOwner): Leg;
  /** How a device reaches us; undefined when it cannot. */
  placeTowards(towards: Towards): Place | undefined;
  /** A device never came, or has not come back; the session is over. */
  failed(side: Side, reason: LegFailure): void;
}

export class Bridge implements LegOwner, MediaBridge {
  readonly near: Leg;
  readonly #nearPlace: Place;
  readonly #ports: BridgePorts;
  readonly #inspections: Readonly<Record<Side, Inspection>>;
  /** Where the far device may turn up. */
  readonly #candidates: { readonly place: Place; readonly leg: Leg }[] = [];
  #far: Leg | undefined;
  #closed = false;

  constructor(nearPlace: Place, rules: Readonly<Record<Side, MediaRules>>, ports: BridgePorts) {
    this.#ports = ports;
    this.#nearPlace = nearPlace;
    this.near = ports.makeLeg(nearPlace, this);
    const inspect = (of: MediaRules): Inspection => new Inspection(of, ports.limits);
    this.#inspections = { near: inspect(rules.near), far: inspect(rules.far) };
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

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { leg } of this.#candidates) {
      this.near.letGo(leg);
      leg.letGo(this.near);
      leg.close();
    }
    this.near.close();
  }

  request(frame: MsrpRequest, from: Leg): void {
    if (frame.method !== "SEND") return this.#passOn(frame, from);
    const verdict = this.#inspectionOf(from).judge(frame);
    switch (verdict.do) {
      case "pass":
        return this.#passOn(frame, from);
      case "pass all":
        for (const one of [...verdict.held, frame]) this.#passOn(one, from);
        return;
      case "refuse":
        for (const one of [...verdict.held, frame]) from.answer(one, verdict.status);
        return;
      case "hold":
    }
  }

  begin(head: MsrpRequest, from: Leg): StreamedSend | undefined {
    const to = this.#other(from);
    if (to === undefined) return undefined;
    return new Passing(head, from, to, {
      inspection: this.#inspectionOf(from),
      newId: () => this.#ports.newId(),
      paced: () => this.#pace(from, to),
    });
  }

  relieved(leg: Leg): void {
    if (!leg.congested) this.#other(leg)?.letGo(leg);
  }

  bound(leg: Leg): void {
    this.relieved(leg);
  }

  failed(leg: Leg, reason: LegFailure): void {
    if (!this.#closed) this.#ports.failed(leg === this.near ? "near" : "far", reason);
  }

  /** Before the far side has answered nothing comes: no device knows where to connect to. */
  #passOn(frame: MsrpRequest, from: Leg): void {
    const to = this.#other(from);
    if (to === undefined) return from.answer(frame, 481);
    to.pass(frame, from);
    this.#pace(from, to);
  }

  /** Whoever sends faster than the other side reads is not read himself. */
  #pace(from: Leg, to: Leg): void {
    if (to.congested) from.hold(to);
  }

  #inspectionOf(leg: Leg): Inspection {
    return leg === this.near ? this.#inspections.near : this.#inspections.far;
  }

  #other(leg: Leg): Leg | undefined {
    return leg === this.near ? this.#far : this.near;
  }
}

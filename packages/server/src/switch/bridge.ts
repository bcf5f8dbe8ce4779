/** Two legs, each of which hears what the other says: an anchored one-to-one session. RFC 4975, RFC 4976 §5.3 */
import type { MsrpRequest } from "@parlance/msrp";
import { Inspection, type InspectionRules } from "./inspection.ts";
import type { Leg, LegFailure, LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";
import type { StreamedSend } from "./line.ts";
import { Passing } from "./passing.ts";

export type Side = "near" | "far";

export interface BridgeEvents {
  /** Both devices have connected. */
  connected(): void;
  /** A device never came, or has not come back; the session is over. */
  failed(side: Side, reason: LegFailure): void;
}

export interface BridgePorts {
  readonly limits: SwitchLimits;
  newId(): string;
  makeLeg(owner: LegOwner): Leg;
}

interface End {
  readonly side: Side;
  readonly leg: Leg;
  readonly inspection: Inspection;
}

export class Bridge implements LegOwner {
  readonly #ports: BridgePorts;
  readonly #events: BridgeEvents;
  readonly #near: End;
  readonly #far: End;
  #connected = false;
  #closed = false;

  constructor(
    rules: Readonly<Record<Side, InspectionRules>>,
    events: BridgeEvents,
    ports: BridgePorts,
  ) {
    this.#ports = ports;
    this.#events = events;
    const endOf = (side: Side): End => ({
      side,
      leg: ports.makeLeg(this),
      inspection: new Inspection(rules[side], ports.limits),
    });
    this.#near = endOf("near");
    this.#far = endOf("far");
  }

  get near(): Leg {
    return this.#near.leg;
  }

  get far(): Leg {
    return this.#far.leg;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.near.letGo(this.far);
    this.far.letGo(this.near);
    this.near.close();
    this.far.close();
  }

  request(frame: MsrpRequest, from: Leg): void {
    const end = this.#endOf(from);
    if (frame.method !== "SEND") return this.#passOn(frame, end);
    const verdict = end.inspection.judge(frame);
    switch (verdict.do) {
      case "pass":
        return this.#passOn(frame, end);
      case "pass all":
        for (const one of [...verdict.held, frame]) this.#passOn(one, end);
        return;
      case "refuse":
        for (const one of [...verdict.held, frame]) from.answer(one, verdict.status);
        return;
      case "hold":
    }
  }

  begin(head: MsrpRequest, from: Leg): StreamedSend {
    const { inspection } = this.#endOf(from);
    const to = this.#other(from).leg;
    return new Passing(head, from, to, {
      inspection,
      newId: () => this.#ports.newId(),
      paced: () => this.#pace(from, to),
    });
  }

  relieved(leg: Leg): void {
    if (!leg.congested) this.#other(leg).leg.letGo(leg);
  }

  bound(leg: Leg): void {
    this.relieved(leg);
    if (this.#connected || !this.near.connected || !this.far.connected) return;
    this.#connected = true;
    this.#events.connected();
  }

  failed(leg: Leg, reason: LegFailure): void {
    if (!this.#closed) this.#events.failed(this.#endOf(leg).side, reason);
  }

  #passOn(frame: MsrpRequest, { leg }: End): void {
    const to = this.#other(leg).leg;
    to.pass(frame, leg);
    this.#pace(leg, to);
  }

  /** Whoever sends faster than the other side reads is not read himself. */
  #pace(from: Leg, to: Leg): void {
    if (to.congested) from.hold(to);
  }

  #endOf(leg: Leg): End {
    return leg === this.near ? this.#near : this.#far;
  }

  #other(leg: Leg): End {
    return leg === this.near ? this.#far : this.#near;
  }
}

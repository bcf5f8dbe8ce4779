/** Messages whose reports are not all there, by the Message-ID that the devices know: bounded, and for a while. Clause 8.7 */
import { type MsrpRequest, readReport } from "@parlance/msrp";
import type { Wheel } from "@parlance/wire";
import type { RoomLimits } from "./limits.ts";
import type { RoomEnd } from "./model.ts";
import { FinalReport, type OutcomePorts } from "./outcomes.ts";

export class AwaitedReports {
  readonly #limits: RoomLimits;
  readonly #wheel: Wheel;
  readonly #awaited = new Map<string, FinalReport>();

  constructor(limits: RoomLimits, wheel: Wheel) {
    this.#limits = limits;
    this.#wheel = wheel;
  }

  await(messageId: string, ports: OutcomePorts): FinalReport {
    const cancel = this.#wheel.after(this.#limits.reportMs, () => report.expire()); // T-report-switch
    const report = new FinalReport(ports, () => {
      cancel();
      this.#awaited.delete(messageId);
    });
    this.#awaited.set(messageId, report);
    if (this.#awaited.size > this.#limits.awaitedReports) this.#first()?.expire();
    return report;
  }

  /** Of a message that some have not had yet; undefined when nobody waits to hear of it. */
  of(messageId: string): FinalReport | undefined {
    return this.#awaited.get(messageId);
  }

  left(end: RoomEnd): void {
    for (const report of this.#awaited.values()) report.left(end);
  }

  /** Reports on what nobody knows are dropped. RFC 4975 §7.1.2 */
  reported(request: MsrpRequest, end: RoomEnd): void {
    const facts = readReport(request);
    if (facts.ok) this.#awaited.get(facts.value.messageId)?.reported(end, facts.value);
  }

  /** The room is closed. */
  end(): void {
    for (const report of this.#awaited.values()) report.expire();
  }

  #first(): FinalReport | undefined {
    for (const report of this.#awaited.values()) return report;
    return undefined;
  }
}

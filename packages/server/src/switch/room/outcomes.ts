/** What becomes of a message at all devices, told to its sender once. Clause 5.7, 8.7; RFC 4975 §7.1.2 */
import type { ReportFacts } from "@parlance/msrp";
import { OctetRanges } from "@parlance/msrp";
import type { Member, Outcomes, RoomEnd } from "./model.ts";

export interface OutcomePorts {
  /** Its own devices do not count. */
  readonly sender: Member;
  /** Tells the sender. */
  report(status: number): void;
}

/** The sender wants to hear of a failure: that is one when it has reached nobody. */
export class FailureOnly implements Outcomes {
  readonly #ports: OutcomePorts;
  readonly #failed = new Set<RoomEnd>();
  #expected = 0;
  #firstFailure: number | undefined;
  #reached = false;

  constructor(ports: OutcomePorts) {
    this.#ports = ports;
  }

  expect(ends: number): void {
    this.#expected = ends;
  }

  settled(end: RoomEnd, status: number): void {
    if (this.#reached || end.member === this.#ports.sender || this.#failed.has(end)) return;
    if (status === 200) {
      this.#reached = true;
      return;
    }
    this.#failed.add(end);
    this.#firstFailure ??= status;
    if (this.#failed.size === this.#expected) this.#ports.report(this.#firstFailure);
  }

  arrived(end: RoomEnd): void {
    this.settled(end, 200);
  }
}

/** The sender wants to hear when all have it: each of them says so by a REPORT. */
export class FinalReport implements Outcomes {
  readonly #ports: OutcomePorts;
  readonly #ended: () => void;
  /** Who has reported or failed. */
  readonly #over = new Set<RoomEnd>();
  readonly #parts = new Map<RoomEnd, OctetRanges>();
  /** Those who have not come so far: who goes before that gets it when he is back. */
  #behind: ReadonlySet<RoomEnd> = new Set();
  #open = 0;
  #reached = false;
  #firstFailure: number | undefined;
  #told = false;

  /** `ended` is called once, when nothing more has to be heard. */
  constructor(ports: OutcomePorts, ended: () => void) {
    this.#ports = ports;
    this.#ended = ended;
  }

  /** Where nobody else is, nobody has it: then nothing is told. */
  expect(ends: number, behind: readonly RoomEnd[] = []): void {
    this.#behind = new Set(behind);
    this.#open = ends + behind.length;
    if (this.#open === 0) this.#finish();
  }

  /** A device is gone. */
  left(end: RoomEnd): void {
    if (!this.#behind.has(end) || this.#over.has(end)) return;
    this.#over.add(end);
    this.#open -= 1;
    if (this.#open <= 0) this.#conclude();
  }

  /** That a device has answered 200 says only that it was there. */
  settled(end: RoomEnd, status: number): void {
    if (status !== 200) this.#end(end, status);
  }

  arrived(end: RoomEnd): void {
    this.#end(end, 200);
  }

  reported(end: RoomEnd, { range, status }: ReportFacts): void {
    if (status.code !== 200) return this.#end(end, status.code);
    if (range === undefined) return this.#end(end, 200);
    const { start, end: last, total } = range;
    if (start === 1 && (last === undefined || last === total)) return this.#end(end, 200);
    const parts = this.#parts.get(end) ?? new OctetRanges();
    this.#parts.set(end, parts);
    parts.add(start - 1, last ?? total ?? start);
    if (total !== undefined && parts.covers(total)) this.#end(end, 200);
  }

  /** Not waited for any longer: of the rest nobody knows, but those who are behind will have it. */
  expire(): void {
    const late = [...this.#behind].filter((end) => !this.#over.has(end)).length;
    if (this.#open > late) this.#tell(408);
    else this.#conclude();
  }

  #end(end: RoomEnd, status: number): void {
    if (end.member === this.#ports.sender || this.#over.has(end)) return;
    this.#over.add(end);
    this.#open -= 1;
    if (status === 200) this.#reached = true;
    else this.#firstFailure ??= status;
    if (this.#open <= 0) this.#conclude();
  }

  #conclude(): void {
    if (this.#reached || this.#firstFailure !== undefined) this.#tell(this.#firstFailure ?? 200);
    else this.#finish();
  }

  #tell(status: number): void {
    if (this.#finish()) this.#ports.report(status);
  }

  #finish(): boolean {
    if (this.#told) return false;
    this.#told = true;
    this.#ended();
    return true;
  }
}

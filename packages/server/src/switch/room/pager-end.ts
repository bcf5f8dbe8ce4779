/** A phone without MSRP: what is for it goes by MESSAGE, one after the other. Clause 11.5 */
import { parseCpim } from "@parlance/formats";
import { IS_COMPOSING, type Refusal, refuse } from "@parlance/im";
import type { MaybePromise, MediaFacts, PagerDelivery, PagerLeg } from "../../ports/index.ts";
import type { Heard } from "./arrival.ts";
import type { Judged } from "./judge-envelope.ts";
import type { RoomLimits } from "./limits.ts";
import type { Member, RoomEnd, RoomMessage } from "./model.ts";

export interface PagerEndPorts {
  readonly limits: RoomLimits;
  readonly deliver: PagerDelivery;
  judge(heard: Heard["cpim"], from: PagerEnd): Judged | number;
  said(heard: Heard, from: PagerEnd): MaybePromise<number>;
  failed(end: PagerEnd): void;
  changed(): void;
}

const NOTHING = { frames: 0, bytes: 0 };

export class PagerEnd implements PagerLeg, RoomEnd {
  readonly member: Member;
  readonly behind = false;
  readonly awaited = true;
  readonly privately = true;
  readonly oneTo = false;
  readonly #ports: PagerEndPorts;
  readonly #waiting: RoomMessage[] = [];
  #sending = false;
  #failures = 0;
  #detached = false;

  constructor(member: Member, ports: PagerEndPorts) {
    this.member = member;
    this.#ports = ports;
  }

  /** What goes by MESSAGE is counted where those are. */
  get facts(): MediaFacts {
    const waiting = { frames: this.#waiting.length, bytes: 0 };
    return { connected: true, connection: undefined, waiting, received: NOTHING, sent: NOTHING };
  }

  async say(envelope: Uint8Array): Promise<Refusal | undefined> {
    const read = parseCpim(envelope);
    if (!read.ok) return refuse("bad body");
    const judged = this.#ports.judge(read.value, this);
    if (typeof judged === "number") return refusalOf(judged);
    const status = await this.#ports.said({ bytes: envelope, cpim: read.value, judged }, this);
    return status === 200 ? undefined : refusalOf(status);
  }

  detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    this.member.ends.delete(this);
    for (const { outcomes } of this.#waiting.splice(0)) outcomes?.settled(this, 481);
    this.#ports.changed();
  }

  /** Such a phone does not show that somebody writes. */
  takes(essence: string): boolean {
    return essence !== IS_COMPOSING;
  }

  judge({ essence, envelope }: RoomMessage): number | undefined {
    if (!this.takes(essence)) return 415;
    return envelope.length > this.#ports.limits.gatheredBytes ? 413 : undefined;
  }

  post(message: RoomMessage): void {
    if (this.#waiting.length >= this.#ports.limits.pagerMessages) {
      return message.outcomes?.settled(this, 408);
    }
    this.#waiting.push(message);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const arrived = await this.#ports.deliver(next.envelope).catch(() => false);
      if (this.#waiting[0] === next) this.#waiting.shift();
      this.#settle(next, arrived);
    }
    this.#sending = false;
  }

  #settle({ outcomes }: RoomMessage, arrived: boolean): void {
    if (arrived) {
      this.#failures = 0;
      return outcomes?.arrived(this);
    }
    outcomes?.settled(this, 408);
    this.#failures += 1;
    if (this.#detached || this.#failures < this.#ports.limits.failuresInRow) return;
    this.detach();
    this.#ports.failed(this);
  }
}

function refusalOf(status: number): Refusal {
  switch (status) {
    case 404:
      return refuse("no such user");
    case 413:
      return refuse("message too large");
    case 415:
      return refuse("unsupported type");
    case 400:
      return refuse("bad body");
    case 408:
      return refuse("overload");
    default:
      return refuse("access denied");
  }
}

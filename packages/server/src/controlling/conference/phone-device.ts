/** A phone that holds no sessions, in one all the same: it hears and says by MESSAGE. Clause 11.5, compat.pagerInterworking */
import type { Cancel, Clock } from "@parlance/wire";
import type { MediaRoom, PagerLeg } from "../../ports/index.ts";
import type { DeviceStatus, EndingWords, ParticipantDevice } from "./model.ts";
import type { Participant } from "./participant.ts";

export interface PhoneDevicePorts {
  readonly room: Pick<MediaRoom, "attachPager">;
  readonly clock: Clock;
  /** Neither said nor heard anything for so long. */
  readonly idleMs: number;
  /** Brings an envelope to the phone. */
  deliver(envelope: Uint8Array): Promise<boolean>;
  gone(device: PhoneDevice, words: { readonly text: string } & EndingWords): void;
}

export class PhoneDevice implements ParticipantDevice {
  readonly participant: Participant;
  readonly contact: string;
  readonly instance = undefined;
  readonly status: DeviceStatus = "connected";
  readonly call = undefined;
  readonly upToDate = true;
  readonly leg: PagerLeg;
  readonly #ports: PhoneDevicePorts;
  #idle: Cancel | undefined;

  constructor(participant: Participant, ports: PhoneDevicePorts) {
    this.participant = participant;
    this.contact = participant.entity;
    this.#ports = ports;
    this.leg = ports.room.attachPager(participant.address, (envelope) => {
      this.#used();
      return ports.deliver(envelope);
    });
    this.#used();
  }

  say(envelope: Uint8Array) {
    this.#used();
    return this.leg.say(envelope);
  }

  offer(): undefined {
    return undefined;
  }

  agree(): undefined {
    return undefined;
  }

  end(text: string, words: EndingWords = {}): void {
    this.#ports.gone(this, { text, ...words });
  }

  detach(): void {
    this.#idle?.();
    this.leg.detach();
  }

  #used(): void {
    const { clock, idleMs } = this.#ports;
    this.#idle?.();
    this.#idle = clock.schedule(idleMs, () => this.end("idle"));
  }
}

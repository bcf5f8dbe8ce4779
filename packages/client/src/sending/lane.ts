/** The messages of one conversation on their way: one after the other, whatever carries them. RFC 3428 §8 */
import type { Sending } from "@parlance/msrp";
import type { Clock } from "@parlance/wire";
import type { SentMessage } from "./sent-message.ts";

export class Lane {
  readonly #clock: Clock;
  readonly #waiting: SentMessage[] = [];
  /** Given to a session, which has not said yet what became of them. */
  readonly #carried = new Map<string, Sending>();
  /** What a session has failed to bring goes by signalling. */
  readonly #bySignalling = new Set<string>();
  running = false;
  /** Of the first one that waits. */
  refusals = 0;
  losses = 0;
  #wake: () => void = () => {};
  #left: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get first(): SentMessage | undefined {
    return this.#waiting[0];
  }

  get resting(): boolean {
    return this.#waiting.length === 0 && this.#carried.size === 0;
  }

  get carrying(): number {
    return this.#carried.size;
  }

  add(message: SentMessage): void {
    this.#waiting.push(message);
  }

  /** It was on its way, and goes by signalling now: before all that was written after it. */
  putBack(message: SentMessage): void {
    const { order } = message.record;
    const at = this.#waiting.findIndex(({ record }) => record.order > order);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, message);
    if (at === 0) this.#startAfresh();
    this.#bySignalling.add(message.id);
  }

  mayBeCarried(message: SentMessage): boolean {
    return !this.#bySignalling.has(message.id);
  }

  /** It cannot be carried after all. */
  leaveToSignalling(message: SentMessage): void {
    this.#bySignalling.add(message.id);
  }

  /** A session has it. */
  carry(message: SentMessage, sending: Sending): void {
    this.remove(message);
    this.#carried.set(message.id, sending);
  }

  /** The session has told what became of it; false when it was told before. */
  leave(message: SentMessage): boolean {
    const left = this.#carried.delete(message.id);
    for (const resolve of this.#left.splice(0)) resolve();
    return left;
  }

  /** As far as that is possible. */
  callBack(message: SentMessage): void {
    this.#carried.get(message.id)?.abort();
  }

  waits(message: SentMessage): boolean {
    return this.#waiting.includes(message);
  }

  remove(message: SentMessage): void {
    const at = this.#waiting.indexOf(message);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    this.#bySignalling.delete(message.id);
    if (at === 0) this.#startAfresh();
  }

  /** Ends every wait. */
  wake(): void {
    this.#wake();
    for (const resolve of this.#left.splice(0)) resolve();
  }

  sleep(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(waitMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Until one of those that are carried is no more. */
  untilLeft(): Promise<void> {
    return new Promise((resolve) => this.#left.push(resolve));
  }

  #startAfresh(): void {
    this.refusals = 0;
    this.losses = 0;
  }
}

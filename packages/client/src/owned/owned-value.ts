/** Something that documents of the user say, which others may change: read when it is asked for, told when it is another. */
import type { Signal } from "../base/signal.ts";
import type { Watch } from "../connection/watch.ts";

export interface OwnedValuePorts<T> {
  readonly read: (signal: Signal | undefined) => Promise<T>;
  readonly watch: (changed: () => void, ended: () => void) => Watch;
  readonly changed: (value: T) => void;
  readonly report: (error: unknown) => void;
}

export class OwnedValue<T> {
  readonly #ports: OwnedValuePorts<T>;
  #watch: Watch | undefined;
  #told: string | undefined;
  #reading = false;
  #again = false;

  constructor(ports: OwnedValuePorts<T>) {
    this.#ports = ports;
  }

  async get(signal: Signal | undefined): Promise<T> {
    const value = await this.#ports.read(signal);
    this.tell(value);
    return value;
  }

  /** From now on changes are told, beginning with what there is. */
  watch(): void {
    const ended = (): void => {
      this.#watch = undefined;
      this.#read(); // at least as it is now
    };
    this.#watch ??= this.#ports.watch(() => this.#read(), ended);
  }

  /** It is this now, by a change of our own. */
  tell(value: T): void {
    const text = JSON.stringify(value);
    if (text === this.#told) return;
    this.#told = text;
    this.#ports.changed(value);
  }

  end(): void {
    this.#watch?.leave();
    this.#watch = undefined;
  }

  /** One reading after the other; several changes meanwhile are one. */
  #read(): void {
    this.#again = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    this.get(undefined)
      .catch(this.#ports.report)
      .finally(() => {
        this.#reading = false;
        if (this.#again) this.#read();
      });
  }
}

/** Typed events: `on` takes a signal and returns what removes the listener. */
import { onAbort, type Signal } from "./signal.ts";

export interface Listening {
  /** Ends the subscription; calling it again does nothing. */
  (): void;
  [Symbol.dispose](): void;
}

type Listener<T> = (value: T) => void;

/** `Events` maps each event's name to what its listeners get. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #failed: (error: unknown) => void;

  /** `failed` hears what a listener throws: it must not break the others. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  on<K extends keyof Events>(
    type: K,
    listener: Listener<Events[K]>,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // One entry for each call, so that the same function may listen twice.
    const entry: Listener<Events[K]> = (value) => listener(value);
    listeners.add(entry);
    const letGo = onAbort(options.signal, () => off());
    const off = (): void => {
      listeners.delete(entry);
      letGo();
    };
    return Object.assign(off, { [Symbol.dispose]: off });
  }

  emit<K extends keyof Events>(type: K, value: Events[K]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])] as Listener<Events[K]>[]) {
      try {
        listener(value);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  has(type: keyof Events): boolean {
    return (this.#listeners.get(type)?.size ?? 0) > 0;
  }

  clear(): void {
    this.#listeners.clear();
  }
}

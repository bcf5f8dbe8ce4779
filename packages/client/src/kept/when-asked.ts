/** What waits and what was recorded, as a client has it from the start: the part that does the work is loaded when it is asked. */
import { ImError } from "../base/errors.ts";
import { Later } from "../base/later.ts";
import { parts } from "../parts.ts";
import { AskedFor } from "./asked.ts";
import type { Kept, KeptOptions, RecordedSession, WaitingMessage } from "./kept.ts";
import type { KeptPorts } from "./ports.ts";

export class KeptWhenAsked {
  readonly asked = new AskedFor();
  readonly #ports: Omit<KeptPorts, "asked">;
  readonly #part = new Later(() => this.#load());

  constructor(ports: Omit<KeptPorts, "asked">) {
    this.#ports = ports;
  }

  async *waiting({ signal }: KeptOptions = {}): AsyncGenerator<WaitingMessage, void> {
    yield* await (await this.#part.get()).waiting(signal);
  }

  async *recorded({ signal }: KeptOptions = {}): AsyncGenerator<RecordedSession, void> {
    yield* await (await this.#part.get()).recorded(signal);
  }

  /** The user wants nothing pushed: his clients fetch what waits. IM-5.2.4-Q1 */
  async fetchAll(): Promise<void> {
    await (await this.#part.get()).fetchAll();
  }

  async #load(): Promise<Kept> {
    const { Kept: Part } = await parts.kept();
    return new Part({ ...this.#ports, asked: this.asked });
  }
}

/** Nobody waits for it: without a line it is tried again when there is one. */
export function isForLater(error: unknown): boolean {
  return error instanceof ImError && error.temporary;
}

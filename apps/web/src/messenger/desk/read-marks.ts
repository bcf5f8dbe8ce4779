/** Up to where the user has read, by conversation; kept in the store of the SDK. */
import type { ClientStore } from "@parlance/client/web";

const KEY = "web read marks";
const WRITE_AFTER_MS = 300;

export class ReadMarks {
  readonly #store: Pick<ClientStore, "value" | "setValue">;
  readonly #marks: Map<string, number>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  static async open(store: Pick<ClientStore, "value" | "setValue">): Promise<ReadMarks> {
    return new ReadMarks(store, readMarks(await store.value(KEY)));
  }

  private constructor(store: Pick<ClientStore, "value" | "setValue">, marks: Map<string, number>) {
    this.#store = store;
    this.#marks = marks;
  }

  of(address: string): number {
    return this.#marks.get(address) ?? 0;
  }

  /** Never goes back. */
  set(address: string, order: number): void {
    if (order <= this.of(address)) return;
    this.#marks.set(address, order);
    this.#timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS);
  }

  async write(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#timer === undefined) return;
    this.#timer = undefined;
    await this.#store.setValue(KEY, JSON.stringify([...this.#marks])).catch(() => {}); // counted anew then
  }
}

function readMarks(text: string | undefined): Map<string, number> {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(read)) return new Map();
    return new Map(
      read.filter(
        (one): one is [string, number] =>
          Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "number",
      ),
    );
  } catch {
    return new Map(); // what cannot be read is counted anew
  }
}

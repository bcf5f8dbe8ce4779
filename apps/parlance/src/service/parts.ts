/** What was opened, to be closed in the opposite order. */

export class Parts {
  readonly #close: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#close.push(close);
  }

  /** Each part gets its chance, also when one before it fails; the first failure is told then. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#close.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

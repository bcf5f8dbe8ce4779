/** What is made when somebody asks for it, once; after a failure the next one who asks tries again. */
export class Later<T> {
  readonly #make: () => Promise<T>;
  #asked: Promise<T> | undefined;
  #made: T | undefined;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** Undefined: it is not there yet. */
  get made(): T | undefined {
    return this.#made;
  }

  get(): Promise<T> {
    this.#asked ??= this.#begin();
    return this.#asked;
  }

  async #begin(): Promise<T> {
    try {
      this.#made = await this.#make();
      return this.#made;
    } catch (error) {
      this.#asked = undefined;
      throw error;
    }
  }
}

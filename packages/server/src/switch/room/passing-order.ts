/** Messages go on in the order in which they were accepted, whichever is safe first. */

interface Place {
  readonly pass: () => void;
  ready: boolean;
}

export class PassingOrder {
  #places: Place[] = [];

  /** At once, unless something before it waits. */
  pass(pass: () => void): void {
    if (this.#places.length === 0) return pass();
    this.#places.push({ pass, ready: true });
  }

  /** Keeps the place: `true` lets it go on from there, `false` gives it up. */
  hold(pass: () => void): (goesOn: boolean) => void {
    const place: Place = { pass, ready: false };
    this.#places.push(place);
    return (goesOn) => {
      if (goesOn) place.ready = true;
      else this.#places = this.#places.filter((one) => one !== place);
      this.#advance();
    };
  }

  #advance(): void {
    for (let first = this.#places[0]; first?.ready === true; first = this.#places[0]) {
      this.#places.shift();
      first.pass();
    }
  }
}

/** The people of one run, and what went between them and the service. */
import { Exchange, type ExchangeStep } from "./exchange.ts";
import { Person } from "./person.ts";
import type { PersonOptions, Place } from "./place.ts";
import { Stop } from "./stop.ts";
import { type Need, NotSupported, type Role } from "./words.ts";

export class Stage {
  readonly #place: Place;
  readonly #people: Person[] = [];
  readonly #exchange = new Exchange();
  /** Of those who are still on their way in. */
  readonly #over = new Stop();
  /** Differs in every run: what earlier ones have left is not taken for its own. */
  readonly #mark: string;

  constructor(place: Place, mark: string) {
    this.#place = place;
    this.#mark = mark;
  }

  address(role: Role): string {
    return this.#place.address(role);
  }

  /** Words that nobody has said before. */
  words(text: string): string {
    return `${text} (${this.#mark})`;
  }

  async person(role: Role, options: PersonOptions = {}): Promise<Person> {
    const im = await this.#place.connect(role, {
      ...options,
      signal: this.#over,
      trace: (step) => this.#exchange.note(role, step),
    });
    const person = new Person(im);
    this.#people.push(person);
    return person;
  }

  async people(...roles: readonly Role[]): Promise<readonly Person[]> {
    const all: Person[] = [];
    for (const role of roles) all.push(await this.person(role));
    return all;
  }

  /** Address of something that the service has. */
  at(need: Need): string {
    const address = this.#place.has[need];
    if (address === undefined) throw new NotSupported(`no ${need} is named`);
    return address;
  }

  get exchange(): readonly ExchangeStep[] {
    return this.#exchange.steps;
  }

  async close(): Promise<void> {
    this.#over.abort();
    for (const { im } of this.#people) for (const room of im.rooms) room.leave();
    await Promise.all(this.#people.map(({ im }) => im.close()));
  }
}

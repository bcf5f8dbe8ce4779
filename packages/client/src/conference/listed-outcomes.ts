/** What becomes of those who were asked by a list, as the state of the group tells whoever asks. RFC 5366 §4, RFC 4575 §5.7 */
import type { ConferenceUser, Endpoint } from "@parlance/formats";
import type { Cancel, Clock } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import { type Asked, Outcome } from "./outcome.ts";
import { isAnonymous, standingOf } from "./roster.ts";

/** Who has not come is told with the change of the roster, or soon behind it. */
const WORD_MS = 5_000;

export class ListedOutcomes {
  readonly #clock: Clock;
  /** By address key. */
  readonly #waiting = new Map<string, Outcome>();
  /** Keys of those whom the others, and so the roster, are not to name. */
  readonly #nameless = new Set<string>();
  #silence: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `addresses`: each once. */
  expect(addresses: readonly string[]): readonly Asked[] {
    return addresses.map((address) => {
      const key = keyOrText(address);
      const known = this.#waiting.get(key); // he is being asked already
      const outcome = known ?? new Outcome(this.#clock, () => this.#waiting.delete(key));
      this.#waiting.set(key, outcome);
      return { address, came: outcome.came };
    });
  }

  /**
   * These come without a name, because the user wanted it so: which of those in the roster each is nobody is told. But
   * when nobody without a name rings any more all of them have answered, and whoever has not come was told of.
   */
  expectNameless(addresses: readonly string[]): void {
    for (const address of addresses) this.#nameless.add(keyOrText(address));
  }

  /** They are in already: nothing will be told of that. `entities`: of all who are in. */
  here(entities: Iterable<string>): void {
    for (const entity of entities) this.#waiting.get(keyOrText(entity))?.settle(200);
  }

  /** As one document tells of them. `all`: who is known by now. */
  told(users: readonly ConferenceUser[], all: Iterable<ConferenceUser>): void {
    if (this.#waiting.size === 0) return;
    for (const { entity, endpoints } of users) {
      const outcome = this.#waiting.get(keyOrText(entity));
      const status = outcome && statusIn(endpoints);
      if (status !== undefined) outcome?.settle(status);
    }
    if (this.#nameless.size > 0) this.#judgeNameless(all);
  }

  #judgeNameless(all: Iterable<ConferenceUser>): void {
    this.#silence?.();
    this.#silence = undefined;
    for (const { entity, endpoints } of all) {
      const rings = endpoints.some(({ status }) => standingOf(status) === "coming");
      if (rings && isAnonymous(entity)) return;
    }
    this.#silence = this.#clock.schedule(WORD_MS, () => {
      for (const key of this.#nameless) this.#waiting.get(key)?.settle(200);
      this.#nameless.clear();
    });
  }

  /** The group is left. */
  close(): void {
    this.#silence?.();
    for (const outcome of this.#waiting.values()) outcome.fail(new ImError("closed"));
  }
}

/** Undefined while his devices ring. */
function statusIn(endpoints: readonly Endpoint[]): number | undefined {
  const standings = endpoints.map(({ status }) => standingOf(status));
  if (endpoints.length === 0 || standings.includes("in")) return 200;
  if (standings.includes("coming")) return undefined;
  const { disconnectionMethod: method, disconnectionInfo } = endpoints.at(-1) ?? {};
  if (method === "departed") return 200; // he has come, and is gone again
  const cause = CAUSE.exec(disconnectionInfo?.reason ?? "")?.groups?.["status"];
  return cause === undefined ? (method === "busy" ? 603 : 480) : Number(cause);
}

/** As a Reason header has it. RFC 4575 §5.7.7 */
const CAUSE = /;\s*cause=(?<status>[3-6]\d\d)\b/i;

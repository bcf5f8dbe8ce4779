/** Whom the user has asked to come into a group, and what has become of each: one entry of the conversation, kept up to date. */
import type { Asked } from "@parlance/client/web";
import { changeAsked } from "../model/asked.ts";
import { faultOf } from "../model/refusal-words.ts";
import type { AskedView } from "../model/views.ts";
import type { Talks } from "./talks.ts";

export class AskedPeople {
  readonly #talks: Talks;
  /** By group: of each address what is known last. */
  readonly #last = new Map<string, Map<string, AskedView["outcome"]>>();

  constructor(talks: Talks) {
    this.#talks = talks;
  }

  /** Rejects, and shows nothing, where `asking` does. */
  async follow(
    group: string,
    addresses: readonly string[],
    asking: Promise<readonly Asked[]>,
  ): Promise<void> {
    await this.#talks.open(group);
    let people: readonly AskedView[] = addresses.map((address) => ({ address, outcome: "waits" }));
    const key = this.#talks.notice(group, { kind: "notice", what: "asked", people });
    const know = (address: string, outcome: AskedView["outcome"]): void => {
      people = changeAsked(people, address, outcome);
      this.#outcomesIn(group).set(address, outcome);
      this.#talks.changeNotice(group, key, { kind: "notice", what: "asked", people });
    };
    for (const address of addresses) this.#outcomesIn(group).set(address, "waits");
    try {
      for (const { address, came } of await asking) {
        came.then(
          () => know(address, "came"),
          (error: unknown) => know(address, faultOf(error)),
        );
      }
    } catch (error) {
      for (const address of addresses) this.#outcomesIn(group).delete(address);
      this.#talks.changeNotice(group, key, undefined);
      throw error;
    }
  }

  /** The entry of those who were asked says it already: he is asked, or does not come. */
  tells(group: string, address: string, what: "invited" | "removed"): boolean {
    const outcome = this.#last.get(group)?.get(address);
    return what === "invited" ? outcome === "waits" : outcome !== undefined && outcome !== "came";
  }

  #outcomesIn(group: string): Map<string, AskedView["outcome"]> {
    const known = this.#last.get(group);
    if (known !== undefined) return known;
    const fresh = new Map<string, AskedView["outcome"]>();
    this.#last.set(group, fresh);
    return fresh;
  }
}

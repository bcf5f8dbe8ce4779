/** Connections that belong to the user who registered on them. RFC 3261 §26.3.2.1 */
import { type Flow, isReliable } from "@parlance/sip";
import type { Account } from "./directory.ts";

interface Bond {
  readonly account: Account;
  /** Of the account when the bond was made: a new password ends it. */
  readonly generation: number;
  until: number;
}

export class Bonds {
  readonly #byFlow = new Map<string, Bond>();

  /** The first user who proves himself on a connection gets it; a renewal moves its end. */
  tie(flow: Flow, account: Account, until: number): void {
    if (!isReliable(flow.transport)) return; // a source address is easily forged
    const bond = this.#byFlow.get(flow.id);
    if (bond === undefined || !isAlive(bond)) {
      this.#byFlow.set(flow.id, { account, generation: account.generation, until });
    } else if (bond.account === account) {
      bond.until = until;
    }
  }

  /** Whose connection this is now. */
  holder(flow: Flow, now: number): Account | undefined {
    const bond = this.#byFlow.get(flow.id);
    if (bond === undefined) return undefined;
    if (isAlive(bond) && bond.until > now) return bond.account;
    this.#byFlow.delete(flow.id);
    return undefined;
  }

  untie(flow: Flow): void {
    this.#byFlow.delete(flow.id);
  }
}

function isAlive({ account, generation }: Bond): boolean {
  return account.generation === generation && !account.user.disabled;
}

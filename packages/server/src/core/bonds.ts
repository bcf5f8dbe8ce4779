/** Connections that belong to the user who registered on them. RFC 3261 §26.3.2.1 */
import { type Flow, isReliable } from "@parlance/sip";
import type { Account } from "./directory.ts";

interface Bond {
  readonly flow: Flow;
  readonly account: Account;
  /** Of the account when the bond was made: a new password ends it. */
  readonly generation: number;
  until: number;
}

/** Connections of nobody are closed when they are silent: who keeps them is told whose they are. */
export type HoldOpen = (flow: Flow, until: number) => void;

export class Bonds {
  readonly #holdOpen: HoldOpen;
  readonly #byFlow = new Map<string, Bond>();
  readonly #byAccount = new Map<Account, Set<Bond>>();

  constructor(holdOpen: HoldOpen) {
    this.#holdOpen = holdOpen;
  }

  /** The first user who proves himself on a connection gets it; a renewal moves its end. */
  tie(flow: Flow, account: Account, until: number): void {
    if (!isReliable(flow.transport)) return; // a source address is easily forged
    const known = this.#byFlow.get(flow.id);
    if (known !== undefined && isAlive(known)) {
      if (known.account !== account) return;
      known.until = until;
      this.#holdOpen(flow, until);
      return;
    }
    this.untie(flow);
    const bond = { flow, account, generation: account.generation, until };
    this.#byFlow.set(flow.id, bond);
    const others = this.#byAccount.get(account);
    if (others === undefined) this.#byAccount.set(account, new Set([bond]));
    else others.add(bond);
    this.#holdOpen(flow, until);
  }

  /** Whose connection this is now. */
  holder(flow: Flow, now: number): Account | undefined {
    const bond = this.#byFlow.get(flow.id);
    if (bond === undefined) return undefined;
    if (isAlive(bond) && bond.until > now) return bond.account;
    this.untie(flow);
    return undefined;
  }

  /** Ends the bond, or only that to this account. */
  untie(flow: Flow, account?: Account): void {
    const bond = this.#byFlow.get(flow.id);
    if (bond === undefined || (account !== undefined && bond.account !== account)) return;
    this.#holdOpen(flow, 0);
    this.#byFlow.delete(flow.id);
    const others = this.#byAccount.get(bond.account);
    others?.delete(bond);
    if (others?.size === 0) this.#byAccount.delete(bond.account);
  }

  /** Connections that once were bound to the account, whether or not that still holds. */
  flowsOf(account: Account): readonly Flow[] {
    return [...(this.#byAccount.get(account) ?? [])].map(({ flow }) => flow);
  }
}

function isAlive({ account, generation }: Bond): boolean {
  return account.generation === generation && !account.user.disabled;
}

/** Who is there, as the core tells it: third-party REGISTER from the guard to its answer. 3GPP TS 24.229 §5.7.1.1 */
import { type Refusal, refuse } from "@parlance/im";
import { addressKey, type ServerTransaction, type SipRequest } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { LimitWatch, ReadContent, User } from "../../ports/index.ts";
import { StoreError } from "../../store/index.ts";
import type { Answers } from "../answer.ts";
import type { Account, Directory } from "../directory.ts";
import type { Admitted } from "../guard.ts";
import type { Home } from "../home.ts";
import type { Registrar } from "../registrar/registrar.ts";
import { judgeTold, readTold, type Told } from "./told-registration.ts";

export interface ThirdPartyPorts {
  readonly registrar: Registrar;
  readonly directory: Directory;
  readonly home: Home;
  readonly readContent: ReadContent;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly answers: Answers;
  readonly hits: LimitWatch;
  /** The user can be reached: what waits for him may come. */
  readonly reachable: (user: User) => void;
}

const NO_BODY = new Uint8Array();
const RETRY_AFTER_SECONDS = "5";

export class ThirdPartyRegistrations {
  readonly #ports: ThirdPartyPorts;
  /** Users of whom the last word was that nobody is there. One entry for an account at most. */
  readonly #gone = new Set<Account>();

  constructor(ports: ThirdPartyPorts) {
    this.#ports = ports;
    ports.directory.onRevoked((_user, account) => this.#gone.delete(account));
  }

  /** Whether somebody is there or not: the core has said it. */
  knows(account: Account): boolean {
    const now = this.#ports.clock.now();
    const contacts = this.#ports.registrar.contacts.of(account.user.address);
    return this.#gone.has(account) || contacts.some(({ expiresAt }) => expiresAt > now);
  }

  /** The core has said that the user is away. */
  hasGone(account: Account): boolean {
    return this.#gone.has(account);
  }

  serve({ request, principal }: Admitted, transaction: ServerTransaction): void | Promise<void> {
    const { answers, home, directory } = this.#ports;
    if (principal.kind !== "trusted peer") {
      return answers.refuse(transaction, refuse("access denied"));
    }
    if (addressKey(request.from.uri) === addressKey(request.to.uri)) {
      return answers.refuse(transaction, FIRST_PARTY);
    }
    const address = home.keyOf(request.to.uri);
    const account = address === undefined ? undefined : directory.owner(address);
    if (address === undefined || account === undefined || account.user.disabled) {
      return answers.refuse(transaction, refuse("no such user"));
    }
    return this.#take(this.#read(request), account, address, transaction);
  }

  /**
   * From now on this is known of the address. Resolves after the commit with whether somebody is there;
   * rejects with `StoreError`.
   */
  async learn(told: Told, account: Account, address: string): Promise<boolean> {
    const { registrar, clock, limits, hits } = this.#ports;
    const { user } = account;
    const now = clock.now();
    const before = registrar.contacts
      .of(user.address)
      .map(({ row }) => row)
      .filter((row) => row.address === address && row.expiresAt > now);
    const after = judgeTold(told, before, { user: user.address, address, now });
    if (after.length > limits.bindingsPerUser) hits.hit("bindingsPerUser");
    await registrar.assume(account, address, after.slice(-limits.bindingsPerUser));
    if (registrar.contacts.of(user.address).length === 0) this.#gone.add(account);
    else this.#gone.delete(account);
    return after.length > 0;
  }

  #read(request: SipRequest): Told {
    const { readContent, limits } = this.#ports;
    const { bytes } = readContent(request);
    return readTold(request, bytes.ok ? bytes.value : NO_BODY, limits.defaultExpiresSeconds);
  }

  async #take(
    told: Told,
    account: Account,
    address: string,
    transaction: ServerTransaction,
  ): Promise<void> {
    const { answers, reachable } = this.#ports;
    try {
      const isThere = await this.learn(told, account, address);
      answers.reply(transaction, 200);
      if (isThere) reachable(account.user);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const wait = [["Retry-After", RETRY_AFTER_SECONDS]] as const;
      answers.refuse(transaction, refuse("overload", wait));
    }
  }
}

/** A client's own REGISTER has lost its way. */
const FIRST_PARTY: Refusal = {
  ...refuse("access denied"),
  warning: "only third-party registrations are taken here",
};

/** What scenarios leave at a server: messages that wait, and what its history keeps of them. Both go when the run is over. */
import type { History, KeptMessage } from "@parlance/client";
import { openHistory } from "@parlance/client/node";
import { explainFailure } from "../failure.ts";
import type { Account, Connecting } from "./accounts.ts";

export interface Place {
  readonly server: string;
  /** Undefined: where the history is nobody knows, and it stays. */
  readonly fileServer: string | undefined;
  readonly accounts: readonly Account[];
  /** Addresses of the room and the group that were named. */
  readonly named: readonly string[];
}

interface Left {
  readonly history: History;
  /** The place of the newest message before the run; undefined: there was none. */
  readonly newest: number | undefined;
  readonly conversations: ReadonlySet<string>;
}

const PAGE = 200;
const PATIENCE_MS = 15_000;

export class Tidying {
  readonly #place: Place;
  readonly #before: readonly Left[];

  private constructor(place: Place, before: readonly Left[]) {
    this.#place = place;
    this.#before = before;
  }

  /** Notes what is there before the run. */
  static async begin(place: Place): Promise<Tidying> {
    const noted = await Promise.all(place.accounts.map((account) => noteBefore(place, account)));
    return new Tidying(
      place,
      noted.filter((one) => one !== undefined),
    );
  }

  /** Resolves with what could not be put away, in words. */
  async end(connecting: Pick<Connecting, "connect">): Promise<readonly string[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const faults: string[] = [];
    const noted = (error: unknown): void => void faults.push(explainFailure(error));
    for (const account of this.#place.accounts) {
      await this.#fetch(account, connecting, signal).catch(() => {}); // not every server tells what waits
    }
    for (const left of this.#before) await this.#forget(left, signal).catch(noted);
    return faults;
  }

  async #fetch(
    account: Account,
    { connect }: Pick<Connecting, "connect">,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await connect(account, { registrationSeconds: 0, signal });
    try {
      for await (const waiting of client.deferred({ signal })) {
        if (this.#isTester(waiting.from)) await waiting.remove({ signal });
      }
    } finally {
      await client.close();
    }
  }

  async #forget(left: Left, signal: AbortSignal): Promise<void> {
    for (let before: string | undefined; ; ) {
      const page = await left.history.messages({
        limit: PAGE,
        signal,
        ...(before === undefined ? {} : { before }),
      });
      const since = page.messages.filter(({ place }) => place > (left.newest ?? -1));
      for (const one of since) if (this.#isOurs(one, left)) await left.history.remove(one);
      before = page.before;
      if (before === undefined || since.length < page.messages.length) return;
    }
  }

  /** Of a tester or of the group itself, and in no conversation with others. */
  #isOurs({ from, conversation, reach }: KeptMessage, { conversations }: Left): boolean {
    if (reach !== "system" && !this.#isTester(from) && !isHidden(from)) return false;
    const { named } = this.#place;
    const isTheirs = this.#isTester(conversation) || named.includes(conversation);
    return isTheirs || !conversations.has(conversation);
  }

  #isTester(address: string | undefined): boolean {
    return this.#place.accounts.some(({ user }) => user === address);
  }
}

async function noteBefore(
  { server, fileServer }: Place,
  account: Account,
): Promise<Left | undefined> {
  try {
    const where = fileServer === undefined ? { server } : { server, fileServer };
    const history = openHistory({ ...account, ...where });
    if (!history.available) return undefined;
    const [{ messages }, { conversations }] = await Promise.all([
      history.messages({ limit: 1 }),
      history.conversations({ limit: PAGE }),
    ]);
    const known = new Set(conversations.map(({ address }) => address));
    return { history, newest: messages[0]?.place, conversations: known };
  } catch {
    return undefined; // it keeps none, or does not show it: nothing of it can be put away
  }
}

function isHidden(address: string): boolean {
  return address.endsWith("@anonymous.invalid");
}

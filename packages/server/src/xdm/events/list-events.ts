/** The lists that the server writes, in a NOTIFY: for clients that subscribe to their profile instead of a document. Clause 14.4 */
import {
  DEFERRED_LIST_TYPE,
  formatHistoryList,
  HISTORY_LIST_TYPE,
  type HistoryList,
  parseHistoryList,
} from "@parlance/formats";
import { type Refusal, refuse } from "@parlance/im";
import { Accept, Event as EventHeader, type EventPackage, type NameAddr } from "@parlance/sip";
import type {
  Log,
  Notifier,
  OwnAddress,
  OwnTarget,
  Passage,
  ServerDocuments,
  Towards,
  User,
  Verdict,
  Watch,
} from "../../ports/index.ts";
import { notTold } from "./not-told.ts";

export interface ListEventsPorts {
  /** What waits, and what is kept. */
  readonly waiting: ServerDocuments;
  readonly history: ServerDocuments;
  /** Address keys of the services that keep them: they may be asked as well as the own address. */
  readonly services: readonly string[];
  readonly notifier: Notifier;
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  readonly log: Log;
  readonly userNamed: (name: string) => User | undefined;
}

interface Held {
  watch: Watch | undefined;
  readonly type: string;
  bytes: Uint8Array;
}

const NAMES = ["sip-profile", "ua-profile"] as const;
const USUAL_S = 3_600;
/** Below what every client takes as the body of one message, and what fits into a datagram beside its headers. */
const STREAM_BYTES = 48_000;
const DATAGRAM_BYTES = 900;
const EMPTY = formatHistoryList({ entries: [] });

export class ListEvents implements OwnAddress {
  readonly packages = { publish: [], subscribe: [...NAMES] };
  readonly #ports: ListEventsPorts;
  /** By account name. */
  readonly #held = new Map<string, Set<Held>>();

  constructor(ports: ListEventsPorts) {
    this.#ports = ports;
    ports.waiting.onChange((user) => {
      this.#changed(user, DEFERRED_LIST_TYPE).catch(notTold(ports.log));
    });
    ports.history.onChange((user) => {
      this.#changed(user, HISTORY_LIST_TYPE).catch(notTold(ports.log));
    });
  }

  async serve(passage: Passage, { key }: OwnTarget): Promise<Verdict> {
    const { request, originator } = passage;
    const user = originator?.user;
    const { services, notifier, contact, userNamed } = this.#ports;
    const own =
      key !== undefined && user !== undefined && [...user.identities, ...services].includes(key);
    if (user === undefined || !own) return no(refuse("access denied"));
    const wanted = request.get(Accept)?.map(({ type }) => type.toLowerCase()) ?? [];
    const type = [DEFERRED_LIST_TYPE, HISTORY_LIST_TYPE].find((one) => wanted.includes(one));
    if (type === undefined) return no(refuse("not acceptable"));
    const held: Held = { watch: undefined, type, bytes: EMPTY };
    const forget = this.#hold(user, held); // so that nothing that changes meanwhile is missed
    try {
      held.bytes = await this.#read(user, type);
    } catch (error) {
      forget();
      throw error;
    }
    const name = request.get(EventHeader)?.value ?? NAMES[0];
    const described: EventPackage = { name, bodyTypes: [type], usualS: USUAL_S };
    const verdict = notifier.subscribe(passage, {
      name: `${name} ${user.name}`,
      package: described,
      contact,
      watch: (watch) => {
        held.watch = watch;
        return {
          get allowed() {
            return userNamed(user.name)?.disabled === false;
          },
          tell: (_, inDatagrams) => ({
            type,
            bytes: shortened(held.bytes, inDatagrams ? DATAGRAM_BYTES : STREAM_BYTES),
            more: false,
          }),
          over: forget,
        };
      },
    });
    if (held.watch === undefined) forget();
    return verdict;
  }

  /** He hears when what waits for him changes. */
  watchesWaiting({ name }: User): boolean {
    return [...(this.#held.get(name) ?? [])].some(({ type }) => type === DEFERRED_LIST_TYPE);
  }

  /** He has no account any more, or another password: whoever watches has to ask anew. */
  revoked({ name }: User): void {
    for (const { watch } of this.#held.get(name) ?? []) watch?.end("rejected");
  }

  #hold({ name }: User, held: Held): () => void {
    const all = this.#held.get(name) ?? new Set();
    this.#held.set(name, all.add(held));
    return () => {
      all.delete(held);
      if (all.size === 0) this.#held.delete(name);
    };
  }

  async #changed(user: User, type: string): Promise<void> {
    const watching = [...(this.#held.get(user.name) ?? [])].filter((one) => one.type === type);
    if (watching.length === 0) return;
    const bytes = await this.#read(user, type);
    for (const held of watching) {
      held.bytes = bytes;
      held.watch?.changed();
    }
  }

  async #read(user: User, type: string): Promise<Uint8Array> {
    const { waiting, history } = this.#ports;
    const document = await (type === DEFERRED_LIST_TYPE ? waiting : history).read(user);
    return document?.bytes ?? EMPTY;
  }
}

/** With as many of its entries as fit, from the first on: who wants all of them fetches the document. */
export function shortened(bytes: Uint8Array, mostBytes: number): Uint8Array {
  if (bytes.length <= mostBytes) return bytes;
  const read = parseHistoryList(bytes);
  let { entries }: HistoryList = read.ok ? read.value : { entries: [] };
  for (;;) {
    entries = entries.slice(0, Math.floor(entries.length / 2));
    const shorter = formatHistoryList({ entries });
    if (shorter.length <= mostBytes || entries.length === 0) return shorter;
  }
}

function no(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}

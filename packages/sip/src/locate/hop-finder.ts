/** Answers the questions of `locate` from DNS, and remembers the answers for a short while. RFC 3263 §4 */
import type { Clock, Random } from "@parlance/wire";
import type { SipUri } from "../message/index.ts";
import { DnsMemory } from "./dns-memory.ts";
import type { Hop, TransportName } from "./hop.ts";
import { type Answers, type LocatePolicy, locate, type Question } from "./locate.ts";
import type { NaptrRecord, Resolver, SrvRecord } from "./resolver.ts";
import type { Pick } from "./srv-order.ts";

export interface FinderPorts {
  /** Without it only addresses lead somewhere. */
  readonly resolver?: Resolver | undefined;
  readonly random: Random;
  readonly clock: Clock;
}

/** What leads to a server by DNS; streams first, for they carry any size. */
const OPENED: readonly TransportName[] = ["TLS", "TCP", "UDP"];

const NO_DNS: Resolver = {
  naptr: () => Promise.resolve([]),
  srv: () => Promise.resolve([]),
  addresses: () => Promise.resolve([]),
};

const MAX_ROUNDS = 4; // NAPTR, SRV, addresses, and no more.

export class HopFinder {
  readonly #policy: LocatePolicy;
  readonly #naptr: DnsMemory<NaptrRecord>;
  readonly #srv: DnsMemory<SrvRecord>;
  readonly #addresses: DnsMemory<string>;

  /** `transports`: those on which hops may be opened, the most wanted first. */
  constructor(
    { resolver = NO_DNS, random, clock }: FinderPorts,
    transports: readonly TransportName[] = OPENED,
  ) {
    this.#policy = { transports, pick: pickFrom(random) };
    this.#naptr = new DnsMemory(clock, (name) => resolver.naptr(name));
    this.#srv = new DnsMemory(clock, (name) => resolver.srv(name));
    this.#addresses = new DnsMemory(clock, (name) => resolver.addresses(name));
  }

  /** At once when nothing has to be asked; empty when the URI leads nowhere. */
  find(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]> {
    const located = locate(uri, this.#remembered(), this.#policy);
    if (located.kind === "ask") return this.#ask(uri, located.questions);
    return located.kind === "hops" ? located.hops : [];
  }

  /** What was answered on the way stays at hand, however short it is remembered otherwise. */
  async #ask(uri: SipUri, first: readonly Question[]): Promise<readonly Hop[]> {
    const heard = new Heard(this.#remembered());
    let questions = first;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await Promise.all(questions.map((question) => this.#answer(question, heard)));
      const located = locate(uri, heard, this.#policy);
      if (located.kind === "hops") return located.hops;
      if (located.kind === "nowhere") return [];
      questions = located.questions;
    }
    return [];
  }

  async #answer({ type, name }: Question, heard: Heard): Promise<void> {
    switch (type) {
      case "NAPTR":
        heard.naptrs.set(name, await this.#naptr.fetch(name));
        return;
      case "SRV":
        heard.srvs.set(name, await this.#srv.fetch(name));
        return;
      case "address":
        heard.hosts.set(name, await this.#addresses.fetch(name));
    }
  }

  #remembered(): Answers {
    return {
      naptr: (name) => this.#naptr.get(name),
      srv: (name) => this.#srv.get(name),
      addresses: (name) => this.#addresses.get(name),
    };
  }
}

/** The answers of one search. */
class Heard implements Answers {
  readonly naptrs = new Map<string, readonly NaptrRecord[]>();
  readonly srvs = new Map<string, readonly SrvRecord[]>();
  readonly hosts = new Map<string, readonly string[]>();
  readonly #before: Answers;

  constructor(before: Answers) {
    this.#before = before;
  }

  naptr(name: string): readonly NaptrRecord[] | undefined {
    return this.naptrs.get(name) ?? this.#before.naptr(name);
  }

  srv(name: string): readonly SrvRecord[] | undefined {
    return this.srvs.get(name) ?? this.#before.srv(name);
  }

  addresses(name: string): readonly string[] | undefined {
    return this.hosts.get(name) ?? this.#before.addresses(name);
  }
}

function pickFrom(random: Random): Pick {
  return (most) => {
    const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
    return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) % (most + 1);
  };
}

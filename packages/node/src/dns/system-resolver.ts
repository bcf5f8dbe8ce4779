/** DNS of this machine behind the `Resolver` port. RFC 3263 §4, RFC 2782, RFC 3403 */
import { Resolver as DnsResolver, lookup } from "node:dns/promises";
import type { NaptrRecord, Resolver, SrvRecord } from "@parlance/sip";

export interface SystemResolverOptions {
  /** For one try of one server. */
  readonly timeoutMs?: number;
  readonly tries?: number;
  /** Ask these ("192.0.2.53", "[2001:db8::53]:5353") instead of those of the system. */
  readonly servers?: readonly string[];
}

const TIMEOUT_MS = 1_500;
const TRIES = 2;
/** More answers than this help nobody but who makes us try them all. */
const MOST_ANSWERS = 32;

export class SystemResolver implements Resolver {
  readonly #dns: DnsResolver;
  readonly #ownServers: boolean;

  constructor({ timeoutMs = TIMEOUT_MS, tries = TRIES, servers }: SystemResolverOptions = {}) {
    this.#dns = new DnsResolver({ timeout: timeoutMs, tries });
    this.#ownServers = servers !== undefined;
    if (servers !== undefined) this.#dns.setServers(servers);
  }

  async naptr(name: string): Promise<readonly NaptrRecord[]> {
    const records = await this.#dns.resolveNaptr(name).catch(nothingOf);
    return records
      .slice(0, MOST_ANSWERS)
      .map(({ order, preference, flags, service, regexp, replacement }) => {
        return { order, preference, flags, service, regexp, replacement };
      });
  }

  async srv(name: string): Promise<readonly SrvRecord[]> {
    const records = await this.#dns.resolveSrv(name).catch(nothingOf);
    return records.slice(0, MOST_ANSWERS).map(({ name: target, priority, weight, port }) => {
      return { priority, weight, port, target };
    });
  }

  /** With the hosts file and in the order of the system, unless servers were given. */
  async addresses(name: string): Promise<readonly string[]> {
    if (this.#ownServers) return this.#asked(name);
    const found = await lookup(name, { all: true, order: "verbatim" }).catch(nothingOf);
    return found.slice(0, MOST_ANSWERS).map(({ address }) => address);
  }

  async #asked(name: string): Promise<readonly string[]> {
    const [four, six] = await Promise.all([
      this.#dns.resolve4(name).catch(nothingOf),
      this.#dns.resolve6(name).catch(nothingOf),
    ]);
    return [...six, ...four].slice(0, MOST_ANSWERS);
  }
}

/** "There is no such record" is an answer; that nobody answered is not. */
function nothingOf(error: unknown): never[] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENODATA" || code === "ENOTFOUND" || code === "EBADNAME") return [];
  throw error;
}

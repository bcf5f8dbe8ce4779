/** The MSRP relay: lets clients in by AUTH, hands out URIs, and passes on what they carry. RFC 4976 §6, RFC 7977 §5.2 */
import {
  answerTo,
  dialTarget,
  firstUri,
  type HeaderParts,
  isAnswered,
  leaseLifetime,
  leaseLimits,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  MsrpWriter,
  newIdent,
  parseMsrpUri,
  pathLines,
  RelayAuthority,
  RelayLeases,
  sessionIdOf,
} from "@parlance/msrp";
import { offeredAlgorithms } from "@parlance/sip";
import type { Cancel, Clock, Hashing, Random } from "@parlance/wire";
import type {
  LimitWatch,
  Logins,
  MediaLine,
  MediaLines,
  MediaTarget,
  Metrics,
  SecurityWatch,
} from "../ports/index.ts";
import { type Hop, NextHop } from "./next-hop.ts";
import { type Outstanding, RelayedEnd, type WrittenRequest } from "./relayed-end.ts";

export interface RelayPorts {
  readonly lines: MediaLines;
  readonly logins: Logins;
  readonly hashing: Hashing;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly security: SecurityWatch;
  readonly hits: LimitWatch;
}

export interface RelayOptions {
  /** Clients may log in without TLS as well. RFC 4976 §9.2 wants it. */
  readonly plain: boolean;
  readonly md5: boolean;
  /** ≥ 256 bits. */
  readonly nonceKey: Uint8Array;
  readonly leases: { readonly total: number; readonly perUser: number };
}

const LOOK_MS = 1_000;
const ANSWER_MS = 30_000; // RFC 4976 §6.4.1
const IDLE_MS = 3_600_000; // RFC 4976 §6.5
const MOST_FAILURES = 3; // "several": RFC 4976 §6.3
const MOST_OUTSTANDING = 100_000;
const MOST_HOPS = 1_000;

type Verdict = Awaited<ReturnType<RelayAuthority["judge"]>>;

export class Relay implements MediaTarget {
  readonly #ports: RelayPorts;
  readonly #options: RelayOptions;
  readonly #authority: RelayAuthority;
  readonly #leases: RelayLeases;
  readonly #writer = new MsrpWriter();
  readonly #ends = new Map<string, { readonly end: RelayedEnd; readonly unhost: Cancel }>();
  readonly #hops = new Map<string, NextHop>();
  readonly #outstanding = new Map<string, Outstanding>();
  /** Wrong answers of each connection that has not given a right one. */
  readonly #failures = new WeakMap<MediaLine, number>();
  /** What connections are called here: their own ids are unique in one adapter only. */
  readonly #names = new WeakMap<MediaLine, string>();
  #named = 0;
  #looking: Cancel | undefined;
  #stopped = false;

  constructor(ports: RelayPorts, options: RelayOptions) {
    const { lines, logins, hashing, clock, random, metrics } = ports;
    this.#ports = ports;
    this.#options = options;
    this.#authority = new RelayAuthority(
      {
        realm: logins.realm,
        algorithms: offeredAlgorithms(options.md5).filter(({ session }) => !session),
        keys: { current: options.nonceKey },
        startedAt: clock.now(),
        lifetime: leaseLifetime,
      },
      { hashing, random, secrets: logins.secrets },
      { limiter: logins.failures },
    );
    this.#leases = new RelayLeases(random, { ...leaseLimits, ...options.leases });
    lines.entrance(this);
    ports.hits.uses("relayUris", () => this.#leases.size);
    ports.hits.uses("relayUrisPerUser", () => this.#leases.most);
    metrics.gauge(
      "msrp_relay_leases",
      "URIs that the MSRP relay has handed out",
      () => this.#ends.size,
    );
    metrics.gauge(
      "msrp_relay_hops",
      "Connections of the MSRP relay to others",
      () => this.#hops.size,
    );
  }

  /** What names this server and nobody here. */
  frame(frame: MsrpFrame, line: MediaLine): void {
    if (frame.kind === "response") return this.#answered(frame);
    if (frame.method !== "AUTH") {
      if (frame.method !== "REPORT") line.write(answerTo(frame, 481));
      return;
    }
    if (!frame.toPath.includes(" ")) return void this.#auth(frame, line);
    // For a relay behind us: who has a URI of ours may go there. RFC 4976 §5.1
    const end = this.#endOf(line);
    if (end === undefined) line.write(answerTo(frame, 403));
    else end.frame(frame, line);
  }

  begin(head: MsrpRequest, line: MediaLine): undefined {
    line.write(answerTo(head, 481));
  }

  stop(): void {
    this.#stopped = true;
    this.#looking?.();
    for (const { end } of this.#ends.values()) this.#over(end);
    for (const hop of this.#hops.values()) hop.close();
    this.#outstanding.clear();
  }

  async #auth(request: MsrpRequest, line: MediaLine): Promise<void> {
    const { clock, security } = this.#ports;
    const { connection } = line;
    const secure = connection.transport === "tls" || connection.transport === "wss";
    if (!secure && !this.#options.plain) return line.write(answerTo(request, 403));
    const source = {
      transport: connection.transport.toUpperCase(),
      peer: this.#nameOf(line),
      host: connection.remote.host,
    };
    const verdict = await this.#authority.judge(request, source, clock.now());
    if (this.#stopped || !line.open) return;
    if (verdict.do === "grant") return this.#grant(request, line, verdict);
    const { status, headers, failed, reason } = verdict;
    line.write(answerTo(request, status, { headers }));
    if (!failed) return;
    security.report("failed login", connection.remote.host, { at: "MSRP relay", reason });
    const failures = (this.#failures.get(line) ?? 0) + 1;
    this.#failures.set(line, failures);
    if (failures >= MOST_FAILURES) line.close();
  }

  #grant(
    request: MsrpRequest,
    line: MediaLine,
    { username, expiresS, headers }: Extract<Verdict, { readonly do: "grant" }>,
  ): void {
    this.#failures.delete(line);
    const user = this.#ports.logins.named(username)?.user.name;
    const end = user === undefined ? undefined : this.#leaseFor(user, line, expiresS);
    if (end === undefined) return line.write(answerTo(request, 403));
    line.write(answerTo(request, 200, { headers: [usePath(request, end.uri), ...headers] }));
    this.#look();
  }

  #leaseFor(user: string, line: MediaLine, expiresS: number): RelayedEnd | undefined {
    const { lines, clock } = this.#ports;
    const now = clock.now();
    const holder = this.#nameOf(line);
    const expiresAt = now + expiresS * 1_000;
    const renewed = this.#leases.renew(user, holder, expiresAt, now);
    const known = renewed && this.#ends.get(renewed.token);
    if (renewed !== undefined && known !== undefined) {
      known.end.lease = renewed;
      return known.end;
    }
    const lease = this.#leases.grant(user, holder, expiresAt, now);
    if (lease === undefined) {
      const full = this.#leases.size >= this.#options.leases.total;
      this.#ports.hits.hit(full ? "relayUris" : "relayUrisPerUser", line.connection.remote.host);
    }
    const uri = lease && lines.uriOf(lease.token, line);
    if (lease === undefined || uri === undefined) return undefined;
    const end: RelayedEnd = new RelayedEnd(uri, lease, line, {
      newId: () => newIdent(this.#ports.random),
      write: (id, parts) => this.#write(id, parts),
      ours: (other) => this.#ends.get(sessionIdOf(other) ?? "")?.end,
      towards: (other) => this.#towards(other),
      keep: (id, outstanding) => this.#keep(id, outstanding),
      answered: (response) => this.#answered(response),
      now: () => clock.now(),
      over: (gone) => this.#over(gone),
    });
    this.#ends.set(lease.token, { end, unhost: lines.host(lease.token, end) });
    return end;
  }

  #over(end: RelayedEnd): void {
    const { token } = end.lease;
    this.#ends.get(token)?.unhost();
    this.#ends.delete(token);
    this.#leases.drop(token);
    end.close();
  }

  #nameOf(line: MediaLine): string {
    const known = this.#names.get(line);
    if (known !== undefined) return known;
    this.#named += 1;
    const name = `line-${this.#named}`;
    this.#names.set(line, name);
    return name;
  }

  #endOf(line: MediaLine): RelayedEnd | undefined {
    const name = this.#nameOf(line);
    for (const { end } of this.#ends.values()) if (end.lease.holder === name) return end;
    return undefined;
  }

  #towards(uri: string): Hop | undefined {
    const read = parseMsrpUri(uri);
    const target = read.ok ? dialTarget(read.value, []) : undefined;
    if (target === undefined) return undefined;
    const key = JSON.stringify(target);
    const known = this.#hops.get(key);
    if (known !== undefined) return known;
    if (this.#hops.size >= MOST_HOPS) return undefined;
    const { lines, clock } = this.#ports;
    const hop = new NextHop(target, {
      lines,
      gone: () => void this.#hops.delete(key),
      now: () => clock.now(),
    });
    this.#hops.set(key, hop);
    return hop;
  }

  #write(transactionId: string, { method, paths, chunk }: WrittenRequest): Uint8Array {
    return this.#writer.request({ transactionId, method, paths, ...chunk });
  }

  #keep(id: string, outstanding: Outstanding): boolean {
    if (this.#outstanding.size >= MOST_OUTSTANDING) return false;
    this.#outstanding.set(id, outstanding);
    this.#look();
    return true;
  }

  /** RFC 4976 §6.4.3 */
  #answered(response: MsrpResponse): void {
    const outstanding = this.#outstanding.get(response.transactionId);
    if (outstanding === undefined) return;
    this.#outstanding.delete(response.transactionId);
    const { request, back } = outstanding;
    const { status, comment } = response;
    if (request.method === "SEND") {
      if (status !== 200) outstanding.failed(status);
      return;
    }
    // Our URI has moved from the one path to the other; the answer is that of whoever it was meant for.
    const headers: HeaderParts = [...response.headers()].filter(
      ([name]) => !/^(to|from)-path$/i.test(name),
    );
    const paths = pathLines(request.fromPath, `${firstUri(request.toPath)} ${response.fromPath}`);
    const { transactionId } = request;
    back.write(this.#writer.response({ transactionId, status, comment, headers, paths }));
  }

  #look(): void {
    this.#looking ??= this.#ports.clock.schedule(LOOK_MS, () => {
      this.#looking = undefined;
      if (this.#stopped) return;
      const now = this.#ports.clock.now();
      this.#giveUp(now);
      for (const { end } of this.#ends.values()) if (!this.#stands(end, now)) this.#over(end);
      for (const hop of this.#hops.values()) if (now - hop.usedAt > IDLE_MS) hop.close();
      if (this.#ends.size + this.#hops.size + this.#outstanding.size > 0) this.#look();
    });
  }

  /** RFC 4976 §6.4.1: who does not answer has not got it. */
  #giveUp(now: number): void {
    for (const [id, outstanding] of this.#outstanding) {
      if (now - outstanding.at <= ANSWER_MS) return;
      this.#outstanding.delete(id);
      if (isAnswered(outstanding.request, 200)) outstanding.failed(408);
    }
  }

  /** A user who may not log in any more has no URI either. */
  #stands({ lease }: RelayedEnd, now: number): boolean {
    const user = this.#ports.logins.named(lease.username)?.user;
    return now < lease.expiresAt && user?.disabled === false;
  }
}

/** The relays on the way to us come first, as the client will name them. RFC 4976 §5.1 */
function usePath({ fromPath }: MsrpRequest, uri: string): readonly [string, string] {
  const before = fromPath.split(" ").slice(0, -1).toReversed();
  return ["Use-Path", [...before, uri].join(" ")];
}

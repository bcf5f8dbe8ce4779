/** DNS answers as data, and the port that fetches them. RFC 3263 §4, RFC 2782, RFC 3403 */

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** Each answers with an empty list when the name has no such record, and rejects when DNS failed. */
export interface Resolver {
  naptr(name: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** IPv4 and IPv6 literals, in the order of preference of this machine. */
  addresses(name: string): Promise<readonly string[]>;
}

/** Finds a live connection for a hop. RFC 3261 §18.1.1, RFC 5923 */
import type { Address, Hop, TransportName } from "@parlance/sip";
import { nameToProve } from "./connect.ts";
import type { Connection } from "./connection.ts";

/** Verified name, address and transport: all three must be the same. */
type ReuseKey = string;

export class ReuseTable {
  readonly #byKey = new Map<ReuseKey, Connection>();
  readonly #keysOf = new Map<Connection, ReuseKey[]>();

  find(hop: Hop): Connection | undefined {
    const connection = this.#byKey.get(keyOf(hop));
    return connection?.open === true ? connection : undefined;
  }

  /** A connection that was opened for this hop. */
  addOpened(connection: Connection, hop: Hop): void {
    this.#add(connection, keyOf(hop));
  }

  /**
   * A connection that the peer opened: it leads back to the very port that it came from. One that
   * is secured leads to no name unless its certificate has proved it.
   */
  addAccepted(connection: Connection): void {
    if (connection.transport === "TCP") this.addAlias(connection, connection.remote);
  }

  /** The peer asks to be reached here instead of at `address`. RFC 5923 §8 */
  addAlias(connection: Connection, address: Address): void {
    const names = connection.transport === "TCP" ? [""] : (connection.peerNames ?? []);
    for (const name of names) {
      const key = spell(connection.transport, name, address);
      if (this.#byKey.get(key)?.open !== true) this.#add(connection, key);
    }
  }

  remove(connection: Connection): void {
    for (const key of this.#keysOf.get(connection) ?? []) {
      if (this.#byKey.get(key) === connection) this.#byKey.delete(key);
    }
    this.#keysOf.delete(connection);
  }

  #add(connection: Connection, key: ReuseKey): void {
    this.#byKey.set(key, connection);
    const keys = this.#keysOf.get(connection);
    if (keys === undefined) this.#keysOf.set(connection, [key]);
    else keys.push(key);
  }
}

export function keyOf(hop: Hop): ReuseKey {
  const secure = hop.transport === "TLS" || hop.transport === "WSS";
  const name = secure ? nameToProve(hop).toLowerCase() : "";
  const key = spell(hop.transport, name, hop.address);
  return hop.path === undefined ? key : `${key} ${hop.path}`;
}

function spell(transport: TransportName, name: string, { host, port }: Address): ReuseKey {
  return `${transport} ${name} ${host} ${port}`;
}

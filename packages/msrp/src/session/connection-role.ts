/** Who connects to whom: the setup attribute of both descriptions. RFC 4975 §5.4, §8.5, RFC 6135 §4.2 */

/** Values of `a=setup`. "holdconn" is read as if it were not there. RFC 6135 §4.2.1 */
export type Setup = "active" | "passive" | "actpass" | "holdconn";

/** Opens the connection, or waits for it. */
export type ConnectionRole = "active" | "passive";

/**
 * What we answer to an offer. `reachable`: peers can connect to us; otherwise we connect wherever the offer
 * lets us.
 */
export function answerSetup(offered: Setup | undefined, reachable: boolean): ConnectionRole {
  if (offered === "passive") return "active";
  if (offered === "actpass") return reachable ? "passive" : "active"; // RFC 6135 §4.2.2
  return "passive"; // of a peer that says nothing the offerer connects, RFC 4975 §8.5
}

/** The part of the offerer; undefined when the attributes contradict each other. */
export function offererRole(
  offered: Setup | undefined,
  answered: Setup | undefined,
): ConnectionRole | undefined {
  const ours = offered === "holdconn" ? undefined : offered;
  const theirs = answered === "holdconn" || answered === "actpass" ? undefined : answered;
  if (ours === undefined || theirs === undefined) return "active"; // RFC 4975 §8.5
  if (ours === theirs) return undefined;
  return theirs === "active" ? "passive" : "active";
}

export function otherRole(role: ConnectionRole): ConnectionRole {
  return role === "active" ? "passive" : "active";
}

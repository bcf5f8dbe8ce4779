/** Who opens the connection. RFC 4145 §4, RFC 6135 §4.2, RFC 4975 §8.5 */

/** `holdconn` and what else may stand there count as nothing. RFC 6135 §4.2.1 */
export type Setup = "active" | "passive" | "actpass";

export type Role = "active" | "passive";

export function setupNamed(value: string): Setup | undefined {
  switch (value) {
    case "active":
    case "passive":
    case "actpass":
      return value;
    default:
      return undefined;
  }
}

export function otherRole(role: Role): Role {
  return role === "active" ? "passive" : "active";
}

/**
 * The part that whoever answers takes; where the offer leaves the choice, it is the wish that decides.
 * Who offers without a word will open the connection.
 */
export function roleOfAnswerer(offered: Setup | undefined, wish: Role): Role {
  switch (offered) {
    case "actpass":
      return wish;
    case "passive":
      return "active";
    default:
      return "passive";
  }
}

/** The part of whoever offered; undefined when both sides want the same one. */
export function roleOfOfferer(
  offered: Setup | undefined,
  answered: Setup | undefined,
): Role | undefined {
  const role = answered === "active" ? "passive" : "active";
  return offered === "actpass" || (offered ?? "active") === role ? role : undefined;
}

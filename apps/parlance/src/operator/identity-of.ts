/** Whom a route means: `lobby` is one of the domain. */
import type { OperatorPorts } from "./route.ts";

export function identityOf(name: string, { server }: Pick<OperatorPorts, "server">): string {
  return name.includes(":") ? name : `sip:${name}@${server.domain}`;
}

/** What peers whom we do not trust may not say, taken out of their requests. RFC 3325 §5, RFC 3324 */
import type { SipRequest } from "@parlance/sip";

/** By the key of the header line: names are compared as parsed, never as spelt. */
const RESERVED: ReadonlySet<string> = new Set([
  "p-asserted-identity", // RFC 3325 §5
  "p-charging-vector",
  "p-charging-function-addresses",
  "history-info",
  "service-route",
  "p-associated-uri",
  "p-served-user", // RFC 5502 §7.1
  "path", // RFC 3327 §5.1: put in by proxies, never by clients
]);

/** The very same request when there is nothing to remove, as is nearly always so. */
export function clean(request: SipRequest): SipRequest {
  let found: Set<string> | undefined;
  for (const line of request.parts.lines) {
    if (RESERVED.has(line.key) || isNetworkProvided(line)) (found ??= new Set()).add(line.key);
  }
  if (found === undefined) return request;
  const edit = request.edit();
  for (const key of found) edit.remove(key);
  return edit.done();
}

/** RFC 7315 §5.4.3: clients may tell of their access, but not in the name of the network. */
function isNetworkProvided(line: { readonly key: string; readonly text: string }): boolean {
  return line.key === "p-access-network-info" && /network-provided/i.test(line.text);
}

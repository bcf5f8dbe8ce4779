/** Users who do not want to be named. RFC 3323, RFC 3325 §9.3 */
import type { Uri } from "@parlance/sip";
import { hex, type Random } from "@parlance/wire";

/** What stands in From when the sender hides. RFC 3323 §4.1.1.3 */
export const ANONYMOUS_URI = "sip:anonymous@anonymous.invalid";
export const ANONYMOUS_NAME = "Anonymous";
const ANONYMOUS_HOST = "anonymous.invalid";

/** The sender asks that the asserted identity be hidden from others. */
export function asksForAnonymity(privacy: readonly string[] | undefined): boolean {
  return privacy?.some((value) => value.toLowerCase() === "id") ?? false; // IM-8.1.1-04
}

/** An address that names nobody: the common one, or an anonymous entity of a conference. */
export function isAnonymousUri(uri: Uri): boolean {
  return uri.kind === "sip" && uri.host.toLowerCase() === ANONYMOUS_HOST;
}

/** How one anonymous person is told from another inside one session or list. */
export function anonymousEntity(random: Random): string {
  return `sip:anonymous-${hex(random.bytes(4))}@${ANONYMOUS_HOST}`;
}

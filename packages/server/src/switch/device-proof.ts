/** Whether it is the device of a session that speaks. RFC 4975 §7.3, §14.4 */
import { type Line, lastUri, sessionIdOf } from "@parlance/msrp";
import type { MediaPeer } from "../ports/index.ts";

/** The same text, or at least the same session: hosts change behind address translation. RFC 6714 §5 */
export function isSamePath(shown: string, agreed: string): boolean {
  if (shown === agreed) return true;
  const session = sessionIdOf(lastUri(shown));
  return session !== undefined && session === sessionIdOf(lastUri(agreed));
}

/** Whoever was given an `msrps` URI comes over TLS, and shows what he has announced. RFC 4975 §14.4 */
export function proves({ connection }: Line, uri: string, { fingerprints }: MediaPeer): boolean {
  const { transport, peer } = connection;
  if (transport === "tcp" || transport === "ws") return !uri.startsWith("msrps:");
  if (fingerprints.length === 0) return true;
  return fingerprints.some(({ hash, value }) =>
    peer.fingerprints.some((shown) => shown.hash === hash && shown.value === value),
  );
}

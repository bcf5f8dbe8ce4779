/** One description after another of the same session: what changed, and which version it is. RFC 3264 §8 */
import { originOf, type Sdp } from "./sdp.ts";

const FIRST_VERSION = "1";

/** Whether two descriptions say the same; who made them, and which version they are, does not count. */
export function sameSdp(one: Sdp, other: Sdp): boolean {
  return essence(one) === essence(other);
}

/**
 * `same` changes nothing, `foreign` cannot follow: it is of another session, or lost an m= line.
 * RFC 3264 §8
 */
export function compareWithPrevious(previous: Sdp, next: Sdp): "same" | "changed" | "foreign" {
  const [before, now] = [originOf(previous), originOf(next)];
  const ofSession = before.sessionId === now.sessionId && before.username === now.username;
  if (!ofSession || next.media.length < previous.media.length) return "foreign";
  return sameSdp(previous, next) ? "same" : "changed";
}

/** Kept when nothing changed, one more otherwise. RFC 3264 §8, RFC 4975 §8.4 */
export function versionAfter(previous: Sdp | undefined, make: (version: string) => Sdp): Sdp {
  if (previous === undefined) return make(FIRST_VERSION);
  const { version } = originOf(previous);
  const next = make(version);
  return sameSdp(previous, next) ? next : make(String(BigInt(version) + 1n));
}

function essence({ lines, media }: Sdp): string {
  return JSON.stringify([lines.filter(({ type }) => type !== "o"), media]);
}

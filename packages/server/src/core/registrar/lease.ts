/**
 * How long the store keeps a contact: for twice the time that was granted, so that most refreshes need no write.
 *
 * What a crash must not lose is the binding (RFC 3261 §10.3). It is on the disk for longer than its client was told;
 * a refresh that grants no more than that, and changes nothing else, is answered at once. After a crash a client that
 * has gone meanwhile may therefore be tried for as long again as it was granted, and its CSeq may be an older one; a
 * late request cannot use that, since nonces of an earlier life are stale. Everything else is written before its 200.
 */
import type { StoredBinding } from "../../store/index.ts";

const GRANTS_KEPT = 2;

/** When the store may forget what is granted until then. */
export function leaseEnd(now: number, expiresSeconds: number): number {
  return now + GRANTS_KEPT * expiresSeconds * 1_000;
}

/**
 * Whether what is on the disk says all that matters of what would be written. It must not last longer than that either:
 * a client that asks for less time has its reason.
 */
export function covers(
  stored: StoredBinding,
  wanted: StoredBinding,
  grantedUntil: number,
): boolean {
  const { expiresAt } = stored;
  return expiresAt >= grantedUntil && expiresAt <= wanted.expiresAt && isUnchanged(stored, wanted);
}

/** But for the CSeq and the time. */
function isUnchanged(one: StoredBinding, other: StoredBinding): boolean {
  return (
    one.contactText === other.contactText &&
    one.callId === other.callId &&
    one.flow === other.flow &&
    one.address === other.address &&
    one.q === other.q &&
    one.instance === other.instance &&
    one.regId === other.regId &&
    one.path.length === other.path.length &&
    one.path.every((hop, at) => hop === other.path[at])
  );
}

/** Published state of one resource and event package, and the judgement on a PUBLISH. RFC 3903 §6 */

export interface Publication<Body> {
  /** Changes with every successful PUBLISH. */
  readonly etag: string;
  readonly body: Body;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface PublicationLimits {
  readonly perResource: number;
  readonly shortestS: number;
  readonly usualS: number;
  readonly longestS: number;
}

export const PUBLICATION_LIMITS: PublicationLimits = {
  perResource: 10, // one for each device
  shortestS: 60,
  usualS: 3_600,
  longestS: 86_400,
};

export interface PublishAsk<Body> {
  /** The Event header names a package that is composed here. */
  readonly eventKnown: boolean;
  /** SIP-If-Match. */
  readonly ifMatch: string | undefined;
  /** Expires. */
  readonly expiresS: number | undefined;
  /** Undefined without a body; "unknown" for a type that the package does not have. */
  readonly body: Body | "unknown" | undefined;
}

export type PublishVerdict<Body> =
  | {
      readonly do: "refuse";
      readonly status: 400 | 403 | 412 | 415 | 423 | 489;
      readonly reason: string;
      /** For Min-Expires, with 423. */
      readonly minExpiresS: number | undefined;
    }
  | {
      readonly do: "accept";
      /** For Expires and SIP-ETag of the 200. */
      readonly expiresS: number;
      readonly etag: string;
      /** What holds from now on. */
      readonly publications: readonly Publication<Body>[];
      /** Whether anything but a time has changed, so that watchers have to be told. */
      readonly changed: boolean;
    };

/** `etag` is a new one, unlike any before: 128 random bits. Nothing changes unless accepted. */
export function judgePublish<Body>(
  ask: PublishAsk<Body>,
  held: readonly Publication<Body>[],
  by: { readonly etag: string; readonly now: number; readonly limits?: PublicationLimits },
): PublishVerdict<Body> {
  const { shortestS, usualS, longestS, perResource } = by.limits ?? PUBLICATION_LIMITS;
  const alive = held.filter(({ expiresAt }) => expiresAt > by.now);
  if (!ask.eventKnown) return refuse(489, "event package is not composed here"); // step 2
  const { ifMatch, body } = ask;
  const known = alive.find(({ etag }) => etag === ifMatch);
  if (ifMatch !== undefined && known === undefined) return refuse(412, "no such publication"); // step 3
  const wantedS = ask.expiresS ?? usualS; // step 4
  if (wantedS > 0 && wantedS < shortestS) return refuse(423, "expires too soon", shortestS);
  if (body === "unknown") return refuse(415, "body does not belong to the package"); // step 5
  if (known === undefined && body === undefined) return refuse(400, "nothing is published");
  const expiresS = Math.min(wantedS, longestS);
  const others = alive.filter((publication) => publication !== known);
  const accepted = { do: "accept", expiresS, etag: by.etag } as const; // step 6
  if (expiresS === 0) {
    return { ...accepted, publications: others, changed: known !== undefined };
  }
  if (others.length >= perResource) return refuse(403, "too many publications");
  const content = body ?? known?.body;
  if (content === undefined) return refuse(400, "nothing is published");
  const publication = { etag: by.etag, body: content, expiresAt: by.now + expiresS * 1_000 };
  return { ...accepted, publications: [...others, publication], changed: body !== undefined };
}

/** What is left when time has passed; the same list when nothing has ended. RFC 3903 §8.3 */
export function expirePublications<Body>(
  held: readonly Publication<Body>[],
  now: number,
): readonly Publication<Body>[] {
  return held.every(({ expiresAt }) => expiresAt > now)
    ? held
    : held.filter(({ expiresAt }) => expiresAt > now);
}

function refuse(
  status: 400 | 403 | 412 | 415 | 423 | 489,
  reason: string,
  minExpiresS?: number,
): PublishVerdict<never> {
  return { do: "refuse", status, reason, minExpiresS };
}

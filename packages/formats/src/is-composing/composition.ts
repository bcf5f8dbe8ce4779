/** What the other side is seen doing. A pure machine over what arrives and the time. RFC 3994 §3.3 */
import type { IsComposing } from "./is-composing.ts";

export type Composition =
  | { readonly state: "idle" }
  | {
      readonly state: "active";
      readonly contentType: string | undefined;
      /** When to call `compositionAt` if nothing arrives before. */
      readonly until: number;
    };

export const NO_COMPOSITION: Composition = { state: "idle" };

/** Without a refresh value. RFC 3994 §3.3 */
const DEFAULT_SECONDS = 120;
/** Whatever larger value a peer may name: nobody is believed to write one message for longer. */
const LONGEST_SECONDS = 3600;

export function compositionAfter(status: IsComposing, now: number): Composition {
  if (status.state === "idle") return NO_COMPOSITION;
  const seconds = Math.min(status.refreshSeconds ?? DEFAULT_SECONDS, LONGEST_SECONDS);
  return { state: "active", contentType: status.contentType, until: now + seconds * 1000 };
}

/** A content message ends the composition that led to it. */
export function compositionAfterMessage(): Composition {
  return NO_COMPOSITION;
}

export function compositionAt(composition: Composition, now: number): Composition {
  return composition.state === "active" && now >= composition.until ? NO_COMPOSITION : composition;
}

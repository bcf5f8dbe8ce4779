/** A session that ends because it could not be held, and not because somebody wanted it. RFC 3326 */
import { Params, type Tagged } from "@parlance/sip";

/** For who ends a session that he would rather have kept. */
export function lostBecause(text: string): readonly Tagged[] {
  return [{ value: "SIP", params: Params.of(["cause", "408"], ["text", text]) }];
}

/** The words of the peer, and whether it did not want to. */
export function readReasons(reasons: readonly Tagged[]): {
  text: string | undefined;
  lost: boolean;
} {
  const text = reasons.map(({ params }) => params.get("text")).find((one) => one !== undefined);
  const lost = reasons.some(
    ({ value, params }) => value.toUpperCase() === "SIP" && params.get("cause") === "408",
  );
  return { text, lost };
}

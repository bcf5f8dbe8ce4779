/** Whom an envelope of one side may name as its author. Security rule 14 */
import { ANONYMOUS_URI, claimedSender } from "@parlance/im";
import type { Originator } from "../ports/index.ts";

/** Of whoever began the session; anonymous ones name nobody. */
export function speakerOf(originator: Originator | undefined): (uri: string) => boolean {
  const identities = originator?.user?.identities ?? [originator?.address ?? ANONYMOUS_URI];
  return saysItself(identities, originator?.anonymous === true);
}

export function saysItself(
  identities: readonly string[],
  mayHide: boolean,
): (uri: string) => boolean {
  return (uri) => {
    const claim = claimedSender({ uri }, identities);
    return claim === "named" || (claim === "anonymous" && mayHide);
  };
}

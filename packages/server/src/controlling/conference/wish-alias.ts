/** NICKNAME of somebody who is in: what he is called from now on. Clause 8.3, RFC 7701 §7 */
import { judgeNickname } from "@parlance/im";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";

/** The MSRP status that answers it; undefined takes the alias away. */
export function wishAlias(
  conference: Conference,
  participant: Participant,
  alias: string | undefined,
): number {
  const { appearance, address } = participant;
  if (alias === undefined || alias === "") {
    conference.rename(participant, { ...appearance, alias: undefined });
    return 200;
  }
  const verdict = judgeNickname(alias, conference.people.names.policyFor(address));
  if (verdict.kind === "refused") return verdict.status;
  conference.rename(participant, { ...appearance, alias: verdict.nickname });
  return 200;
}

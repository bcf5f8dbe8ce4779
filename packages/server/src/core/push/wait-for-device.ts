/** What comes for somebody whose devices sleep waits for one of them, as long as its sender does. RFC 8599 §5.6.2 */
import type { Cancel } from "@parlance/wire";
import type { Passage, User, Verdict } from "../../ports/index.ts";
import type { RegisteredContact } from "../registrar/contact.ts";
import type { Waking } from "./waking.ts";

export interface WaitForDevice {
  readonly passage: Passage;
  readonly user: User;
  /** Those that are awake. */
  readonly contacts: readonly RegisteredContact[];
  /** What would become of it now. */
  readonly judge: () => Verdict;
  /** Once, when a device has registered, or none has in time. */
  readonly woken: () => void;
}

/** What is worth waking somebody for. */
const WAKES: ReadonlyMap<string, "message" | "session"> = new Map([
  ["MESSAGE", "message"],
  ["INVITE", "session"],
]);

/** Of a user who can be woken. What gives it up; undefined: it need not wait. */
export function waitForDevice(of: WaitForDevice, waking: Waking): Cancel | undefined {
  const { passage, user, contacts, judge, woken } = of;
  const reason = WAKES.get(passage.request.method);
  if (reason === undefined) return undefined;
  if (!isWanted(judge())) return undefined; // nobody is woken for what he does not want
  if (contacts.length === 0) return waking.await(user.address, reason, woken);
  waking.wake(user.address, reason); // those that are awake get it now, the others come for what they have missed
  return undefined;
}

/** It has not reached anybody: whoever sleeps by now, or seems to be there and is not, is woken for it. */
export function wakeAfterFailure(
  { request }: Passage,
  user: User,
  tried: readonly RegisteredContact[],
  waking: Waking,
): void {
  const reason = WAKES.get(request.method);
  if (reason === undefined) return;
  waking.wake(user.address, reason);
  waking.wakeSilent(tried, reason);
}

/** Nothing stands against it but that he is not there. */
function isWanted(verdict: Verdict): boolean {
  if (verdict.do === "refuse") return verdict.refusal.condition === "unreachable";
  return verdict.do === "defer" || verdict.do === "forward" || verdict.do === "pass";
}

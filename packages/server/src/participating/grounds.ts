/** Why something does not reach a user now, for whoever traces: whoever asked is told none of it. */
import type { Grounds } from "@parlance/im";
import type { User } from "../ports/index.ts";

export function lockedOut({ address }: User): Grounds {
  return { why: `the account ${address} is locked`, clause: "RFC 3261 §21.4.5" };
}

/** `rule`: which it is, in words. */
export function ruledOut({
  user,
  rule,
}: {
  readonly user: User;
  readonly rule: string | undefined;
}): Grounds {
  return { why: rule ?? `the access rules of ${user.address}`, clause: "OMA IM 16.2" };
}

const BARRED = {
  sessions: "IM-5.2.4-08a",
  messages: "IM-5.2.4-08b",
  files: "IM-5.2.4-08g",
} as const;

export function barredBy({ address }: User, kind: keyof typeof BARRED): Grounds {
  return { why: `${address} bars ${kind}`, clause: BARRED[kind] };
}

export function notThere({
  user: { address },
  visible,
}: {
  readonly user: User;
  readonly visible: boolean;
}): Grounds {
  if (!visible) return { why: `${address} is invisible`, clause: "IM-5.2.4-08c" };
  return { why: `${address} has no device here that takes it`, clause: "RFC 3261 §21.4.18" };
}

export function behindOthers({ address }: User): Grounds {
  return { why: `earlier messages wait for ${address}`, clause: "OMA IM 14.1" };
}

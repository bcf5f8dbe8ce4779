/** Where it is written that the service says no so: what a trace tells beside the answer. */
import type { Condition } from "./refusal.ts";

/** A row that has one source, or one for sessions and another for the rest. */
type Sources = string | { readonly invite: string; readonly otherwise: string };

const sources: { readonly [condition in Condition]: Sources } = {
  "no such conference": { invite: "IM-7.2.1.3-02", otherwise: "IM-8.1.1-07a" },
  "no feature tag": { invite: "IM-7.2.1.3-01", otherwise: "IM-8.1.1-01" },
  "already focus": "IM-7.2.1.3-03",
  "not authenticated": { invite: "IM-7.2.1.3-04", otherwise: "IM-8.1.1-02" },
  "not provisioned": "IM-8.1.1-06b",
  "no initiation": "IM-7.2.1.3-04",
  "no joining": "IM-7.2.1.3-05",
  "no anonymity": { invite: "IM-7.2.1.3-06", otherwise: "IM-8.1.1-N1" },
  "no adding": "RFC 4579 §5.5",
  "no expelling": "RFC 4579 §5.11",
  "no moderating": "RFC 3903 §6",
  locked: "RFC 4575 §5.5.3",
  "no conference state": "RFC 4575 §3.5",
  "no common media": "IM-7.2.1.3-07",
  "conference full": "RFC 3261 §21.4.24",
  "too many sessions": "RFC 3261 §21.4.24",
  "no list": "IM-8.1.1-06a",
  "bad list": "RFC 5363 §4.1",
  "list too long": "RFC 5365 §7",
  "too big": "RFC 3261 §21.4.4",
  barred: { invite: "IM-5.2.4-08a", otherwise: "IM-5.2.4-08b" },
  "files barred": "IM-5.2.4-08g",
  "access denied": "RFC 3261 §21.4.4",
  unreachable: "RFC 3261 §21.4.18",
  "wrong sender": "IM-8.1.1-04",
  "bad body": "RFC 3261 §21.4.1",
  "no body": "RFC 3261 §21.4.1",
  "no such user": "RFC 3261 §21.4.5",
  "store full": "RFC 3261 §21.4.18",
  "too long for datagrams": "IM-8.1-02",
  "message too large": "RFC 3261 §21.5.7",
  "no pager messages": "RFC 3261 §21.4.4",
  "no such publication": "RFC 3903 §6",
  "too many publications": "RFC 3903 §6",
  "unknown extension": "RFC 3261 §8.2.2.3",
  "extension required": "RFC 3261 §21.4.16",
  "unknown method": "RFC 3261 §8.2.1",
  "not acceptable": "RFC 3261 §21.4.7",
  "unsupported type": "RFC 3261 §8.2.3",
  "interval too small": "RFC 4028 §6",
  "interval too brief": "RFC 3261 §10.3",
  "no such dialog": "RFC 3261 §12.2.2",
  loop: "RFC 5393 §4.2.2",
  "too many hops": "RFC 3261 §16.3",
  "bad event": "RFC 6665 §7.2.1",
  "signed out": "RFC 3680 §5.3",
  "no such push service": "RFC 8599 §8.1",
  "not implemented": "RFC 3261 §8.2.1",
  overload: "RFC 3261 §21.5.4",
  failure: "RFC 3261 §21.5.1",
};

/** The id of a requirement, or the section of an RFC. */
export function clauseOf(condition: Condition, method: string): string {
  const source = sources[condition];
  if (typeof source === "string") return source;
  return method === "INVITE" ? source.invite : source.otherwise;
}

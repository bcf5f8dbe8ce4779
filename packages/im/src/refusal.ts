/** Every way in which the service says no, with its status and the exact text of its Warning. */

/** Which check it was that decided, for whoever traces: it may be a secret of the user who was asked for. */
export interface Grounds {
  /** "sip:bob@example.com is invisible" */
  readonly why: string;
  /** The id of a requirement, or the section of a specification. */
  readonly clause: string;
}

/** A no, as a value. It becomes a response only at the edge of the server. */
export interface Refusal {
  readonly kind: "refusal";
  readonly condition: Condition;
  readonly status: number;
  /** Text of the Warning; absent when the reason must not be told or the status says it all. */
  readonly warning?: string;
  /** Further headers of the answer: `Unsupported`, `Accept`, `Retry-After` … */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Never in an answer. */
  readonly grounds?: Grounds;
}

interface Row {
  readonly condition: string;
  readonly status: number;
  readonly warning?: string;
}

/**
 * The table. Other stacks word some of these alike and put a number in front, so a reader looks
 * for the text inside what it got; see `readCondition`.
 */
const rows = [
  // Texts that the service specification fixes or that its sibling enablers use.
  { condition: "no such conference", status: 404, warning: "conference URI does not exist" },
  { condition: "no feature tag", status: 403, warning: "IM feature tag missing" },
  { condition: "already focus", status: 403, warning: "isfocus already assigned" }, // the exact text of clause 7.2.1.3
  { condition: "not authenticated", status: 403, warning: "originator not authenticated" },
  { condition: "not provisioned", status: 403, warning: "service not authorised" },
  { condition: "no initiation", status: 403, warning: "not authorised to initiate the session" },
  { condition: "no joining", status: 403, warning: "not authorised to join the session" },
  { condition: "no anonymity", status: 403, warning: "anonymity not allowed" }, // IM-8.1.1-N1
  { condition: "no adding", status: 403, warning: "not authorised to add users" },
  { condition: "no expelling", status: 403, warning: "not authorised to expel users" },
  { condition: "no moderating", status: 403, warning: "not authorised to change the session" },
  { condition: "locked", status: 403, warning: "session is locked" },
  { condition: "no conference state", status: 403, warning: "conference state not allowed" },
  { condition: "no common media", status: 488, warning: "no acceptable MSRP media" },
  { condition: "conference full", status: 486, warning: "too many participants" },
  { condition: "too many sessions", status: 486, warning: "too many sessions" },
  { condition: "no list", status: 400, warning: "recipient list missing" },
  { condition: "bad list", status: 400, warning: "recipient list not valid" },
  { condition: "list too long", status: 403, warning: "too many recipients" },
  { condition: "too big", status: 403, warning: "size exceeded" },
  { condition: "barred", status: 480, warning: "incoming barring active" },
  { condition: "files barred", status: 480, warning: "incoming barring active for files" }, // of a link in a message
  { condition: "access denied", status: 403 }, // a warning would reveal the rule of the other user
  { condition: "unreachable", status: 480 },

  // Said by the message functions in addition.
  { condition: "wrong sender", status: 403, warning: "sender is not the originator" },
  { condition: "bad body", status: 400, warning: "message body not valid" },
  { condition: "no body", status: 400, warning: "message body missing" },
  { condition: "no such user", status: 404 },
  { condition: "store full", status: 480, warning: "no room to keep the message" },
  {
    condition: "too long for datagrams",
    status: 413,
    warning: "message too long for the transport",
  },
  { condition: "message too large", status: 513, warning: "size exceeded" },
  { condition: "no pager messages", status: 403, warning: "pager mode not supported by the group" },

  // Said by the functions that hold what a user publishes.
  { condition: "no such publication", status: 412 },
  { condition: "too many publications", status: 403, warning: "too many publications" },

  // Extension handling of SIP; the header that belongs to it comes with the refusal.
  { condition: "unknown extension", status: 420 }, // Unsupported
  { condition: "extension required", status: 421 }, // Require
  { condition: "unknown method", status: 405 }, // Allow
  { condition: "not acceptable", status: 406 },
  { condition: "unsupported type", status: 415 }, // Accept, or Accept-Encoding
  { condition: "interval too small", status: 422 }, // Min-SE
  { condition: "interval too brief", status: 423 }, // Min-Expires
  { condition: "no such dialog", status: 481 },
  { condition: "loop", status: 482 },
  { condition: "too many hops", status: 483 },
  { condition: "bad event", status: 489 },
  { condition: "not implemented", status: 501 },
  { condition: "signed out", status: 403, warning: "device was signed out" }, // from another device of the user
  { condition: "no such push service", status: 555 }, // RFC 8599 §8.1
  { condition: "overload", status: 503 }, // Retry-After
  { condition: "failure", status: 500 },
] as const satisfies readonly Row[];

export type Condition = (typeof rows)[number]["condition"];

const refusals = new Map<Condition, Refusal>(
  rows.map((row) => [row.condition, { kind: "refusal", ...row }]),
);

/** All conditions with their status and text, for documentation and tests. */
export function everyRefusal(): readonly Refusal[] {
  return [...refusals.values()];
}

/** The refusal of a condition; `headers` are what the answer must carry beside the Warning. */
export function refuse(
  condition: Condition,
  headers?: readonly (readonly [name: string, value: string])[],
): Refusal {
  const refusal = refusals.get(condition);
  if (refusal === undefined) throw new Error(`no refusal for ${condition}`);
  return headers === undefined ? refusal : { ...refusal, headers };
}

/** The same refusal to whoever asked, and more to whoever traces. */
export function because(refusal: Refusal, grounds: Grounds): Refusal {
  return { ...refusal, grounds };
}

/** Tells a refusal from whatever else a judgement may return. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "refusal";
}

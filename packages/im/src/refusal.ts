/** Every way in which the service says no, with its status and the exact text of its Warning. */

/** A no, as a value. It becomes a response only at the edge of the server. */
export interface Refusal {
  readonly kind: "refusal";
  readonly condition: Condition;
  readonly status: number;
  /** Text of the Warning; absent when the reason must not be told or the status says it all. */
  readonly warning?: string;
  /** Further headers of the answer: `Unsupported`, `Accept`, `Retry-After` … */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

interface Row {
  readonly status: number;
  readonly warning?: string;
}

/**
 * The table. Other stacks word some of these alike and put a number in front, so a reader looks
 * for the text inside what it got; see `readCondition`.
 */
const rows = {
  // Texts that the service specification fixes or that its sibling enablers use.
  "no such conference": { status: 404, warning: "conference URI does not exist" },
  "no feature tag": { status: 403, warning: "IM feature tag missing" },
  "already focus": { status: 403, warning: "isfocus already assigned" }, // IM-7.2.1.3-03
  "not authenticated": { status: 403, warning: "originator not authenticated" },
  "not provisioned": { status: 403, warning: "service not authorised" },
  "no initiation": { status: 403, warning: "not authorised to initiate the session" },
  "no joining": { status: 403, warning: "not authorised to join the session" },
  "no anonymity": { status: 403, warning: "anonymity not allowed" }, // IM-8.1.1-N1
  "no adding": { status: 403, warning: "not authorised to add users" },
  "no expelling": { status: 403, warning: "not authorised to expel users" },
  "no conference state": { status: 403, warning: "conference state not allowed" },
  "no common media": { status: 488, warning: "no acceptable MSRP media" },
  "conference full": { status: 486, warning: "too many participants" },
  "too many sessions": { status: 486, warning: "too many sessions" },
  "no list": { status: 400, warning: "recipient list missing" },
  "bad list": { status: 400, warning: "recipient list not valid" },
  "list too long": { status: 403, warning: "too many recipients" },
  "too big": { status: 403, warning: "size exceeded" },
  barred: { status: 480, warning: "incoming barring active" },
  "access denied": { status: 403 }, // a warning would reveal the rule of the other user
  unreachable: { status: 480 },

  // Said by the message functions in addition.
  "wrong sender": { status: 403, warning: "sender is not the originator" },
  "bad body": { status: 400, warning: "message body not valid" },
  "no body": { status: 400, warning: "message body missing" },
  "no such user": { status: 404 },
  "store full": { status: 480, warning: "no room to keep the message" },
  "too long for datagrams": { status: 413, warning: "message too long for the transport" },
  "message too large": { status: 513, warning: "size exceeded" },
  "no pager messages": { status: 403, warning: "pager mode not supported by the group" },

  // Extension handling of SIP; the header that belongs to it comes with the refusal.
  "unknown extension": { status: 420 }, // Unsupported
  "extension required": { status: 421 }, // Require
  "unknown method": { status: 405 }, // Allow
  "not acceptable": { status: 406 },
  "unsupported type": { status: 415 }, // Accept, or Accept-Encoding
  "interval too small": { status: 422 }, // Min-SE
  "interval too brief": { status: 423 }, // Min-Expires
  "no such dialog": { status: 481 },
  loop: { status: 482 },
  "too many hops": { status: 483 },
  "bad event": { status: 489 },
  "not implemented": { status: 501 },
  overload: { status: 503 }, // Retry-After
  failure: { status: 500 },
} as const satisfies Record<string, Row>;

export type Condition = keyof typeof rows;

const refusals = new Map<Condition, Refusal>(
  Object.entries<Row>(rows).map(([name, row]) => {
    // Object.entries forgets that the names are those of the table.
    const condition = name as Condition;
    return [condition, { kind: "refusal", condition, ...row }];
  }),
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

/** Tells a refusal from whatever else a judgement may return. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "refusal";
}

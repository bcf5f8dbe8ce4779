/** An INVITE that wants to take the place of another dialog. RFC 3891 */
import { Replaces, type SipRequest } from "../message/index.ts";
import { type DialogTable, type InDialog, referencedId } from "./table.ts";

export type ReplacesVerdict<Usage> =
  /** There is no Replaces in it. */
  | { readonly kind: "none" }
  /** Ended with BYE when it is confirmed, with CANCEL when it is early. Who may do so is judged elsewhere. */
  | { readonly kind: "replace"; readonly usage: Usage }
  | { readonly kind: "refuse"; readonly status: 400 | 481 | 486 | 603 };

/** Throws `FormatError` when the header is malformed or stands twice, which is a 400 too. */
export function judgeReplaces<Usage extends InDialog>(
  request: SipRequest,
  dialogs: DialogTable<Usage>,
): ReplacesVerdict<Usage> {
  const reference = request.get(Replaces);
  if (reference === undefined) return { kind: "none" };
  if (request.method !== "INVITE") return refuse(400); // RFC 3891 §3
  const id = referencedId(reference, "to-tag", "from-tag"); // RFC 3891 §3: to-tag is our own
  if (id === undefined) return refuse(400); // RFC 3891 §6.1
  const usage = dialogs.get(id);
  if (usage === undefined) return refuse(dialogs.hasEnded(id) ? 603 : 481); // RFC 3891 §3
  const { state, caller, method } = usage.dialog;
  if (method !== "INVITE") return refuse(481); // RFC 3891 §3
  if (state === "early" && !caller) return refuse(481); // RFC 3891 §3
  const earlyOnly = reference.params.has("early-only");
  if (earlyOnly && state === "confirmed") return refuse(486); // RFC 3891 §3
  return { kind: "replace", usage };
}

function refuse(status: 400 | 481 | 486 | 603) {
  return { kind: "refuse", status } as const;
}

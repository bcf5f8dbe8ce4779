/** How a no, and what goes with it, becomes an answer. RFC 3261 §20.43 */
import type { Refusal } from "@parlance/im";
import { formatWarning } from "@parlance/im";
import type { MessageEdit, ServerTransaction } from "@parlance/sip";

export function answerRefusal(
  transaction: ServerTransaction,
  refusal: Refusal,
  domain: string,
): void {
  transaction.reply(refusal.status, undefined, refusalHeaders(refusal, domain));
}

export function refusalHeaders(refusal: Refusal, domain: string): (edit: MessageEdit) => void {
  return (edit) => {
    if (refusal.warning !== undefined) {
      edit.setText("Warning", formatWarning(domain, refusal.warning));
    }
    for (const [name, value] of refusal.headers ?? []) edit.setText(name, value);
  };
}

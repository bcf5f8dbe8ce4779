/** How a word of the server itself becomes an answer: a no, with what goes with it, or a yes. RFC 3261 §20.43 */
import { type Condition, formatWarning, type Refusal } from "@parlance/im";
import type { MessageEdit, ServerTransaction } from "@parlance/sip";
import type { Edit, SecurityWatch } from "../ports/index.ts";
import { RELEASE } from "../release.ts";

/** Answers clients in the name of the server, and tells who watches over the server what may be an attack. */
export class Answers {
  readonly #domain: string;
  readonly #watch: SecurityWatch;

  constructor(domain: string, watch: SecurityWatch) {
    this.#domain = domain;
    this.#watch = watch;
  }

  refuse(transaction: ServerTransaction, refusal: Refusal): void {
    if (refusal.status === 403 || LIMITS.has(refusal.condition)) {
      this.#watch.report(`refused: ${refusal.condition}`, transaction.flow.remote.host);
    }
    transaction.reply(refusal.status, undefined, refusalHeaders(refusal, this.#domain));
  }

  /** Says what answers: clients tell a copy under way from a message kept by it. */
  reply(transaction: ServerTransaction, status: number, edit?: Edit): void {
    transaction.reply(status, undefined, (answer) => {
      answer.setText("Server", RELEASE); // Appendix F
      edit?.(answer);
    });
  }
}

/** Bounds that somebody has reached. */
const LIMITS: ReadonlySet<Condition> = new Set<Condition>([
  "overload",
  "store full",
  "message too large",
]);

function refusalHeaders(refusal: Refusal, domain: string): (edit: MessageEdit) => void {
  return (edit) => {
    if (refusal.warning !== undefined) {
      edit.setText("Warning", formatWarning(domain, refusal.warning));
    }
    for (const [name, value] of refusal.headers ?? []) edit.setText(name, value);
  };
}

/** How a word of the server itself becomes an answer: a no, with what goes with it, or a yes. RFC 3261 §20.43 */
import { type Condition, clauseOf, formatWarning, type Refusal } from "@parlance/im";
import type { MessageEdit, ServerTransaction } from "@parlance/sip";
import type { LimitName } from "../limits.ts";
import type { Decision, Decisions, Edit, LimitWatch, SecurityWatch } from "../ports/index.ts";
import { RELEASE } from "../release.ts";

/** Answers clients in the name of the server, and tells who watches over the server what may be an attack. */
export class Answers {
  readonly #domain: string;
  readonly #watch: SecurityWatch;

  readonly #hits: LimitWatch;
  readonly #decisions: Decisions;

  constructor(domain: string, watch: SecurityWatch, hits: LimitWatch, decisions: Decisions) {
    this.#domain = domain;
    this.#watch = watch;
    this.#hits = hits;
    this.#decisions = decisions;
  }

  refuse(transaction: ServerTransaction, refusal: Refusal): void {
    const { status, condition } = refusal;
    const { flow, request } = transaction;
    this.#decisions.tell?.({ ...said(refusal, request.method), by: "refused", request, flow });
    const limit = LIMITS.get(condition);
    if (limit !== undefined) this.#hits.hit(limit);
    if (status === 403 || limit !== undefined || condition === "overload") {
      const fields = { status, method: request.method, transport: flow.transport };
      this.#watch.report(`refused: ${condition}`, flow.remote.host, fields);
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

/** Conditions that tell by themselves which bound was hit. */
const LIMITS: ReadonlyMap<Condition, LimitName> = new Map<Condition, LimitName>([
  ["message too large", "streamBodyBytes"],
  ["too long for datagrams", "datagramMessageBytes"],
  ["list too long", "recipientsPerList"],
]);

/** Which check it was that refused. */
function said(
  { status, condition, warning, grounds }: Refusal,
  method: string,
): Pick<Decision, "said" | "clause"> {
  const why = grounds?.why ?? warning;
  const words = why === undefined ? condition : `${condition}: ${why}`;
  return { said: `${status} ${words}`, clause: grounds?.clause ?? clauseOf(condition, method) };
}

function refusalHeaders(refusal: Refusal, domain: string): (edit: MessageEdit) => void {
  return (edit) => {
    if (refusal.warning !== undefined) {
      edit.setText("Warning", formatWarning(domain, refusal.warning));
    }
    for (const [name, value] of refusal.headers ?? []) edit.setText(name, value);
  };
}

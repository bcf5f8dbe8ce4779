/** Whoever waits for what becomes of a request: a client with a transaction, or a function of ours. */
import type { Refusal } from "@parlance/im";
import type { ServerTransaction, SipResponse } from "@parlance/sip";
import type { Edit, Outcome } from "../ports/index.ts";
import type { Answers } from "./answer.ts";

export interface Asker {
  /** An answer that came from further on. */
  pass(response: SipResponse): void;
  /** An answer of our own. */
  reply(status: number, edit?: Edit): void;
  refuse(refusal: Refusal): void;
  /** Called when the asker takes no interest any more. */
  onCancel(run: () => void): void;
}

export class ClientAsker implements Asker {
  readonly #transaction: ServerTransaction;
  readonly #answers: Answers;

  constructor(transaction: ServerTransaction, answers: Answers) {
    this.#transaction = transaction;
    this.#answers = answers;
  }

  pass(response: SipResponse): void {
    this.#transaction.respond(response);
  }

  reply(status: number, edit?: Edit): void {
    this.#answers.reply(this.#transaction, status, edit);
  }

  refuse(refusal: Refusal): void {
    this.#answers.refuse(this.#transaction, refusal);
  }

  onCancel(run: () => void): void {
    this.#transaction.onCancel = run;
  }
}

/** `taken` runs before the asker hears that it was. */
export function overheard(asker: Asker, taken: () => void): Asker {
  const heard = (status: number): void => {
    if (status >= 200 && status < 300) taken();
  };
  return {
    pass: (response) => {
      heard(response.status);
      asker.pass(response);
    },
    reply: (status, edit) => {
      heard(status);
      asker.reply(status, edit);
    },
    refuse: (refusal) => asker.refuse(refusal),
    onCancel: (run) => asker.onCancel(run),
  };
}

/** Only the end is told: functions of ours do not ring. */
export function functionAsker(done: (outcome: Outcome) => void): Asker {
  return {
    pass: (response) => {
      if (response.status >= 200) done({ status: response.status, response });
    },
    reply: (status) => done({ status, response: undefined }),
    refuse: ({ status }) => done({ status, response: undefined }),
    onCancel: () => undefined,
  };
}

/** Requests that a session makes for itself and that wait for an answer. RFC 4975 §7.1, §7.1.1 */
import type { Cancel } from "@parlance/wire";
import { type MsrpResponse, newIdent, type RequestParts } from "../frame/index.ts";
import type { SessionHost } from "./endpoint.ts";
import type { Line } from "./line.ts";

/** Undefined: it did not come in time, or the connection is gone. */
export type Answered = (status: number | undefined, response?: MsrpResponse) => void;

interface Asked {
  readonly cancel: Cancel;
  readonly answered: Answered;
}

const ANSWER_MS = 30_000; // RFC 4975 §7.1.1

export class OwnRequests {
  readonly #host: SessionHost;
  readonly #asked = new Map<string, Asked>();

  constructor(host: SessionHost) {
    this.#host = host;
  }

  ask(line: Line, parts: Omit<RequestParts, "transactionId">, answered: Answered): void {
    const { writer, wheel, random } = this.#host;
    const transactionId = newIdent(random);
    const cancel = wheel.after(ANSWER_MS, () => this.#settle(transactionId, undefined));
    this.#asked.set(transactionId, { cancel, answered });
    line.write(writer.request({ transactionId, ...parts }));
  }

  /** Whether the response is to one of them. */
  answered(response: MsrpResponse): boolean {
    return this.#settle(response.transactionId, response);
  }

  /** The connection is gone, and with it all answers. */
  drop(): void {
    for (const transactionId of this.#asked.keys()) this.#settle(transactionId, undefined);
  }

  #settle(transactionId: string, response: MsrpResponse | undefined): boolean {
    const asked = this.#asked.get(transactionId);
    if (asked === undefined) return false;
    this.#asked.delete(transactionId);
    asked.cancel();
    asked.answered(response?.status, response);
    return true;
  }
}

/** What the user holds of a request that waits for his answer. RFC 3261 §8.2, §17.2 */
import { FormatError } from "@parlance/wire";
import {
  makeResponse,
  type ResponseEdit,
  type SipRequest,
  type SipResponse,
  To,
} from "../message/index.ts";
import type { Flow } from "./flow.ts";
import type { BuildResponse, ServerTransaction } from "./ports.ts";

/** Brings answers on their way. */
export interface Answering {
  respond(response: SipResponse): void;
  respondOnce(response: SipResponse): void;
  acknowledged(): void;
  /** A callback of the user threw. */
  broken(error: unknown): void;
}

/** Apart from what runs the table: that outlives the answer by half a minute, the request need not. */
export class HeldTransaction implements ServerTransaction {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  answered = false;
  cancelled = false;
  onCancel: (() => void) | undefined;
  onFailure: ((reason: "transport error" | "timeout") => void) | undefined;
  readonly #answering: Answering;
  readonly #newTag: () => string;
  #tag: string | undefined;

  constructor(
    { key, request, flow }: Pick<ServerTransaction, "key" | "request" | "flow">,
    answering: Answering,
    newTag: () => string,
  ) {
    this.key = key;
    this.request = request;
    this.flow = flow;
    this.#answering = answering;
    this.#newTag = newTag;
  }

  get localTag(): string {
    this.#tag ??= this.#newTag();
    return this.#tag;
  }

  reply(status: number, reason?: string, build?: BuildResponse): void {
    this.respond(
      makeResponse(this.request, status, reason, (edit) => {
        if (status > 100) addTag(edit, this.request, this.localTag);
        build?.(edit);
      }),
    );
  }

  respond(response: SipResponse): void {
    this.#answering.respond(response);
  }

  respondOnce(response: SipResponse): void {
    if (!this.answered) this.#answering.respondOnce(response);
  }

  acknowledged(): void {
    this.#answering.acknowledged();
  }

  /** The client has sent CANCEL. */
  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    if (this.answered) return; // RFC 3261 §9.2: too late to have an effect
    if (this.onCancel !== undefined) this.onCancel();
    else this.reply(487); // RFC 3261 §9.2
  }

  fail(reason: "transport error" | "timeout"): void {
    const told = this.onFailure;
    this.onFailure = undefined;
    try {
      told?.(reason);
    } catch (error) {
      this.#answering.broken(error);
    }
  }
}

/** A UAS adds its tag to every answer but 100; a To that cannot be read goes back as it came. RFC 3261 §8.2.6.2 */
export function addTag(edit: ResponseEdit<SipResponse>, request: SipRequest, tag: string): void {
  const to = readable(() => request.to);
  if (to === undefined || to.params.has("tag")) return;
  const name = to.name?.includes("\0") === true ? undefined : to.name; // Read where quoted, never written.
  edit.set(To, { ...to, name, params: to.params.with("tag", tag) });
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The connections that are open now, by their id. */
import { type Flow, isReliable } from "@parlance/sip";

export class LiveFlows {
  readonly #flows = new Map<string, Flow>();

  /** A flow over which something has just come. */
  seen(flow: Flow): void {
    if (isReliable(flow.transport)) this.#flows.set(flow.id, flow);
  }

  closed(flow: Flow): void {
    this.#flows.delete(flow.id);
  }

  get(id: string): Flow | undefined {
    return this.#flows.get(id);
  }
}

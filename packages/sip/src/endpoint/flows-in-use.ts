/** Which transactions ride on which flow, so that the loss of a flow reaches them. RFC 3261 §18.4 */
import { Chain, Lookup } from "@parlance/wire";
import type { Flow } from "./flow.ts";

/** A transaction that has lost its way. */
export interface Rider {
  flowLost(): void;
}

export interface FlowUse {
  readonly flow: Flow;
  closed: boolean;
  count: number;
  readonly riders: Chain<Rider>;
}

export class FlowsInUse {
  readonly #uses = new Lookup<FlowUse>();

  /** Every `take` is paid back with one `release`. */
  take(flow: Flow): FlowUse {
    let use = this.#uses.get(flow.id);
    if (use === undefined) {
      use = { flow, closed: false, count: 0, riders: new Chain() };
      this.#uses.set(flow.id, use);
    }
    use.count += 1;
    return use;
  }

  release(use: FlowUse): void {
    use.count -= 1;
    if (use.count === 0 && !use.closed) this.#uses.delete(use.flow.id);
  }

  closed(flow: Flow): void {
    const use = this.#uses.get(flow.id);
    if (use === undefined) return;
    use.closed = true;
    this.#uses.delete(flow.id);
    for (const rider of use.riders) rider.flowLost();
  }
}

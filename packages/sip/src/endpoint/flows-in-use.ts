/** Which transactions ride on which flow, so that the loss of a flow reaches them. RFC 3261 §18.4 */
import { Chain, Lookup, type Place } from "@parlance/wire";
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
  place: Place<FlowUse> | undefined;
}

export class FlowsInUse {
  readonly #uses = new Lookup<FlowUse>();

  /** Every `take` is paid back with one `release`. */
  take(flow: Flow): FlowUse {
    let use = this.#uses.get(flow.id);
    if (use === undefined) {
      use = { flow, closed: false, count: 0, riders: new Chain(), place: undefined };
      use.place = this.#uses.add(flow.id, use);
    }
    use.count += 1;
    return use;
  }

  release(use: FlowUse): void {
    use.count -= 1;
    if (use.count === 0) this.#forget(use);
  }

  closed(flow: Flow): void {
    const use = this.#uses.get(flow.id);
    if (use === undefined) return;
    use.closed = true;
    this.#forget(use);
    for (const rider of use.riders) rider.flowLost();
  }

  #forget({ place }: FlowUse): void {
    if (place !== undefined) this.#uses.leave(place);
  }
}

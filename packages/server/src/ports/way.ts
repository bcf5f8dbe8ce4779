/** The way through the server, for functions that send requests themselves. */

import type { Refusal } from "@parlance/im";
import type { SipRequest, SipResponse } from "@parlance/sip";
import type { Cancel } from "@parlance/wire";
import type { Binding } from "./binding.ts";
import type { Onward } from "./onward.ts";
import type { Originator, Principal, User } from "./principal.ts";

/** How it ended: a final status, 408 when nobody answered. */
export interface Outcome {
  readonly status: number;
  readonly response: SipResponse | undefined;
}

export interface Way {
  /**
   * A request in the server's own or a user's name, judged as if it had come in: enters before the
   * owner of its target, so terminating rules and deferral apply.
   */
  submit(request: SipRequest, principal: Principal, originator: Originator): Promise<Outcome>;
  /** Straight to contacts of a user (all that fit the request by default), asking no function. */
  deliver(request: SipRequest, user: User, bindings?: readonly Binding[]): Promise<Outcome>;
  /** The way of an INVITE of ours to contacts of a user, asking no function. */
  onward(user: User, bindings: readonly Binding[]): Onward;
  /**
   * The way of an INVITE of ours to whoever it is for, as if it had come in: his participating function is asked,
   * and what it has against it is the answer.
   */
  reach(invite: SipRequest, originator: Originator): Onward | Refusal;
  /**
   * Before `reach`: the devices of whoever it is for sleep, and are woken; `then` runs once, when one of them has registered or none has in
   * time. Undefined: there is nobody to wait for. RFC 8599 §5.6.2
   */
  awaitDevice(invite: SipRequest, originator: Originator, then: () => void): Cancel | undefined;
  /** Contacts of the user that fit the request, the best first. */
  bindings(request: SipRequest, user: User): readonly Binding[];
}

/** A way through the server that leads nowhere: it keeps what it is given and answers as told. */
import { type Refusal, refuse } from "@parlance/im";
import type { SipRequest } from "@parlance/sip";
import type { Binding, Onward, Originator, Outcome, Principal, User, Way } from "../ports/index.ts";

export interface Submitted {
  readonly request: SipRequest;
  readonly principal: Principal;
  readonly originator: Originator;
}

export interface Delivered {
  readonly request: SipRequest;
  readonly user: User;
  readonly bindings: readonly Binding[];
}

type Answer = number | Promise<number>;

export class DeadEnd implements Way {
  readonly submitted: Submitted[] = [];
  readonly delivered: Delivered[] = [];
  readonly contacts = new Map<string, readonly Binding[]>();
  /** What the request asks of a contact. */
  suits: (request: SipRequest, contact: Binding) => boolean = () => true;
  onSubmit: (submitted: Submitted) => Answer = () => 200;
  onDeliver: (delivered: Delivered) => Answer = () => 200;

  async submit(
    request: SipRequest,
    principal: Principal,
    originator: Originator,
  ): Promise<Outcome> {
    const submitted = { request, principal, originator };
    this.submitted.push(submitted);
    return { status: await this.onSubmit(submitted), response: undefined };
  }

  async deliver(
    request: SipRequest,
    user: User,
    bindings: readonly Binding[] = this.bindings(request, user),
  ): Promise<Outcome> {
    const delivered = { request, user, bindings };
    this.delivered.push(delivered);
    return { status: await this.onDeliver(delivered), response: undefined };
  }

  /** No call leads anywhere either. */
  onward(user: User): Onward {
    return {
      party: user.address,
      identities: user.identities,
      targets: [],
      outlet: () => {
        throw new Error("nobody calls here");
      },
    };
  }

  /** Nobody sleeps. */
  awaitDevice(): undefined {
    return undefined;
  }

  reach(): Refusal {
    return refuse("unreachable");
  }

  bindings(request: SipRequest, user: User): readonly Binding[] {
    const contacts = this.contacts.get(user.name) ?? [];
    return contacts.filter((contact) => this.suits(request, contact));
  }
}

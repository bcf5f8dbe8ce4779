/** Sends on by way of the core, which knows where everybody is. 3GPP TS 24.229 §5.7.5, RFC 3261 §16.6 */
import { refuse } from "@parlance/im";
import {
  forwardRequest,
  type NameAddr,
  PAssertedIdentity,
  Route,
  type SipRequest,
} from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Onward, Passage, Towards } from "../../ports/index.ts";
import type { Asker } from "../asker.ts";
import { formFor } from "../contact-form.ts";
import { type DialogLegs, partyOf } from "../dialog-legs.ts";
import { type Branch, Fork, type ForkEnd, sendOne } from "../fork.ts";
import {
  assertedOf,
  type Dress,
  type ForwardObserver,
  makesDialog,
  routeTo,
} from "../forwarder.ts";
import type { Home } from "../home.ts";
import { onwardBy } from "../onward.ts";
import type { RegisteredContact } from "../registrar/contact.ts";
import { answering, type Exits, passBack } from "../routes.ts";
import type { Sender } from "../sender.ts";
import type { CoreHops } from "./core-hops.ts";
import type { Mark, Marks } from "./marks.ts";

export interface CoreForwarderPorts {
  /** Gives a target user up early enough for his messages to be kept. */
  readonly sender: Sender;
  /** Waits longer: behind it lies the same wait once more, at the other end. */
  readonly patientSender: Sender;
  readonly clock: Clock;
  readonly home: Home;
  readonly legs: DialogLegs;
  readonly hops: CoreHops;
  readonly marks: Marks;
}

interface Leaving {
  /** What has been done with it here, and for whom. */
  readonly done: readonly [Mark, party: string] | undefined;
  readonly sender: Sender;
  /** Whom of the user it is for, as far as is known. */
  readonly contact: RegisteredContact | undefined;
  /** Later requests of its dialog come by here. */
  readonly stays: boolean;
}

const RETRY_AFTER_SECONDS = "5";
const CORE = "core";

export class CoreForwarder implements Exits {
  readonly #ports: CoreForwarderPorts;

  constructor(ports: CoreForwarderPorts) {
    this.#ports = ports;
  }

  /** Once, however many devices are known: the core forks. */
  toContacts(
    passage: Passage,
    [contact]: readonly RegisteredContact[],
    observer: ForwardObserver,
    dress: Dress = (request) => request,
  ): void {
    if (contact === undefined) throw new Error("a request for nobody");
    const { sender } = this.#ports;
    const { request, content, flow } = passage;
    const mark = flow === undefined ? "pushed" : "delivered";
    const leaving = formFor(contact, dress(request, contact), content);
    const done = [mark, contact.user] as const;
    this.#send(passage, leaving, { done, sender, contact, stays: true }, observer);
  }

  /** Towards its target: what an originator's function has let pass, and what functions send. */
  leave(passage: Passage, asker: Asker): void {
    this.#leave(passage, passage.request, settling(asker));
  }

  /** Sessions with users of the domain are led through the server at the other end. */
  onward(passage: Passage): Onward | undefined {
    const { flow, request } = passage;
    const { home, hops } = this.#ports;
    if (flow !== undefined && home.keyOf(request.uri) !== undefined) return undefined;
    const { transport, local } = flow ?? { transport: hops.transport, local: undefined };
    const towards: Towards = { key: CORE, transport, local, tagged: true };
    return onwardBy(passage, CORE, towards, (leaving, observer, dress) =>
      this.#leave(leaving, dress(leaving.request), observer),
    );
  }

  /** Nothing of ours: as it came. */
  passOn(passage: Passage, asker: Asker): void {
    const { patientSender: sender } = this.#ports;
    const leaving = { done: undefined, sender, contact: undefined, stays: false };
    this.#send(passage, passage.request, leaving, settling(asker));
  }

  #leave(passage: Passage, request: SipRequest, observer: ForwardObserver): void {
    const { patientSender: sender } = this.#ports;
    const done = ["originated", passage.originator?.address ?? ""] as const;
    this.#send(passage, request, { done, sender, contact: undefined, stays: true }, observer);
  }

  #send(
    passage: Passage,
    request: SipRequest,
    { done, sender, contact, stays }: Leaving,
    observer: ForwardObserver,
  ): void {
    const { clock, marks } = this.#ports;
    const branch: Branch = {
      ...this.#prepared(passage, request, stays),
      loopMark: done && marks.make(...done, request),
      contact,
    };
    if (request.method !== "INVITE") return sendOne(branch, { sender, clock }, observer);
    const plan = {
      method: request.method,
      targets: [{ to: branch, q: 1 }],
      parallel: false,
      breadth: 1,
      branch: (to: Branch) => to,
    };
    const fork = new Fork(plan, { sender, clock }, observer);
    observer.cancellable(() => fork.cancel());
    fork.start();
  }

  #prepared(passage: Passage, request: SipRequest, stays: boolean): Branch {
    const { hops } = this.#ports;
    const recordRoutes = stays ? this.#recordRoutes(passage) : undefined;
    const [top] = request.get(Route) ?? [];
    const onward = forwardRequest(asserted(request, passage), {
      ...(top === undefined ? { routes: [hops.route] } : {}),
      ...(recordRoutes === undefined ? {} : { recordRoutes }),
    });
    return { request: onward.request, to: hops.find(top?.uri) };
  }

  /** Both legs lead to the core, by whatever it has put beside them into the route set. */
  #recordRoutes({ request, principal, flow }: Passage): readonly NameAddr[] | undefined {
    const party = partyOf(principal);
    if (flow === undefined || party === undefined || !makesDialog(request)) return undefined;
    const leg = () => this.#ports.legs.seal({ party, way: { kind: "route" } }, request.callId);
    return [routeTo(leg(), flow), routeTo(leg(), flow)];
  }
}

/** Inside the trust domain the identity stays as it is; a request of ours gets one. RFC 3325 §5 */
function asserted(request: SipRequest, { originator }: Passage): SipRequest {
  const identity = request.has(PAssertedIdentity) ? undefined : assertedOf(originator);
  return identity === undefined
    ? request
    : request.edit().set(PAssertedIdentity, [identity]).done();
}

/** That the core cannot be reached says nothing about whom the request is for. */
function settling(asker: Asker): ForwardObserver {
  return {
    ...answering(asker),
    end(end: ForkEnd) {
      if (end.response !== undefined || end.status !== 480) return passBack(end, asker);
      asker.refuse(refuse("overload", [["Retry-After", RETRY_AFTER_SECONDS]]));
    },
  };
}

/** One subscription: its SUBSCRIBEs, and what its NOTIFYs tell, dialog after dialog. RFC 6665 §4.1 */
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import {
  Allow,
  afterRequest,
  afterResponse,
  type CallAsker,
  CallId,
  Contact,
  CSeq,
  type Dialog,
  dialogOfCaller,
  dialogOfSubscriber,
  Event,
  Expires,
  From,
  headers,
  MaxForwards,
  MinExpires,
  makeRequest,
  nextRequest,
  Params,
  PPreferredIdentity,
  type RequestEdit,
  readSubscriptionStatus,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  type SubscriberInput,
  type SubscriberStep,
  type Subscription,
  SubscriptionState,
  startSubscription,
  stepSubscriber,
  subscriberDeadline,
  To,
  UserAgent,
} from "@parlance/sip";
import { type Cancel, parsed } from "@parlance/wire";
import { ANONYMOUS } from "./anonymous.ts";
import type { SubscriptionsPorts, Watch, Watching, WatchOwner } from "./watch.ts";

export interface WatchingPorts extends SubscriptionsPorts {
  /** It is of no use any more. */
  over(): void;
}

export class WatchingDialog implements Watch {
  readonly #watching: Watching;
  readonly #owner: WatchOwner;
  readonly #ports: WatchingPorts;
  #state: Subscription;
  /** The SUBSCRIBE that the dialog at hand came of, or may come of. */
  #first: SipRequest | undefined;
  #dialog: Dialog | undefined;
  /** Of the last request. */
  #number = 0;
  /** Nothing has been told in this dialog yet. */
  #fresh = true;
  #wake: Cancel = () => {};

  constructor(watching: Watching, owner: WatchOwner, ports: WatchingPorts) {
    this.#watching = watching;
    this.#owner = owner;
    this.#ports = ports;
    this.#state = startSubscription(watching.seconds, ports.clock.now()).subscription;
  }

  start(): void {
    const { clock } = this.#ports;
    this.#take(startSubscription(this.#watching.seconds, clock.now()));
  }

  refresh(): void {
    this.#input({ kind: "refresh" });
  }

  lineIsBack(): void {
    const { phase, leaving } = this.#state;
    if (leaving) return;
    if (phase === "active" || phase === "pending") this.refresh();
    else this.start();
  }

  leave(): void {
    this.#input({ kind: "leave" });
    if (this.#state.phase === "ended") this.stop();
  }

  stop(): void {
    this.#wake();
    this.#first = undefined;
    this.#ports.over();
  }

  /** False when the request belongs to another one. */
  serve(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    const first = this.#first;
    if (first === undefined || request.callId !== first.callId) return false;
    if (request.to.params.get("tag") !== first.from.params.get("tag")) return false;
    const status = parsed(() => this.#notified(first, request));
    transaction.reply(status.ok ? status.value : 400);
    if (!status.ok || status.value !== 200) return true;
    if (request.body.length > 0) this.#tell(request.body);
    const state = request.get(SubscriptionState);
    if (state !== undefined) {
      this.#input({ kind: "notified", status: readSubscriptionStatus(state) });
    }
    return true;
  }

  /** The status that answers it. Throws `FormatError`. */
  #notified(first: SipRequest, notify: SipRequest): number {
    const state = notify.get(SubscriptionState);
    if (state === undefined || notify.get(Event)?.value !== this.#watching.event) return 489;
    readSubscriptionStatus(state);
    const dialog = this.#dialog;
    if (dialog === undefined) {
      this.#dialog = dialogOfSubscriber(first, notify); // RFC 6665 §4.4.1: it may outrun the 2xx
      return this.#dialog === undefined ? 400 : 200;
    }
    if (notify.from.params.get("tag") !== dialog.id.remoteTag) return 481; // of another fork
    const after = afterRequest(dialog, notify);
    if (after === "out of order") return 500;
    this.#dialog = after;
    return 200;
  }

  #tell(document: Uint8Array): void {
    if (this.#state.leaving) return; // the last words of one that nobody listens to any more
    const fresh = this.#fresh;
    this.#fresh = false;
    this.#owner.notified(document, fresh);
  }

  #input(input: SubscriberInput): void {
    this.#take(stepSubscriber(this.#state, input, this.#ports.clock.now()));
  }

  #take({ subscription, effects }: SubscriberStep): void {
    this.#state = subscription;
    for (const effect of effects) {
      if (effect.do === "subscribe") this.#subscribe(effect.expiresS, effect.fresh);
      else this.#ended(effect.reason, effect.again);
    }
    this.#wake();
    const deadline = subscriberDeadline(this.#state);
    if (deadline === undefined) return;
    const { clock } = this.#ports;
    this.#wake = clock.schedule(Math.max(0, deadline - clock.now()), () =>
      this.#input({ kind: "time" }),
    );
  }

  #ended(...[reason, again]: Parameters<WatchOwner["ended"]>): void {
    this.#dialog = undefined;
    const heard = !this.#state.leaving;
    if (!again) this.stop();
    if (heard) this.#owner.ended(reason, again);
  }

  #subscribe(expiresS: number, fresh: boolean): void {
    if (fresh) {
      this.#dialog = undefined;
      this.#first = undefined;
      this.#fresh = true;
    }
    const request = this.#request(expiresS);
    this.#first ??= request;
    const first = this.#first;
    this.#number = request.cseq.number;
    const about = (input: SubscriberInput): void => {
      if (this.#first === first) this.#input(input); // else it is of a dialog that is no more
    };
    const asker: CallAsker = {
      nextNumber: () => {
        this.#number += 1;
        return this.#number;
      },
      response: (response) => {
        if (response.status < 200) return;
        if (this.#first === first) this.#answered(request, response);
        about(answered(response));
      },
      timeout: () => about({ kind: "lost" }),
      failed: () => about({ kind: "lost" }),
    };
    this.#ports.requests.outlet.request(request, [], asker);
  }

  #answered(request: SipRequest, response: SipResponse): void {
    if (response.status >= 300) return;
    const dialog = this.#dialog;
    if (dialog === undefined) this.#dialog = dialogOfCaller(request, response);
    else this.#dialog = afterResponse(dialog, request, response);
  }

  #request(expiresS: number): SipRequest {
    const { uri, account, userAgent, anonymous, body } = this.#watching;
    const { random } = this.#ports;
    const first = this.#first;
    if (this.#dialog !== undefined) {
      const dialog = { ...this.#dialog, localSequence: this.#number };
      const next = nextRequest(dialog, "SUBSCRIBE", (edit) => this.#dress(edit, expiresS));
      this.#dialog = next.dialog;
      return next.request;
    }
    const shown = anonymous ? ANONYMOUS : { name: undefined, uri: account };
    const tag = first?.from.params ?? Params.of(["tag", random.token(128)]);
    return makeRequest("SUBSCRIBE", uri, (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, { ...shown, params: tag });
      edit.set(To, { name: undefined, uri, params: Params.none });
      edit.set(CallId, first?.callId ?? random.token(128));
      edit.set(CSeq, { number: this.#number + 1, method: "SUBSCRIBE" });
      edit.append(PPreferredIdentity, { name: undefined, uri: account, params: Params.none });
      if (anonymous) edit.set(headers.Privacy, ["id"]); // IM-7.1.1.1-05
      edit.setText("Accept-Contact", ACCEPT_CONTACT_IM); // IM-7.1.1.1-01
      edit.set(UserAgent, userAgent); // IM-7.1.1.1-02
      this.#dress(edit, expiresS);
      if (body !== undefined) edit.body(body.bytes, body.type);
    });
  }

  #dress(edit: RequestEdit<SipRequest>, expiresS: number): void {
    const { contact, allow, supported } = this.#ports.face();
    const { event, accept } = this.#watching;
    edit.set(Event, { value: event, params: Params.none });
    edit.setText("Accept", accept);
    edit.set(Expires, expiresS);
    edit.set(Contact, [contact]);
    edit.set(Allow, [...allow]);
    edit.set(headers.Supported, [...supported]);
  }
}

function answered(response: SipResponse): SubscriberInput {
  return {
    kind: "answered",
    status: response.status,
    expiresS: response.get(Expires),
    minExpiresS: response.get(MinExpires),
    retryAfterS: response.get(headers.RetryAfter)?.seconds,
  };
}

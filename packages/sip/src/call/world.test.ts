/** Two user agents with their calls, over the links of the endpoint's small world. */
import assert from "node:assert/strict";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import type { EndpointOptions, Flow, ServerTransaction } from "../endpoint/index.ts";
import { type Host, read, World } from "../endpoint/world.test.ts";
import {
  CallId,
  Contact,
  CSeq,
  From,
  MaxForwards,
  makeRequest,
  makeResponse,
  type NameAddr,
  Params,
  type RequestEdit,
  type ResponseEdit,
  type SipMessage,
  SipRequest,
  SipResponse,
  sipUri,
  To,
} from "../message/index.ts";
import type { Body, Call, CallEdit, Face } from "./index.ts";
import {
  type CallEnd,
  type CallFailure,
  type CallOptions,
  CallTable,
  type CancelReason,
  type IncomingCall,
  type IncomingOwner,
  type Offer,
  type OfferOutcome,
  type OutgoingCall,
  type OutgoingOwner,
  type Placing,
} from "./index.ts";

export const METHODS = ["INVITE", "ACK", "CANCEL", "BYE", "PRACK", "OPTIONS", "INFO"];
export const WITH_UPDATE = [...METHODS, "UPDATE"];

export function sdp(text: string): Body {
  return { type: "application/sdp", bytes: utf8Bytes(text) };
}

export function textOf(body: Body | undefined): string {
  return body === undefined ? "-" : utf8Text(body.bytes);
}

/** A user agent that writes down all it hears, and does what its test has told it to. */
export class Side implements IncomingOwner, OutgoingOwner {
  readonly heard: string[] = [];
  /** What of this side gets lost on the way: "ACK", "200 INVITE". */
  readonly lost: string[] = [];
  readonly host: Host;
  readonly table: CallTable;
  readonly name: string;
  face: Face;
  /** What is done with an INVITE. */
  invited: (incoming: IncomingCall) => void = () => {};
  /** What is done with an offer; by default it is accepted in the order they come: "answer 1", … */
  offer: (offer: Offer, call: Call) => void = (offer) => this.answer(offer);
  request: (transaction: ServerTransaction, call: Call) => boolean | Promise<void> = () => false;
  belongs: (call: Call) => boolean = () => true;
  /** A call that this side has placed is answered. */
  up: (call: Call) => void = () => {};
  incoming: IncomingCall | undefined;
  call: Call | undefined;
  /** What a refresh by INVITE offers. */
  described: Body | undefined;
  #answers = 0;

  constructor(
    world: World,
    address: string,
    name: string,
    options: CallOptions & { readonly endpoint?: EndpointOptions } = {},
  ) {
    this.name = name;
    this.host = world.host(address, options.endpoint);
    const send = this.host.send.bind(this.host);
    this.host.send = (flow: Flow, bytes: Uint8Array) => {
      const message = read(bytes);
      const at = this.lost.indexOf(lineOf(message));
      if (at === -1) return send(flow, bytes);
      this.lost.splice(at, 1);
      this.host.sent.push({ message, flow, bytes });
    };
    const { clock, random } = world;
    this.table = new CallTable(
      { clock, random, outlet: this.host.endpoint, destinationOf: (_dialog, learned) => learned },
      options,
    );
    this.face = {
      contact: { name: undefined, uri: sipUri(name, address), params: Params.none },
      allow: METHODS,
      supported: ["100rel"],
    };
    this.host.serve = (transaction, flow) => this.#serve(transaction, flow);
    this.host.ack = (request: SipRequest) => {
      this.host.acks.push(request);
      this.table.ack(request, this.belongs);
    };
  }

  answer(offer: Offer, edit?: CallEdit): void {
    this.#answers += 1;
    offer.accept({ body: sdp(`answer ${this.#answers} of ${this.name}`), edit });
  }

  place(
    to: Parameters<CallTable["place"]>[1],
    offer: string | undefined = "offer",
    more: Partial<Placing> & { readonly build?: (edit: RequestEdit<SipRequest>) => void } = {},
  ): OutgoingCall {
    const invite = inviteOf(this.name, offer, more.build);
    return this.table.place(invite, to, this, { face: this.face, ...more });
  }

  cancelled(_incoming: IncomingCall, why: CancelReason): void {
    this.heard.push(`cancelled by ${why}`);
  }

  offered(offer: Offer, call: Call): void {
    this.heard.push(`offered ${textOf(offer.body)}`);
    this.offer(offer, call);
  }

  acknowledged(_call: Call, answer: Body | undefined): void {
    this.heard.push(`acknowledged ${textOf(answer)}`);
  }

  requested(transaction: ServerTransaction, call: Call): boolean | Promise<void> {
    this.heard.push(transaction.request.method);
    return this.request(transaction, call);
  }

  description(): Body | undefined {
    return this.described;
  }

  progress(response: SipResponse, early: Call | undefined): void {
    this.heard.push(`${response.status}${early === undefined ? "" : " early"}`);
  }

  answered(call: Call, response: SipResponse): void {
    this.call = call;
    this.up(call);
    this.heard.push(`answered ${response.body.length === 0 ? "-" : utf8Text(response.body)}`);
  }

  failed(failure: CallFailure): void {
    const status = "response" in failure ? ` ${failure.response.status}` : "";
    this.heard.push(`failed: ${failure.kind}${status}`);
  }

  ended(_call: Call, end: CallEnd): void {
    this.heard.push(`ended by ${end.by === "failure" ? end.why : end.by}`);
  }

  /** The start lines of what this side has sent, repeats and all. */
  get sent(): readonly string[] {
    return this.host.sent.map(({ message }) => lineOf(message));
  }

  get sentMessages(): readonly SipMessage[] {
    return this.host.sent.map(({ message }) => message);
  }

  /** The last request or answer of a kind that it sent: "BYE", "200 INVITE". */
  last(line: string): SipMessage {
    const found = this.sentMessages.findLast((message) => lineOf(message) === line);
    return found ?? assert.fail(`${this.name} has not sent ${line}: ${this.sent.join(", ")}`);
  }

  lastRequest(method: string): SipRequest {
    const found = this.last(method);
    return found instanceof SipRequest ? found : assert.fail(`${method} is no request`);
  }

  #serve(transaction: ServerTransaction, _flow: Flow): void | Promise<void> {
    const { request } = transaction;
    if (request.to.params.has("tag")) {
      const call = this.table.find(request, this.belongs);
      return call === undefined ? transaction.reply(481) : call.serve(transaction);
    }
    if (request.method !== "INVITE") return transaction.reply(405);
    const incoming = this.table.invited(transaction, this, this.face);
    if (incoming === undefined) return;
    this.incoming = incoming;
    this.call = incoming.call;
    this.invited(incoming);
  }
}

export function lineOf(message: SipMessage): string {
  if (message instanceof SipRequest) return message.method;
  if (message instanceof SipResponse) return `${message.status} ${message.cseq.method}`;
  return "";
}

let calls = 0;

function inviteOf(
  name: string,
  offer: string | undefined,
  build?: (edit: RequestEdit<SipRequest>) => void,
): SipRequest {
  calls += 1;
  return makeRequest("INVITE", sipUri("bob", "parlance.test"), (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, named(name, Params.of(["tag", `${name}-${calls}`])));
    edit.set(To, named("bob", Params.none));
    edit.set(CallId, `call-${calls}`).set(CSeq, { number: 1, method: "INVITE" });
    build?.(edit);
    if (offer !== undefined) edit.body(utf8Bytes(offer), "application/sdp");
  });
}

function named(user: string, params: Params): NameAddr {
  return { name: undefined, uri: sipUri(user, "parlance.test"), params };
}

export interface Two {
  readonly world: World;
  readonly alice: Side;
  readonly bob: Side;
  readonly toBob: Flow;
}

/** Alice and Bob, over UDP. */
export function two(options: CallOptions = {}, seed = 1): Two {
  const world = new World(seed);
  const alice = new Side(world, "192.0.2.1", "alice", options);
  const bob = new Side(world, "192.0.2.2", "bob", options);
  const toBob = alice.host.datagramsTo({ host: "192.0.2.2", port: 5060 });
  return { world, alice, bob, toBob };
}

/** A call between them that has had its ACK. */
export function inCall(options: CallOptions = {}): Two & { readonly a: Call; readonly b: Call } {
  const both = two(options);
  const { alice, bob, toBob, world } = both;
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(1_000);
  const a = alice.call ?? assert.fail();
  const b = bob.call ?? assert.fail();
  return { ...both, a, b };
}

/** An answer as a peer gives it that has no table of its own. */
export function answerAs(
  transaction: ServerTransaction,
  status: number,
  tag: string,
  build?: (edit: ResponseEdit<SipResponse>) => void,
): void {
  const { request } = transaction;
  const response = makeResponse(request, status, undefined, (edit) => {
    edit.set(To, { ...request.to, params: request.to.params.with("tag", tag) });
    edit.set(Contact, [{ name: undefined, uri: sipUri(tag, "192.0.2.2"), params: Params.none }]);
    build?.(edit);
  });
  transaction.respond(response);
}

/** What an owner is told of an offer of his, in a line. */
export function outcomeText(outcome: OfferOutcome): string {
  if (outcome.kind === "over") return "over";
  return outcome.kind === "answered" ? textOf(outcome.answer) : `refused ${outcome.status}`;
}

/** A phone that holds MSRP sessions: its calls by the stack, its media played by hand. */
import {
  type Answer,
  type Body,
  type Call,
  type CallEnd,
  type CallFailure,
  CallId,
  type CallOwner,
  CallTable,
  Contact,
  CSeq,
  type Endpoint,
  type Face,
  type Flow,
  From,
  type IncomingCall,
  MaxForwards,
  makeRequest,
  type Offer,
  type OutgoingCall,
  Params,
  parseUri,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  sessionOf,
  To,
} from "@parlance/sip";
import { type Clock, type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import { Device } from "./msrp-pipe.ts";

/** What of a phone of the tests it needs. */
export interface PhoneBelow {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly contact: string;
  readonly flow: Flow;
  serve: ((transaction: ServerTransaction) => void) | undefined;
  acknowledged: ((ack: SipRequest) => void) | undefined;
}

export interface Wishes {
  /** `a=setup` of its offers and answers. */
  readonly setup?: string;
  readonly types?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of its path; what makes another session of the same device. */
  readonly session?: string;
  /** Further lines of its description. */
  readonly lines?: readonly string[];
  /** Parameters of its Contact. */
  readonly features?: string;
  /** Its whole Contact. */
  readonly contact?: string;
}

export class SessionPhone {
  readonly device: Device;
  readonly table: CallTable;
  readonly ends: CallEnd[] = [];
  readonly failures: CallFailure[] = [];
  readonly progress: number[] = [];
  readonly offers: Offer[] = [];
  incoming: IncomingCall | undefined;
  cancelled = 0;
  call: Call | undefined;
  answer: SipResponse | undefined;
  /** Answers INVITEs at once. */
  automatic = true;
  /** What it answers offers inside a session with; by default it refuses. */
  meets: ((offer: Offer) => void) | undefined;
  /** What it offers, instead of the usual description. */
  describes: (() => Body) | undefined;
  /** Requests inside the session. */
  readonly inside: SipRequest[] = [];
  readonly #phone: PhoneBelow;
  readonly #random: Random;
  #wishes: Wishes = {};
  #version = 0;

  constructor(
    phone: PhoneBelow,
    name: string,
    on: { readonly clock: Clock; readonly random: Random },
  ) {
    this.#phone = phone;
    this.#random = on.random;
    this.device = new Device(name, phone.flow.transport === "WS" ? "ws" : "tcp");
    this.table = new CallTable({
      ...on,
      outlet: {
        request: (request, to, asker, options) =>
          phone.endpoint.request(request, to, asker, options),
        send: (request, to) => phone.endpoint.send(request, to),
      },
      destinationOf: () => phone.flow,
    });
    phone.serve = (transaction) => this.#serve(transaction);
    phone.acknowledged = (ack) => void this.table.ack(ack, () => true);
  }

  /** Says how it wants its sessions from now on. */
  wish(wishes: Wishes): this {
    this.#wishes = wishes;
    return this;
  }

  /** Calls; what becomes of it shows in `call`, `answer`, `failures`. */
  invite(
    to: string,
    headers: Readonly<Record<string, string>> = {},
    wrap: (offer: Body) => Body = (offer) => offer,
  ): OutgoingCall {
    const own = parseUri(this.#phone.address);
    const request = makeRequest("INVITE", parseUri(to), (edit) => {
      edit.set(MaxForwards, 70).set(CallId, this.#random.token(64));
      edit.set(CSeq, { number: 1, method: "INVITE" });
      const tag = Params.of(["tag", this.#random.token(48)]);
      edit.set(From, { name: undefined, uri: own, params: tag });
      edit.set(To, { name: undefined, uri: parseUri(to), params: Params.none });
      edit.setText("Accept-Contact", "*;+g.oma.sip-im");
      for (const [name, value] of Object.entries({ ...this.#wishes.headers, ...headers })) {
        if (value === "") edit.remove(name);
        else edit.setText(name, value);
      }
      const { bytes, type } = wrap(this.describes?.() ?? this.description("actpass"));
      edit.body(bytes, type);
    });
    return this.table.place(request, this.#phone.flow, this.#owner, { face: this.#face });
  }

  description(setup: string): Body {
    this.#version += 1;
    const { setup: wanted = setup, types = "message/cpim text/plain", session } = this.#wishes;
    const path = session === undefined ? this.device.path : this.pathOf(session);
    const lines = [
      "v=0",
      `o=- 1 ${this.#version} IN IP4 192.0.2.77`,
      "s=-",
      "c=IN IP4 192.0.2.77",
      "t=0 0",
      "m=message 7654 TCP/MSRP *",
      `a=accept-types:${types}`,
      `a=path:${path}`,
      ...(wanted === "" ? [] : [`a=setup:${wanted}`]),
      "a=x-unknown:kept",
      ...(this.#wishes.lines ?? []),
    ];
    return { type: "application/sdp", bytes: utf8Bytes(`${lines.join("\r\n")}\r\n`) };
  }

  /** The same device in another session. */
  deviceFor(session: string): Device {
    const device = new Device(session, this.#phone.flow.transport === "WS" ? "ws" : "tcp");
    Object.defineProperty(device, "path", { value: this.pathOf(session) });
    return device;
  }

  pathOf(session: string): string {
    return this.device.path.replace(/\/[^/;]+;/, `/${session};`);
  }

  /** What the other side said of itself last: a line of its description. */
  said(attribute: string): string | undefined {
    const body = this.#described;
    return new RegExp(`^a=${attribute}:(.*)\r$`, "m").exec(body)?.[1];
  }

  accept(answer: Answer = { body: this.description("active") }): void {
    this.call = this.incoming?.accept(answer);
  }

  get peerPath(): string {
    return this.said("path") ?? "";
  }

  /** The whole description of the other side. */
  get #described(): string {
    const of = this.answer ?? this.incoming?.request;
    const body = of === undefined ? undefined : sessionOf(of);
    return body === undefined ? "" : utf8Text(body.bytes);
  }

  get #face(): Face {
    const [contact] = Contact.read(
      this.#wishes.contact ??
        `<${this.#phone.contact}>;+g.oma.sip-im${this.#wishes.features ?? ""}`,
    ) as readonly [Face["contact"]];
    return {
      contact,
      allow: ["INVITE", "ACK", "BYE", "CANCEL", "UPDATE"],
      supported: ["replaces"],
    };
  }

  readonly #owner = {
    ...this.#callOwner(),
    progress: (response: SipResponse) => void this.progress.push(response.status),
    answered: (call: Call, response: SipResponse) => {
      this.call = call;
      this.answer = response;
    },
    failed: (failure: CallFailure) => void this.failures.push(failure),
    cancelled: () => {
      this.cancelled += 1;
    },
  };

  #callOwner(): CallOwner {
    return {
      offered: (offer) => {
        this.offers.push(offer);
        if (this.meets === undefined) offer.refuse();
        else this.meets(offer);
      },
      acknowledged: () => undefined,
      requested: async (transaction) => {
        this.inside.push(transaction.request);
        transaction.reply(200);
      },
      description: () => undefined,
      ended: (_, end) => void this.ends.push(end),
    };
  }

  #serve(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.to.params.has("tag")) {
      const call = this.table.find(request, () => true);
      if (call === undefined) return transaction.reply(481);
      void call.serve(transaction);
      return;
    }
    if (request.method !== "INVITE") return transaction.reply(200);
    this.incoming = this.table.invited(transaction, this.#owner, this.#face);
    if (this.automatic) this.accept();
  }
}

/** A SIP/IP core in memory: registers phones, vouches for them, and asks the server at both ends. 3GPP TS 24.229 §5.4 */

import type { MsrpDialer } from "@parlance/msrp";
import {
  Contact,
  type Destination,
  Endpoint,
  Expires,
  type Flow,
  formatMessage,
  formatUri,
  forwardRequest,
  HopFinder,
  makeRequest,
  type NameAddr,
  PAssertedIdentity,
  Params,
  RecordRoute,
  Route,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  sipUri,
  withoutOurVia,
} from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import type { ServerConfig } from "../../config.ts";
import { Machine } from "../network.test.ts";
import { SERVER } from "../phone.test.ts";
import { addressOf, DOMAIN, type Phone, type PhoneOptions, World } from "../world.test.ts";

export const CORE = "192.0.2.50";
const SERVER_AT = sipUri(undefined, SERVER, {
  port: 5_070,
  params: Params.of(["transport", "tcp"], ["lr"]),
});
const SERVER_URI = formatUri(SERVER_AT);
/** Where requests that came by the core once find it again. */
const CORE_ROUTE = `sip:${CORE}:6060;transport=tcp;lr`;

export interface CoreHabits {
  /** P-Served-User in place of parameters in Route. RFC 5502 */
  readonly servedUser?: boolean;
  /** Tells the server of registrations. */
  readonly thirdParty?: boolean;
  /** With the client's REGISTER inside. */
  readonly embeds?: boolean;
  /** At the originating end, as a faulty filter may make it. */
  readonly asksTwice?: boolean;
  /** Asks at the terminating end again and again. */
  readonly loops?: boolean;
  /** Does not know a request of another Call-ID again by the Route it has put there. */
  readonly forgetsRoutes?: boolean;
}

type Stage = "new" | "originating" | "originated" | "terminated";

export class SipIpCore {
  readonly endpoint: Endpoint;
  /** Of the phones that are here, by address. */
  readonly flows = new Map<string, Flow>();
  /** What it has handed to the server, with the end at which it did. */
  readonly asked: string[] = [];
  /** What came from the server. */
  readonly fromServer: SipRequest[] = [];
  /** Of SUBSCRIBE for registrations: what is notified, by address; others are refused. */
  readonly registrations = new Map<string, string>();
  readonly #habits: CoreHabits;
  readonly #machine: Machine;
  readonly #callIds = new Set<string>();
  #cseq = 0;

  constructor(world: World, habits: CoreHabits = {}) {
    this.#habits = habits;
    const machine = new Machine(world, CORE, [{ transport: "TCP", port: 6_060, name: "core" }]);
    world.machines.set(CORE, machine);
    const { clock, random } = world;
    this.endpoint = new Endpoint(
      { transports: machine, clock, random, finder: new HopFinder({ clock, random }) },
      {
        request: (request, transaction, flow) => this.#take(request, transaction, flow),
        ack: (request) => this.#pass(request),
      },
      { sentBy: () => ({ host: CORE, port: 6_060 }) },
    );
    machine.events = this.endpoint;
    this.#machine = machine;
  }

  /** The server has crashed: its connections lead nowhere any more. */
  hangUp(): void {
    for (const flow of this.#machine.flows.values()) {
      if (flow.remote.host === SERVER) this.#machine.close(flow);
    }
  }

  /** Takes no connections and answers nothing. */
  set away(away: boolean) {
    this.#machine.dead = away;
  }

  /** Asks the server itself, as a third party: this user is there, or no more. */
  async register(address: string, expires: number, body?: SipRequest): Promise<number> {
    this.#cseq += 1;
    const request = makeRequest("REGISTER", SERVER_AT, (edit) => {
      edit
        .setText("From", `<sip:${CORE}:6060>;tag=${this.#cseq}`)
        .setText("To", `<${address}>`)
        .setText("Contact", `<sip:${CORE}:6060>`)
        .setText("Call-ID", `third-party-${this.#cseq}`)
        .setText("CSeq", `${this.#cseq} REGISTER`)
        .setText("Max-Forwards", "70")
        .set(Expires, expires);
      if (body !== undefined) edit.body(formatMessage(body), "message/sip");
    });
    const { status } = await this.send(request, SERVER_AT);
    return status;
  }

  send(request: SipRequest, to: Destination): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      this.endpoint.request(request, to, {
        response: (response) => {
          if (response.status >= 200) resolve(response);
        },
        timeout: () => reject(new Error("timeout")),
        failed: (reason) => reject(new Error(reason)),
      });
    });
  }

  #take(request: SipRequest, transaction: ServerTransaction, flow: Flow): void {
    if (request.method === "REGISTER") return this.#register(request, transaction, flow);
    if (request.method === "SUBSCRIBE" && request.text("Event") === "reg") {
      return this.#notify(request, transaction, flow);
    }
    const sender = [...this.flows].find(([, { id }]) => id === flow.id)?.[0];
    if (sender === undefined) this.fromServer.push(request);
    if (request.to.params.has("tag")) return this.#relay(routed(request), transaction);
    const stage = this.#stageOf(request);
    const own = routed(request);
    if (sender !== undefined) {
      const vouched = own
        .edit()
        .set(PAssertedIdentity, [addressOf(sender)])
        .done();
      const next = this.#habits.asksTwice === true ? "originating" : "originated";
      return this.#ask(vouched, next, sender, transaction);
    }
    if (stage === "originating") {
      const [asserted] = own.get(PAssertedIdentity) ?? [];
      return this.#ask(own, "originated", formatUri(asserted?.uri ?? own.uri), transaction);
    }
    if (stage === "terminated" && this.#habits.loops !== true)
      return this.#deliver(own, transaction);
    this.#ask(own, "terminated", keyOf(own), transaction);
  }

  #notify(request: SipRequest, transaction: ServerTransaction, flow: Flow): void {
    this.asked.push(`reg of ${keyOf(request)}`);
    const document = this.registrations.get(keyOf(request));
    if (document === undefined) return transaction.reply(403);
    transaction.reply(200);
    const [contact] = (request.get(Contact) ?? []) as readonly NameAddr[]; // no star
    const notify = makeRequest("NOTIFY", contact?.uri ?? request.uri, (edit) => {
      edit
        .setText("From", `${request.text("To")};tag=core`)
        .setText("To", request.text("From") ?? "")
        .setText("Call-ID", request.callId)
        .setText("CSeq", "1 NOTIFY")
        .setText("Max-Forwards", "70")
        .setText("Event", "reg")
        .setText("Subscription-State", "terminated;reason=timeout")
        .body(utf8Bytes(document), "application/reginfo+xml");
    });
    void this.send(notify, flow.transport === "TCP" ? SERVER_AT : flow);
  }

  #stageOf(request: SipRequest): Stage {
    if (this.#habits.forgetsRoutes !== true) return stageOf(request);
    const known = this.#callIds.has(request.callId);
    this.#callIds.add(request.callId);
    return known ? stageOf(request) : "new";
  }

  #register(request: SipRequest, transaction: ServerTransaction, flow: Flow): void {
    const address = keyOf(request.edit().uri(request.to.uri).done());
    const contacts = request.get(Contact) ?? [];
    const [contact] = "star" in contacts ? [] : contacts;
    const expires = Number(contact?.params.get("expires") ?? request.get(Expires) ?? 3_600);
    if (expires === 0) this.flows.delete(address);
    else this.flows.set(address, flow);
    transaction.reply(200);
    if (this.#habits.thirdParty === false) return;
    void this.register(address, expires, this.#habits.embeds === true ? request : undefined);
  }

  #ask(request: SipRequest, stage: Stage, served: string, transaction: ServerTransaction): void {
    const end = stage === "terminated" ? "terminating" : "originating";
    this.asked.push(`${request.method} ${end} ${served}`);
    const marks = this.#habits.servedUser === true ? "" : end === "originating" ? ";orig" : ";term";
    const back = `<${CORE_ROUTE};stage=${stage}>`;
    const edit = request.edit().setText("Route", `<${SERVER_URI}${marks}>`, back);
    if (this.#habits.servedUser === true) {
      const sescase = end === "originating" ? "orig" : "term";
      const regstate = this.flows.has(served) ? "reg" : "unreg";
      edit.setText("P-Served-User", `<${served}>;sescase=${sescase};regstate=${regstate}`);
    }
    if (request.method === "INVITE") {
      edit.prepend(RecordRoute, ...RecordRoute.read(`<${CORE_ROUTE}>`));
    }
    this.#forward(edit.done(), SERVER_AT, transaction);
  }

  #deliver(request: SipRequest, transaction: ServerTransaction): void {
    const flow = this.flows.get(keyOf(request));
    if (flow === undefined) return transaction.reply(480);
    const edit = request.edit().remove(PAssertedIdentity).remove("P-Served-User");
    this.#forward(edit.done(), flow, transaction);
  }

  #relay(request: SipRequest, transaction: ServerTransaction): void {
    this.#forward(request, this.#nextOf(request), transaction);
  }

  #pass(request: SipRequest): void {
    const onward = routed(request);
    this.endpoint.send(onward, this.#nextOf(onward));
  }

  /** The next Route, or the phone whose contact is the target. */
  #nextOf(request: SipRequest): Destination {
    const [next] = request.get(Route) ?? [];
    if (next?.uri.kind === "sip") return next.uri;
    const { uri } = request;
    if (uri.kind === "sip" && uri.host === SERVER) return uri;
    const flow = [...this.flows.values()].find(
      ({ remote }) => uri.kind === "sip" && remote.host === uri.host,
    );
    if (flow === undefined) throw new Error(`nobody at ${request.uriText}`);
    return flow;
  }

  #forward(request: SipRequest, to: Destination, transaction: ServerTransaction): void {
    const running = this.endpoint.request(forwardRequest(request, {}).request, to, {
      response: (response) => transaction.respond(withoutOurVia(response)),
      timeout: () => transaction.reply(408),
      failed: () => transaction.reply(480),
    });
    transaction.onCancel = () => running.cancel();
  }
}

/** The server behind a core, and phones that know the core alone. */
export async function behindCore(
  habits: CoreHabits = {},
  config: Partial<ServerConfig> = {},
  dialer?: MsrpDialer,
): Promise<{ world: World; core: SipIpCore; phone: (user: string, more?: PhoneOptions) => Phone }> {
  const world = await World.open({ ...AS, ...config }, undefined, dialer);
  const core = new SipIpCore(world, habits);
  return { world, core, phone: (user, more) => world.phone(user, { ...more, at: CORE }) };
}

export const AS = {
  core: {
    trustedPeers: [{ name: "core", addresses: [CORE, "192.0.2.51"], tlsNames: [] }],
    trustedListeners: ["peers"],
    applicationServer: {
      next: `sip:${CORE}:6060;transport=tcp`,
      names: ["as.parlance.test"],
    },
  },
} as const satisfies Partial<ServerConfig>;

/** Route as the core writes it when it asks at this end. */
export function triggered(end: "orig" | "term"): readonly string[] {
  const stage: Stage = end === "orig" ? "originated" : "terminated";
  return [`<${SERVER_URI};${end}>`, `<${CORE_ROUTE};stage=${stage}>`];
}

function stageOf(request: SipRequest): Stage {
  const [top] = request.get(Route) ?? [];
  const stage = top?.uri.kind === "sip" ? top.uri.params.get("stage") : undefined;
  if (stage === "originating" || stage === "originated" || stage === "terminated") return stage;
  return "new";
}

/** Without the Route values that name the core. */
function routed(request: SipRequest): SipRequest {
  const routes = request.get(Route) ?? [];
  const edit = request.edit();
  for (const { uri } of routes) {
    if (uri.kind !== "sip" || uri.host !== CORE) break;
    edit.removeFirst(Route);
  }
  return edit.done();
}

function keyOf({ uri }: SipRequest): string {
  return uri.kind === "sip" ? `sip:${uri.user}@${DOMAIN}` : "";
}

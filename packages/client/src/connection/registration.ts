/** Keeps the client registered: at the start, at half time, after every loss, until it leaves. RFC 3261 §10.2, RFC 5626 §4.2 */

import {
  IM_TAG,
  isImServer,
  LARGE_MESSAGE_TAG,
  METHODS,
  readCondition,
  readWarnings,
} from "@parlance/im";
import {
  addressKey,
  CallId,
  Contact,
  CSeq,
  Expires,
  type Flow,
  From,
  headers,
  MaxForwards,
  MinExpires,
  makeRequest,
  type NameAddr,
  Params,
  type SipRequest,
  type SipResponse,
  type SipUri,
  Supported,
  sipUri,
  To,
  UserAgent,
} from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { PushOptions } from "../options.ts";
import { isWebSocket } from "../transports/is-web-socket.ts";
import { refreshAfterMs, renewalAheadS } from "./refresh-time.ts";
import type { Requests } from "./requests.ts";

export interface Registering {
  readonly account: SipUri;
  readonly domain: string;
  /** UUID URN of the device. RFC 5626 §4.1 */
  readonly instance: string;
  /** 0: not at all. */
  readonly seconds: number;
  readonly userAgent: string;
  /** What the device calls itself; nobody but its user is told. */
  readonly deviceName: string | undefined;
  readonly push: PushOptions | undefined;
}

export interface RegistrationPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
}

/** What the registrar granted. */
export interface Registered {
  readonly seconds: number;
  readonly flowTimerS: number | undefined;
  /** It says that it is an IM server. Appendix F */
  readonly imServer: boolean;
  /** It wakes the device when its connection is gone. RFC 8599 §4.1 */
  readonly wakeable: boolean;
  /** All addresses of the user that the server knows. RFC 3455 §4.1 */
  readonly associated: readonly string[];
}

/** Of a client that only asks. */
const UNREGISTERED: Registered = {
  seconds: 0,
  flowTimerS: undefined,
  imServer: false,
  wakeable: false,
  associated: [],
};

/** More than the requests that one `send` may become. */
const MOST_NUMBERS = 8;

export class Registration {
  readonly #about: Registering;
  readonly #ports: RegistrationPorts;
  readonly #failed: (error: unknown) => void;
  readonly #callId: string;
  #sequence = 0;
  #contact: NameAddr | undefined;
  #refresh: Cancel = () => {};

  /** `failed` hears of a refresh that did not succeed. */
  constructor(about: Registering, ports: RegistrationPorts, failed: (error: unknown) => void) {
    this.#about = about;
    this.#ports = ports;
    this.#failed = failed;
    this.#callId = ports.random.token(128); // the same for one device, RFC 3261 §10.2
  }

  /** The contact that stands in our requests, once there is a flow. */
  get contact(): NameAddr | undefined {
    return this.#contact;
  }

  /** Rejects with ImError. */
  async register(flow: Flow): Promise<Registered> {
    this.#contact = contactOn(flow, this.#about);
    const { seconds } = this.#about;
    return seconds === 0 ? UNREGISTERED : this.#run(seconds);
  }

  /** Takes the contact away; a server that does not answer forgets it in time. */
  async leave(): Promise<void> {
    this.stop();
    if (this.#contact !== undefined && this.#about.seconds > 0) await this.#send(0);
    this.#contact = undefined;
  }

  /** No more refreshes, without telling the server. */
  stop(): void {
    this.#refresh();
  }

  async #run(seconds: number): Promise<Registered> {
    this.#refresh();
    let response = await this.#send(seconds);
    const least = response.status === 423 ? response.get(MinExpires) : undefined;
    if (least !== undefined) response = await this.#send(least); // RFC 3261 §10.2.8
    if (response.status >= 300) throw refusedWith(response);
    this.#ports.requests.serviceRoute = response.get(headers.ServiceRoute) ?? [];
    const granted = this.#granted(response) ?? seconds;
    const ahead = this.#about.push?.renewsItself ? renewalAheadS(response) : undefined;
    this.#refresh = this.#ports.clock.schedule(refreshAfterMs(granted, ahead), () => {
      this.#run(seconds).catch(this.#failed);
    });
    return {
      seconds: granted,
      flowTimerS: flowTimerOf(response),
      imServer: isImServer(response.text("Server")),
      wakeable: wakes(response, this.#about.push),
      associated: (response.get(headers.PAssociatedUri) ?? []).map(({ uri }) => addressKey(uri)),
    };
  }

  /** A challenged request uses one number more for each answer to a challenge. RFC 3261 §10.3 step 7 */
  #send(seconds: number): Promise<SipResponse> {
    this.#sequence += MOST_NUMBERS;
    return this.#ports.requests.send(this.#request(seconds));
  }

  #request(seconds: number): SipRequest {
    const { account, domain, userAgent, deviceName: name } = this.#about;
    const tag = Params.none.with("tag", this.#ports.random.token(64));
    const sequence = this.#sequence;
    return makeRequest("REGISTER", sipUri(undefined, domain), (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, { name: undefined, uri: account, params: tag });
      edit.set(To, { name: undefined, uri: account, params: Params.none });
      edit.set(CallId, this.#callId);
      edit.set(CSeq, { number: sequence, method: "REGISTER" });
      if (this.#contact !== undefined) edit.set(Contact, [{ ...this.#contact, name }]);
      edit.set(Expires, seconds);
      edit.set(Supported, ["path", "outbound", "gruu"]);
      edit.set(headers.Allow, [...METHODS]);
      edit.set(UserAgent, userAgent);
    });
  }

  /** The lifetime of our own contact among those of the answer. RFC 3261 §10.2.4 */
  #granted(response: SipResponse): number | undefined {
    const contacts = response.get(Contact);
    if (contacts === undefined || "star" in contacts) return response.get(Expires);
    const instance = this.#contact?.params.get("+sip.instance");
    const own = contacts.find(({ params }) => params.get("+sip.instance") === instance);
    const text = own?.params.get("expires");
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : response.get(Expires);
  }
}

/** Where the server reaches us: by the flow itself, whatever a NAT makes of its address. */
function contactOn(flow: Flow, { account, instance, push }: Registering): NameAddr {
  const { transport, local } = flow;
  const params = withPush(Params.none.with("transport", transport.toLowerCase()), push);
  const uri = isWebSocket(transport)
    ? sipUri(account.user, local.host, { params }) // a made-up name without a port, RFC 7118 §5.1
    : sipUri(account.user, local.host, { port: local.port, params });
  return {
    name: undefined,
    uri,
    params: Params.of(
      ["+sip.instance", `<${instance}>`],
      ["reg-id", "1"],
      [IM_TAG, ""],
      [LARGE_MESSAGE_TAG, ""],
      ...(push?.renewsItself ? [["+sip.pnsreg", ""] as const] : []), // RFC 8599 §4.1.4
    ),
  };
}

/** RFC 8599 §4.1.1 */
function withPush(params: Params, push: PushOptions | undefined): Params {
  if (push === undefined) return params;
  const { provider, prid, param } = push;
  const told = params.with("pn-provider", provider).with("pn-prid", prid);
  return param === undefined ? told : told.with("pn-param", param);
}

function wakes(response: SipResponse, push: PushOptions | undefined): boolean {
  if (push === undefined) return false;
  const told = response.texts("Feature-Caps").join(",").toLowerCase();
  return told.includes(`+sip.pns="${push.provider.toLowerCase()}"`); // RFC 8599 §8.2
}

function refusedWith(response: SipResponse): ImError {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response);
  if (status === 555) return new ImError("refused", { status }); // RFC 8599 §8.1: it will not be served later, either
  if (status >= 500 || status === 408 || retryAfterMs !== undefined) {
    return new ImError("server trouble", { status, ...retryAfterMs });
  }
  if (readCondition(status, readWarnings(response.texts("Warning"))) === "signed out") {
    return new ImError("signed out", { status });
  }
  return new ImError(status === 403 || status === 404 ? "not authenticated" : "refused", {
    status,
  });
}

function retryAfterOf(response: SipResponse): { retryAfterMs: number } | undefined {
  const wait = response.get(headers.RetryAfter);
  return wait === undefined ? undefined : { retryAfterMs: wait.seconds * 1000 };
}

/** RFC 5626 §5.4 */
function flowTimerOf(response: SipResponse): number | undefined {
  const text = response.text("Flow-Timer");
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

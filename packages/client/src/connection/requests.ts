/** Requests over the line: routed, challenges answered, one final response each. */
import {
  AuthenticationInfo,
  type AuthValue,
  type CallOutlet,
  type CallSending,
  type DigestClient,
  type Endpoint,
  type Flow,
  type NameAddr,
  ProxyAuthenticate,
  type RequestOptions,
  Route,
  type SendFailure,
  type SipRequest,
  type SipResponse,
  WwwAuthenticate,
} from "@parlance/sip";
import { ImError } from "../base/errors.ts";
import { AskedRequest, type Asker, type Credentials } from "./asked-request.ts";

/** The account and its server are one peer: credentials never go anywhere else. */
export const SERVER = "server";

export class Requests {
  /** What calls send by: ACK and BYE go over the line too, wherever the peer was heard last. */
  readonly outlet: CallOutlet = {
    request: (request, _to, asker, options) => this.#ask(request, asker, options),
    send: (ack) => this.#pass(ack),
  };

  /** The way through the home network that the registrar named. RFC 3608 §6.1 */
  serviceRoute: readonly NameAddr[] = [];
  readonly #endpoint: Endpoint;
  readonly #digest: DigestClient;
  readonly #flow: () => Flow | undefined;
  readonly #unanswered: (flow: Flow) => void;
  /** Those without an end. */
  readonly #open = new Set<AskedRequest>();
  readonly #idle: (() => void)[] = [];

  /** `unanswered` hears of each flow on which the server left a request without an answer. */
  constructor(
    endpoint: Endpoint,
    digest: DigestClient,
    flow: () => Flow | undefined,
    unanswered: (flow: Flow) => void,
  ) {
    this.#endpoint = endpoint;
    this.#digest = digest;
    this.#flow = flow;
    this.#unanswered = unanswered;
  }

  /** Resolves with the final response, whatever its status but 401 and 407. Rejects with ImError. */
  send(request: SipRequest): Promise<SipResponse> {
    let { number } = request.cseq;
    return new Promise((resolve, reject) => {
      this.#ask(request, {
        response(response) {
          const { status } = response;
          if (status === 401 || status === 407)
            reject(new ImError("not authenticated", { status }));
          else if (status >= 200) resolve(response);
        },
        timeout: () => reject(new ImError("timeout")),
        failed: (reason) => reject(failureOf(reason)),
        distrusted: () => reject(new ImError("not authenticated")),
        nextNumber() {
          number += 1;
          return number;
        },
      });
    });
  }

  /** Resolves when every request has its answer, with what was asked because of it. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** A 401 or 407 that comes through is final. */
  #ask(request: SipRequest, asker: Asker, options?: RequestOptions): CallSending {
    const asked: AskedRequest = new AskedRequest(this.#routed(request), asker, {
      send: (attempt, observer) => {
        const flow = this.#flow();
        if (flow !== undefined) return this.#endpoint.request(attempt, flow, observer, options);
        observer.failed("no hop");
        return undefined;
      },
      answer: (to, answered) => this.#answer(request, to, answered),
      confirms: (response, sent) => this.#confirms(response, sent),
      unanswered: (flow) => this.#unanswered(flow),
      ended: () => this.#ended(asked),
    });
    this.#open.add(asked);
    asked.start(this.#ahead(request));
    return asked;
  }

  #ended(asked: AskedRequest): void {
    this.#open.delete(asked);
    if (this.#open.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #pass(request: SipRequest): void {
    const flow = this.#flow();
    if (flow !== undefined) this.#endpoint.send(request, flow);
  }

  /**
   * Over the registered connection, by the way that the network wants. IM-8.1.1-11, IM-8.1.1-X1, IM-7.1.1.1-X1,
   * IM-9.1.1.1-X1, IM-5.2.4-09, IM-5.2.4-X1
   */
  #routed(request: SipRequest): SipRequest {
    const { serviceRoute } = this;
    const inDialog = request.to.params.has("tag"); // which has a route of its own
    if (serviceRoute.length === 0 || request.method === "REGISTER" || inDialog) return request;
    return request.edit().set(Route, serviceRoute).done();
  }

  /** Datagrams are challenged one by one: what the last challenge told is used at once. */
  #ahead(request: SipRequest): Credentials | undefined {
    if (this.#flow()?.transport !== "UDP") return undefined;
    const value = this.#digest.authorize(protectedOf(request), SERVER);
    const proxy = request.method !== "REGISTER";
    return value === undefined ? undefined : { value, proxy };
  }

  #answer(
    request: SipRequest,
    response: SipResponse,
    answered: AuthValue | undefined,
  ): Credentials | undefined {
    const proxy = response.status === 407;
    const challenges = response.get(proxy ? ProxyAuthenticate : WwwAuthenticate) ?? [];
    if (this.#digest.challenged(challenges, SERVER, answered) !== "retry") return undefined;
    const value = this.#digest.authorize(protectedOf(request), SERVER);
    return value === undefined ? undefined : { value, proxy };
  }

  /** False: whoever answers does not know the password. */
  #confirms(response: SipResponse, sent: AuthValue | undefined): boolean {
    const info = response.get(AuthenticationInfo);
    if (info === undefined || sent === undefined || response.status >= 300) return true;
    return this.#digest.confirmed(info, sent, response.body);
  }
}

function protectedOf(request: SipRequest): { method: string; uri: string; body: Uint8Array } {
  return { method: request.method, uri: request.uriText, body: request.body };
}

function failureOf(reason: SendFailure): ImError {
  if (reason === "too large") return new ImError("too large");
  if (reason === "stopped") return new ImError("closed");
  return new ImError("offline");
}

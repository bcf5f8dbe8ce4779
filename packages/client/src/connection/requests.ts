/** Requests outside dialogs: sent over the line, challenges answered, one final response each. */
import {
  AuthenticationInfo,
  Authorization,
  type AuthValue,
  CSeq,
  type DigestClient,
  type Endpoint,
  type Flow,
  type NameAddr,
  ProxyAuthenticate,
  ProxyAuthorization,
  Route,
  type SendFailure,
  type SipRequest,
  type SipResponse,
  WwwAuthenticate,
} from "@parlance/sip";
import { ImError } from "../base/errors.ts";

/** The account and its server are one peer: credentials never go anywhere else. */
export const SERVER = "server";

const MAX_CHALLENGES = 3; // a stale nonce on top of a first challenge, twice

export class Requests {
  /** The way through the home network that the registrar named. RFC 3608 §6.1 */
  serviceRoute: readonly NameAddr[] = [];
  readonly #endpoint: Endpoint;
  readonly #digest: DigestClient;
  readonly #flow: () => Flow | undefined;
  readonly #unanswered: (flow: Flow) => void;

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
  async send(request: SipRequest): Promise<SipResponse> {
    let attempt = this.#routed(request);
    let credentials = this.#ahead(request);
    // Those sent ahead are a guess: a nonce may be known on another connection only.
    let answered: AuthValue | undefined;
    for (let challenges = 0; ; challenges += 1) {
      const response = await this.#once(withCredentials(attempt, credentials));
      if (response.status !== 401 && response.status !== 407) {
        this.#confirm(response, credentials?.value);
        return response;
      }
      if (challenges === MAX_CHALLENGES) throw new ImError("not authenticated", response);
      credentials = this.#answer(request, response, answered);
      answered = credentials.value;
      attempt = nextInSequence(attempt); // RFC 3261 §8.1.3.5
    }
  }

  /** IM-8.1.1-11: over the registered connection, by the way that the network wants. */
  #routed(request: SipRequest): SipRequest {
    const { serviceRoute } = this;
    if (serviceRoute.length === 0 || request.method === "REGISTER") return request;
    return request.edit().set(Route, serviceRoute).done(); // IM-8.1.1-X1
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
  ): Credentials {
    const proxy = response.status === 407;
    const challenges = response.get(proxy ? ProxyAuthenticate : WwwAuthenticate) ?? [];
    const outcome = this.#digest.challenged(challenges, SERVER, answered);
    const value =
      outcome === "retry" ? this.#digest.authorize(protectedOf(request), SERVER) : undefined;
    if (value === undefined) throw new ImError("not authenticated", { status: response.status });
    return { value, proxy };
  }

  #confirm(response: SipResponse, sent: AuthValue | undefined): void {
    const info = response.get(AuthenticationInfo);
    if (info === undefined || sent === undefined || response.status >= 300) return;
    if (!this.#digest.confirmed(info, sent, response.body)) {
      throw new ImError("not authenticated", { status: response.status });
    }
  }

  #once(request: SipRequest): Promise<SipResponse> {
    const flow = this.#flow();
    if (flow === undefined) return Promise.reject(new ImError("offline"));
    return new Promise((resolve, reject) => {
      const transaction = this.#endpoint.request(request, flow, {
        response(response) {
          if (response.status >= 200) resolve(response);
        },
        timeout: () => {
          reject(new ImError("timeout"));
          // What is too large for a datagram has gone over a stream beside the line.
          this.#unanswered(transaction.flow ?? flow);
        },
        failed: (reason) => reject(failureOf(reason)),
      });
    });
  }
}

interface Credentials {
  readonly value: AuthValue;
  readonly proxy: boolean;
}

function protectedOf(request: SipRequest): { method: string; uri: string; body: Uint8Array } {
  return { method: request.method, uri: request.uriText, body: request.body };
}

function withCredentials(request: SipRequest, credentials: Credentials | undefined): SipRequest {
  if (credentials === undefined) return request;
  const type = credentials.proxy ? ProxyAuthorization : Authorization;
  return request.edit().set(type, [credentials.value]).done();
}

function nextInSequence(request: SipRequest): SipRequest {
  const { number, method } = request.cseq;
  return request
    .edit()
    .set(CSeq, { number: number + 1, method })
    .done();
}

function failureOf(reason: SendFailure): ImError {
  if (reason === "too large") return new ImError("too large");
  if (reason === "stopped") return new ImError("closed");
  return new ImError("offline");
}

/** One request of ours until its end: challenges are answered on the way, all else is told. RFC 3261 §8.1.3.5, §22 */
import {
  Authorization,
  type AuthValue,
  type CallAsker,
  type CallSending,
  type ClientTransaction,
  CSeq,
  type Flow,
  ProxyAuthorization,
  type RequestObserver,
  type SendFailure,
  type SipRequest,
  type SipResponse,
} from "@parlance/sip";

export interface Credentials {
  readonly value: AuthValue;
  /** In Proxy-Authorization. */
  readonly proxy: boolean;
}

export interface Asker extends CallAsker {
  /** Instead of an end: whoever answered does not know the password. By default no answer counts then. */
  distrusted?(): void;
}

export interface AskedRequestPorts {
  /** Undefined when there is no line; the observer has been told then. */
  send(request: SipRequest, observer: RequestObserver): ClientTransaction | undefined;
  /** Undefined: there is no answer to this challenge, or it was refused before. */
  answer(response: SipResponse, answered: AuthValue | undefined): Credentials | undefined;
  confirms(response: SipResponse, sent: AuthValue | undefined): boolean;
  /** The server said nothing at all. */
  unanswered(flow: Flow): void;
  /** Whoever asked has been told how it ended. */
  ended(): void;
}

const MAX_CHALLENGES = 3; // a stale nonce on top of a first challenge, twice

export class AskedRequest implements CallSending, RequestObserver {
  readonly #asker: Asker;
  readonly #ports: AskedRequestPorts;
  #request: SipRequest;
  #transaction: ClientTransaction | undefined;
  #credentials: Credentials | undefined;
  /** Those sent ahead are a guess: a nonce may be known on another connection only. */
  #answered: AuthValue | undefined;
  #challenges = 0;
  #cancelled = false;
  #heard = false;

  constructor(request: SipRequest, asker: Asker, ports: AskedRequestPorts) {
    this.#request = request;
    this.#asker = asker;
    this.#ports = ports;
  }

  start(credentials: Credentials | undefined): void {
    this.#credentials = credentials;
    this.#heard = false;
    this.#transaction = this.#ports.send(this.#asSent(), this);
    if (this.#cancelled) this.#transaction?.cancel();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#transaction?.cancel();
  }

  response(response: SipResponse): void {
    this.#heard = true;
    if (this.#isChallenge(response) && this.#again(response)) return;
    if (!this.#ports.confirms(response, this.#credentials?.value)) {
      const asker = this.#asker;
      if (asker.distrusted === undefined) asker.failed("unreachable");
      else asker.distrusted();
      return this.#ports.ended();
    }
    this.#asker.response(response, { request: this.#asSent(), to: this.#transaction?.flow ?? [] });
    if (response.status >= 200) this.#ports.ended();
  }

  timeout(): void {
    this.#asker.timeout();
    this.#ports.ended();
    // What is too large for a datagram has gone over a stream beside the line.
    const flow = this.#transaction?.flow;
    if (flow !== undefined && !this.#heard) this.#ports.unanswered(flow);
  }

  failed(reason: SendFailure): void {
    this.#asker.failed(reason);
    this.#ports.ended();
  }

  #isChallenge({ status }: SipResponse): boolean {
    return (status === 401 || status === 407) && !this.#cancelled;
  }

  #again(response: SipResponse): boolean {
    if (this.#challenges === MAX_CHALLENGES) return false;
    this.#challenges += 1;
    const credentials = this.#ports.answer(response, this.#answered);
    if (credentials === undefined) return false;
    this.#answered = credentials.value;
    const { method } = this.#request;
    const number = this.#asker.nextNumber(); // RFC 3261 §8.1.3.5
    this.#request = this.#request.edit().set(CSeq, { number, method }).done();
    this.start(credentials);
    return true;
  }

  #asSent(): SipRequest {
    if (this.#credentials === undefined) return this.#request;
    const { proxy, value } = this.#credentials;
    const type = proxy ? ProxyAuthorization : Authorization;
    return this.#request.edit().set(type, [value]).done();
  }
}

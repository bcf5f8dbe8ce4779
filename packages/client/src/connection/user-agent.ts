/** The SIP user agent of one account: sockets, stack, digest, line and registration, put together. RFC 3261 §6 */
import {
  DigestClient,
  Endpoint,
  type Flow,
  type Hop,
  isReliable,
  type SentBy,
  type ServerTransaction,
  type SipRequest,
} from "@parlance/sip";
import { type Account, type ConnectOptions, readServer } from "../options.ts";
import type { ClientTransports, Runtime, SocketEvents } from "../runtime.ts";
import { sipTrace } from "../trace.ts";
import { isWebSocket } from "../transports/is-web-socket.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { Faces } from "./faces.ts";
import { Line } from "./line.ts";
import { Registration } from "./registration.ts";
import { Requests, SERVER } from "./requests.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface UserAgentPorts {
  readonly runtime: Runtime;
  readonly account: Account;
  /** UUID URN of the device. */
  readonly instance: string;
  readonly userAgent: string;
  /** A request of our server that belongs to no call. */
  readonly serve: (request: SipRequest, transaction: ServerTransaction) => Promise<void>;
  /** One of a call. */
  readonly serveInCall: (transaction: ServerTransaction) => void | Promise<void>;
  readonly acknowledge: (ack: SipRequest) => void;
  readonly changed: (state: ConnectionState) => void;
  readonly report: (error: unknown) => void;
}

export class UserAgent {
  readonly requests: Requests;
  readonly faces: Faces;
  readonly subscriptions: Subscriptions;
  readonly connection: Connection;
  readonly #ports: UserAgentPorts;
  readonly #transports: ClientTransports;
  readonly #endpoint: Endpoint;
  readonly #line: Line;

  constructor(ports: UserAgentPorts, options: ConnectOptions) {
    const { runtime, account } = ports;
    this.#ports = ports;
    this.#transports = runtime.open(this.#socketEvents());
    this.#endpoint = this.#makeEndpoint();
    if (options.trace !== undefined) this.#endpoint.trace = sipTrace(options.trace);
    this.#line = new Line(
      { runtime, transports: this.#transports, endpoint: this.#endpoint },
      hopsOf(runtime, options, account),
      () => this.connection.lost(),
    );
    const digest = new DigestClient(
      { username: account.username, password: options.password, realm: undefined, peer: SERVER },
      runtime,
    );
    this.requests = new Requests(
      this.#endpoint,
      digest,
      () => this.#line.flow,
      (flow) => {
        if (!this.#line.dropOther(flow)) this.connection.doubted();
      },
    );
    const registration = this.#makeRegistration(options);
    const { userAgent, instance } = ports;
    this.faces = new Faces({ contact: () => registration.contact, userAgent, instance });
    this.subscriptions = new Subscriptions({
      ...runtime,
      requests: this.requests,
      face: () => this.faces.usual,
    });
    this.connection = this.#makeConnection(registration);
  }

  /** What the server is reached by now. */
  get flow(): Flow | undefined {
    return this.#line.flow;
  }

  /**
   * An IM server puts no message of 1300 bytes or more into a datagram: it finds a stream or refuses
   * (RFC 3428 §8). So behind a stream of ours every way inside its domain is a safe one.
   */
  reachesByStreams(recipients: readonly string[]): boolean {
    const { flow } = this.#line;
    if (flow === undefined || !isReliable(flow.transport)) return false;
    if (this.connection.registered?.imServer !== true) return false;
    return recipients.every((address) => address.endsWith(`@${this.#ports.account.domain}`));
  }

  /** After `connection.end()`: lets go of the stack and of every socket. */
  async end(): Promise<void> {
    this.subscriptions.stop();
    this.#endpoint.stop();
    await this.#transports.end();
  }

  #makeEndpoint(): Endpoint {
    const { runtime, report, serve, serveInCall, acknowledge } = this.#ports;
    const isOurs = (flow: Flow): boolean => flow.id === this.#line.flow?.id;
    return new Endpoint(
      {
        ...runtime,
        transports: this.#transports,
        log: (event) => report("error" in event ? event.error : event),
      },
      {
        request: (request, transaction, flow) => {
          // Only our server may speak to us: it has checked who the sender is.
          if (!isOurs(flow)) return transaction.reply(403);
          if (this.subscriptions.serve(transaction)) return;
          if (request.to.params.has("tag")) return serveInCall(transaction);
          return serve(request, transaction);
        },
        ack: (ack, flow) => {
          if (isOurs(flow)) acknowledge(ack);
        },
      },
      { sentBy },
    );
  }

  #makeRegistration(options: ConnectOptions): Registration {
    const { registrationSeconds: seconds = 3_600, deviceName, push } = options;
    const { runtime, account, instance, userAgent } = this.#ports;
    const { clock, random } = runtime;
    const { uri, domain } = account;
    return new Registration(
      { account: uri, domain, instance, seconds, userAgent, deviceName, push },
      { clock, random, requests: this.requests },
      (error) => this.connection.refreshFailed(error),
    );
  }

  #makeConnection(registration: Registration): Connection {
    const { runtime, changed } = this.#ports;
    const { clock, random } = runtime;
    return new Connection({ clock, random, line: this.#line, registration, changed });
  }

  #socketEvents(): SocketEvents {
    return {
      message: (message, flow) => this.#endpoint.message(message, flow),
      fault: (fault, flow) => {
        this.#endpoint.fault(fault, flow);
        if (fault.close) this.#line.closed(flow, fault.reason); // the endpoint has closed it
      },
      closed: (flow, reason) => {
        this.#endpoint.closed(flow);
        this.#line.closed(flow, reason);
      },
      pong: (flow) => this.#line.pong(flow),
    };
  }
}

/** Where the server is: as it was named, or as DNS says for the domain. RFC 3263 */
function hopsOf(
  runtime: Runtime,
  { server }: ConnectOptions,
  { domain }: Account,
): () => Promise<readonly Hop[]> {
  if (server !== undefined) {
    const hop = readServer(server);
    return () => Promise.resolve([hop]);
  }
  const { findServer } = runtime;
  if (findServer === undefined) throw new TypeError("server: needed here, there is no DNS to ask");
  return () => findServer(domain);
}

/** Our end of a WebSocket has no address: a name that leads nowhere stands for it. RFC 7118 §5.1 */
function sentBy({ transport, local }: Flow): SentBy {
  return { host: local.host, port: isWebSocket(transport) ? undefined : local.port };
}

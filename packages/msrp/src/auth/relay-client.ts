/** Obtains a URI from a relay and keeps it valid: the client's side of AUTH. RFC 4976 §5.1 */
import {
  type Cancel,
  DigestClient,
  type DigestHeader,
  type DigestPart,
  FormatError,
  formatDigestHeader,
  type Hashing,
  parseDigestFields,
  Runner,
} from "@parlance/wire";
import {
  answerTo,
  type HeaderParts,
  isAnswered,
  lastUri,
  type MsrpFrame,
  type MsrpResponse,
  parsePath,
  pathLines,
  sessionIdOf,
} from "../frame/index.ts";
import type { DialTarget } from "../ports.ts";
import type { Line, LineTarget, LineWatch, SessionHost } from "../session/index.ts";
import { OwnRequests } from "../session/own-requests.ts";
import { challengesOf, secondsOf } from "./auth-request.ts";
import { type RelayStates, relayPlan } from "./relay-states.ts";

export interface RelayAccess {
  /**
   * The relay's own URI, without a session id; behind other relays the path over them, this one last.
   * RFC 4976 §5.1
   */
  readonly relayPath: string;
  /** Where the first of them is. TLS, unless `insecure` says that this is but a trial. RFC 4976 §9.2 */
  readonly target: DialTarget;
  readonly insecure?: boolean;
  readonly username: string;
  readonly password: string;
  /** Our URI on the connection. */
  readonly localUri: string;
  /** How long a URI is to be valid; by default as long as the relay likes. */
  readonly expiresS?: number | undefined;
}

export interface RelayUser {
  /** Goes before our own URI in `a=path`, and before the path of the peer in what we send. RFC 4976 §5.1 */
  granted(usePath: string, expiresS: number): void;
  /** The URI is valid no more. Another one is asked for. */
  lost(): void;
  /** The relay will not have us: 403, or a password that it does not take. */
  denied(status: number | undefined): void;
}

const USUAL_EXPIRES_S = 900;
/** A relay that is never content is not asked for ever. */
const MOST_IN_A_ROW = 5;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const NO_BODY = new Uint8Array(0);

export class RelayClient implements LineTarget, LineWatch {
  readonly #access: RelayAccess;
  readonly #user: RelayUser;
  readonly #host: SessionHost;
  readonly #hashing: Hashing;
  readonly #runner: Runner<RelayStates>;
  readonly #requests: OwnRequests;
  /** One for each connection: nonces are good for the one that they were given over. */
  #digest: DigestClient;
  #line: Line | undefined;
  #reaching: Cancel | undefined;
  #expiresS: number | undefined;
  #sent: ReadonlyMap<string, string> | undefined;
  #grant: { readonly usePath: string; readonly expiresS: number } | undefined;
  #status: number | undefined;
  #inARow = 0;
  #retries = 0;

  constructor(access: RelayAccess, user: RelayUser, host: SessionHost, hashing: Hashing) {
    const { transport } = access.target;
    if (access.insecure !== true && transport !== "tls" && transport !== "wss") {
      throw new RangeError("AUTH goes over TLS alone"); // RFC 4976 §8
    }
    this.#access = access;
    this.#user = user;
    this.#host = host;
    this.#expiresS = access.expiresS;
    this.#hashing = hashing;
    this.#digest = this.#newDigest();
    this.#requests = new OwnRequests(host);
    const waits = { refreshMs: () => this.#refreshMs(), retryMs: () => this.#retryMs() };
    this.#runner = new Runner(relayPlan(waits), host.wheel, {
      perform: (action) => this.#perform(action),
      ended: () => this.#host.remove(sessionIdOf(access.localUri) ?? ""),
    });
    host.add(sessionIdOf(access.localUri) ?? "", this);
    this.#runner.start();
    this.#runner.input("start");
  }

  get state(): RelayStates["state"] {
    return this.#runner.state;
  }

  /** Asks for nothing any more. The relay forgets the URI with the connection, or in its time. */
  close(): void {
    this.#runner.input("close");
  }

  frame(frame: MsrpFrame, line: Line): void {
    if (frame.kind === "response") {
      if (line === this.#line) this.#requests.answered(frame);
    } else if (isAnswered(frame, 481)) line.write(answerTo(frame, 481));
  }

  begin(): undefined {
    return undefined;
  }

  lineClosed(line: Line): void {
    if (line !== this.#line) return;
    this.#line = undefined;
    this.#runner.input("line closed");
    this.#requests.drop();
  }

  #perform(action: RelayStates["action"]): void {
    switch (action) {
      case "reach":
        return this.#reach();
      case "send auth":
        return this.#ask();
      case "tell granted":
        this.#inARow = 0;
        this.#retries = 0;
        if (this.#grant !== undefined)
          this.#user.granted(this.#grant.usePath, this.#grant.expiresS);
        return;
      case "tell lost":
        return this.#user.lost();
      case "tell denied":
        return this.#user.denied(this.#status);
      case "leave line":
        return this.#leaveLine();
    }
  }

  #reach(): void {
    this.#reaching = this.#host.reach(this.#access.target, (reached) => {
      this.#reaching = undefined;
      if (!reached.ok) return this.#runner.input("not reached");
      this.#line = reached.line;
      this.#digest = this.#newDigest();
      reached.line.bind(this);
      this.#runner.input("reached");
    });
  }

  #newDigest(): DigestClient {
    const { username, password, relayPath } = this.#access;
    return new DigestClient(
      { username, password, realm: undefined, peer: relayPath },
      { hashing: this.#hashing, random: this.#host.random },
    );
  }

  #leaveLine(): void {
    this.#reaching?.();
    this.#reaching = undefined;
    const line = this.#line;
    this.#line = undefined;
    line?.release(this);
    this.#requests.drop();
  }

  #ask(): void {
    const line = this.#line;
    if (line === undefined) return;
    const { relayPath, localUri } = this.#access;
    // RFC 4976 §9.1: the digest is over the last URI of the To-Path.
    const over = { method: "AUTH", uri: lastUri(relayPath), body: NO_BODY };
    const parts = this.#digest.authorize(over, relayPath);
    this.#sent = parts === undefined ? undefined : fieldsOf(parts);
    this.#inARow += 1;
    const headers: HeaderParts = [
      ...(parts === undefined ? [] : [["Authorization", formatDigestHeader(parts)] as const]),
      ...(this.#expiresS === undefined ? [] : [["Expires", String(this.#expiresS)] as const]),
    ];
    const request = { method: "AUTH", paths: pathLines(relayPath, localUri), headers };
    this.#requests.ask(line, request, (_, response) => this.#answered(response));
  }

  #answered(response: MsrpResponse | undefined): void {
    this.#status = response?.status;
    this.#runner.input(response === undefined ? "no answer" : this.#judge(response));
  }

  #judge(response: MsrpResponse): RelayStates["input"] {
    if (this.#inARow >= MOST_IN_A_ROW && response.status !== 200) return "denied";
    try {
      switch (response.status) {
        case 200:
          return this.#take(response);
        case 401:
          return this.#challenged(response);
        case 423:
          return this.#adjust(response);
        case 408:
          return "no answer";
        default:
          return "denied";
      }
    } catch (error) {
      if (error instanceof FormatError) return "no answer"; // as good as none
      throw error;
    }
  }

  #challenged(response: MsrpResponse): RelayStates["input"] {
    const sent = this.#sent;
    const answered: DigestHeader | undefined =
      sent === undefined ? undefined : { scheme: "Digest", params: sent };
    const { relayPath } = this.#access;
    const outcome = this.#digest.challenged(challengesOf(response), relayPath, answered);
    return outcome === "retry" ? "asked for more" : "denied";
  }

  /** Keeps to the bound that the relay names. RFC 4976 §5.1 */
  #adjust(response: MsrpResponse): RelayStates["input"] {
    const bound = secondsOf(response, "min-expires") ?? secondsOf(response, "max-expires");
    if (bound === this.#expiresS) return "denied";
    this.#expiresS = bound; // without one the relay is left to say how long
    return "asked for more";
  }

  #take(response: MsrpResponse): RelayStates["input"] {
    const usePath = response.header("Use-Path");
    if (usePath === undefined || !parsePath(usePath).ok) return "no answer";
    const info = parseDigestFields(response.header("Authentication-Info") ?? "");
    if (this.#sent !== undefined && info.ok) {
      // A relay that does not know the password is none of ours. RFC 7616 §3.5
      if (!this.#digest.confirmed(info.value, this.#sent, NO_BODY)) return "denied";
    }
    const expiresS = secondsOf(response, "expires") ?? this.#expiresS ?? USUAL_EXPIRES_S;
    this.#grant = { usePath, expiresS };
    return "granted";
  }

  /** In good time: a tenth before the end, a minute at most. */
  #refreshMs(): number {
    const expiresMs = (this.#grant?.expiresS ?? USUAL_EXPIRES_S) * 1000;
    return Math.max(1000, expiresMs - Math.min(60_000, expiresMs / 10));
  }

  #retryMs(): number {
    const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#retries, 10));
    this.#retries += 1;
    this.#inARow = 0;
    return waitMs;
  }
}

function fieldsOf(parts: readonly DigestPart[]): ReadonlyMap<string, string> {
  return new Map(parts.map(({ name, value }) => [name, value]));
}

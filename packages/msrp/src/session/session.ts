/** One MSRP session as its endpoint sees it: bound to a connection, lost, bound again, ended. RFC 4975 §5.4, §7 */
import { type Cancel, Runner } from "@parlance/wire";
import {
  ChunkReceiver,
  ChunkSender,
  type MessageLife,
  type OutgoingMessage,
  type Sending,
  type StreamedChunk,
} from "../chunk/index.ts";
import {
  answerTo,
  firstUri,
  isAnswered,
  lastUri,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  matchesUri,
  newIdent,
  type PathLines,
  pathLines,
  readReport,
  responsePaths,
  sessionIdOf,
} from "../frame/index.ts";
import { formatUseNickname, readNickname } from "../nickname/index.ts";
import { reportOn } from "../report/index.ts";
import { EarlyFrames } from "./early-frames.ts";
import type { SessionHost } from "./endpoint.ts";
import { FrameTurns } from "./frame-turns.ts";
import type { Line, LineTarget, LineWatch } from "./line.ts";
import { type Answered, OwnRequests } from "./own-requests.ts";
import { type SessionStates, serverWaits, sessionPlan } from "./session-states.ts";
import type { SessionEnd, SessionOptions, SessionUser } from "./session-user.ts";
import type { SessionTerms } from "./terms.ts";

const NOWHERE: PathLines = { toPath: "", fromPath: "", bytes: new Uint8Array(0) };

/**
 * Messages, reports and nicknames of one session over the connection that is its at the moment. It outlives
 * connections: while one is missing, messages wait, and what was not confirmed is sent again on the next.
 */
export class MsrpSession implements LineTarget, LineWatch {
  readonly #host: SessionHost;
  readonly #user: SessionUser;
  readonly #options: SessionOptions;
  readonly #runner: Runner<SessionStates>;
  readonly #sender: ChunkSender;
  readonly #receiver: ChunkReceiver;
  readonly #requests: OwnRequests;
  readonly #early = new EarlyFrames();
  readonly #turns: FrameTurns;
  #localUri: string;
  #terms: SessionTerms | undefined;
  #requestPaths = NOWHERE;
  /** Of the last answer: most answers go where the last one went. */
  #answerPaths = NOWHERE;
  #line: Line | undefined;
  #reaching: Cancel | undefined;
  /** Reading waits for the user, whatever the connection. */
  #holding = false;
  #everBound = false;
  #renewals = 0;
  #refusal: number | undefined;

  /** `localUri`: the last URI of our `a=path`. What comes for it is taken from now on. */
  constructor(
    localUri: string,
    user: SessionUser,
    host: SessionHost,
    options: SessionOptions = {},
  ) {
    this.#localUri = localUri;
    this.#host = host;
    this.#user = user;
    this.#options = options;
    this.#requests = new OwnRequests(host);
    const { wheel, random, writer } = host;
    this.#runner = new Runner(sessionPlan(options.waits ?? serverWaits), wheel, {
      perform: (action) => this.#perform(action),
      ended: () => {},
    });
    this.#sender = new ChunkSender(
      { writer, random, wheel, wake: () => this.#turns.wake() },
      options.send,
    );
    this.#turns = new FrameTurns({
      line: () => (this.state === "bound" ? this.#line : undefined),
      paths: () => this.#requestPaths,
      next: (paths) => this.#sender.next(paths),
    });
    this.#receiver = new ChunkReceiver(
      {
        wheel,
        accept: (head, control) => user.incoming(head, control),
        respond: (request, status) => this.#respond(request, status),
        report: (request, status, sizeBytes) => this.#report(request, status, sizeBytes),
        hold: () => this.#hold(),
        letGo: () => this.#letGo(),
      },
      options.receive,
    );
    host.add(addressOf(localUri), this);
    this.#runner.start();
  }

  get state(): SessionStates["state"] {
    return this.#runner.state;
  }

  /** Messages that are not through. */
  get waiting(): number {
    return this.#sender.waiting;
  }

  /**
   * The descriptions are exchanged: the first time, as a refresh, or to bring a lost session back. A new path
   * of the peer, or a session without a connection, means a new connection. RFC 4975 §8.4
   */
  agree(terms: SessionTerms): void {
    const unchanged = this.#terms?.remotePath === terms.remotePath;
    this.#terms = terms;
    this.#requestPaths = pathLines(terms.remotePath, this.#localUri);
    if (unchanged && this.state !== "lost") return;
    this.#runner.input(terms.dial === undefined ? "they connect" : "we connect");
    this.#early.release(this);
  }

  /** Our URI from now on: a session is brought back under a new one. RFC 4975 §5.4 */
  moveTo(localUri: string): void {
    if (this.state === "terminated") return;
    this.#host.remove(addressOf(this.#localUri));
    this.#host.add(addressOf(localUri), this);
    this.#localUri = localUri;
    if (this.#terms !== undefined) {
      this.#requestPaths = pathLines(this.#terms.remotePath, localUri);
    }
  }

  /** May be called at any time: a message waits until there is a connection. */
  send(message: OutgoingMessage, life: MessageLife = {}): Sending {
    const limit = this.#terms?.maxSizeBytes;
    const { content } = message;
    const size = content instanceof Uint8Array ? content.length : content.sizeBytes;
    const tooLarge = limit !== undefined && size !== undefined && size > limit;
    if (tooLarge || this.state === "terminated") {
      const why = tooLarge ? "too large" : "session ended";
      this.#host.wheel.after(0, () => life.failed?.({ why, status: undefined, reported: false }));
      return { messageId: message.messageId ?? newIdent(this.#host.random), abort: () => {} };
    }
    return this.#sender.send({ whole: this.#options.whole, ...message }, life);
  }

  /** Asks for a nickname, or gives it back with an empty one; undefined when no answer came. RFC 7701 §7 */
  nickname(name: string, answered: Answered): void {
    const line = this.#line;
    const headers = [["Use-Nickname", formatUseNickname(name)]] as const;
    if (line === undefined || this.state !== "bound") {
      this.#host.wheel.after(0, () => answered(undefined));
      return;
    }
    this.#requests.ask(line, { method: "NICKNAME", paths: this.#requestPaths, headers }, answered);
  }

  /** Everything that is not through fails. To end without loss, wait for the messages first. */
  close(): void {
    this.#runner.input("close");
  }

  frame(frame: MsrpFrame, line: Line): void {
    if (!this.#admits(frame, line)) return;
    if (frame.kind === "response") return this.#response(frame);
    switch (frame.method) {
      case "SEND":
        return this.#receiver.take(frame);
      case "REPORT":
        return this.#reported(frame);
      case "NICKNAME":
        return this.#nickname(frame);
      default:
        return this.#respond(frame, 501); // RFC 4975 §10.9
    }
  }

  begin(head: MsrpRequest, line: Line): StreamedChunk | undefined {
    if (this.#terms === undefined) return this.#early.begin(head, line);
    return this.#admits(head, line) ? this.#receiver.begin(head) : undefined;
  }

  lineClosed(line: Line): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    this.#runner.input("line closed");
    this.#requests.drop();
  }

  /** Whether the peer speaks, over the connection of the session or one that becomes it. RFC 4975 §5.4, §7.3 */
  #admits(frame: MsrpFrame, line: Line): boolean {
    const terms = this.#terms;
    if (terms === undefined) {
      this.#early.keep(frame, line);
      return false;
    }
    const compare = terms.compare ?? "session id";
    if (!matchesUri(lastUri(frame.fromPath), lastUri(terms.remotePath), compare)) {
      return this.#turnAway(frame, line, 481);
    }
    if (this.#line === line) return true;
    if (this.#line !== undefined) return this.#turnAway(frame, line, 506);
    const wanted = this.state === "awaiting" || this.state === "lost";
    if (!wanted || frame.kind === "response" || !proves(line, terms)) {
      return this.#turnAway(frame, line, 481);
    }
    this.#takeLine(line);
    this.#runner.input("peer bound");
    return true;
  }

  #turnAway(frame: MsrpFrame, line: Line, status: number): false {
    if (frame.kind === "request" && isAnswered(frame, status)) {
      line.write(answerTo(frame, status));
    }
    return false;
  }

  #takeLine(line: Line): void {
    this.#line = line;
    line.bind(this);
    if (this.#holding) line.hold(this);
  }

  #leaveLine(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.release(this);
    this.#requests.drop();
  }

  #perform(action: SessionStates["action"]): void {
    switch (action) {
      case "reach":
        return this.#reach();
      case "send bind":
        return this.#sayHello((status) => {
          this.#refusal = status;
          this.#runner.input(status === 200 ? "bind answered" : "bind refused");
        });
      case "send keep-alive":
        return this.#sayHello((status) => {
          if (status === undefined) this.#runner.input("no answer");
        });
      case "tell bound":
        this.#user.bound?.(this.#everBound);
        this.#everBound = true;
        this.#renewals = 0;
        return this.#turns.wake();
      case "leave line":
        return this.#leaveLine();
      case "tell lost":
        this.#sender.lost(this.#options.resend ?? "start");
        return this.#user.lost?.();
      case "ask to renew":
        this.#renewals += 1;
        return this.#user.renew?.(this.#renewals);
      case "end: closed":
        return this.#end("closed");
      case "end: unreachable":
        return this.#end("unreachable");
      case "end: refused":
        return this.#end("refused");
      case "end: lost":
        return this.#end("lost");
    }
  }

  #reach(): void {
    const target = this.#terms?.dial;
    if (target === undefined) return;
    this.#reaching?.();
    this.#reaching = this.#host.reach(target, (reached) => {
      this.#reaching = undefined;
      if (!reached.ok) return this.#runner.input("not reached");
      this.#takeLine(reached.line);
      this.#runner.input("reached");
    });
  }

  /** A SEND with nothing in it: binds the session, or keeps it alive. RFC 4975 §5.4, §7.1 */
  #sayHello(answered: Answered): void {
    const line = this.#line;
    if (line === undefined) return;
    const headers = [
      ["Message-ID", newIdent(this.#host.random)],
      ["Byte-Range", "1-0/0"],
    ] as const;
    this.#requests.ask(line, { method: "SEND", paths: this.#requestPaths, headers }, answered);
  }

  #end(why: SessionEnd["why"]): void {
    this.#reaching?.();
    this.#reaching = undefined;
    this.#sender.close();
    this.#receiver.close();
    this.#leaveLine();
    this.#host.remove(addressOf(this.#localUri));
    this.#early.release({
      frame: (frame, line) => void this.#turnAway(frame, line, 481),
      begin: (head, line) => void this.#turnAway(head, line, 481),
    });
    this.#user.ended?.({ why, status: why === "refused" ? this.#refusal : undefined });
  }

  #response(response: MsrpResponse): void {
    const ours = this.#requests.answered(response) || this.#sender.answered(response);
    const { status } = response;
    if (!ours || (status !== 481 && status !== 506)) return;
    this.#refusal = status;
    this.#runner.input("refused");
  }

  #reported(request: MsrpRequest): void {
    const report = readReport(request);
    if (report.ok) this.#sender.reported(report.value);
  }

  #nickname(request: MsrpRequest): void {
    if (this.#user.nickname === undefined) return this.#respond(request, 501);
    const wish = readNickname(request);
    if (typeof wish === "number") return this.#respond(request, wish);
    this.#user.nickname(wish.name, (status) => this.#respond(request, status));
  }

  #respond(request: MsrpRequest, status: number): void {
    const line = this.#line;
    if (line === undefined || !isAnswered(request, status)) return;
    line.write(
      this.#host.writer.plainResponse(request.transactionId, status, this.#pathsBack(request)),
    );
  }

  #pathsBack(request: MsrpRequest): PathLines {
    const to = request.method === "SEND" ? firstUri(request.fromPath) : request.fromPath;
    const known = this.#answerPaths;
    if (known.toPath !== to || known.fromPath !== firstUri(request.toPath)) {
      this.#answerPaths = responsePaths(request);
    }
    return this.#answerPaths;
  }

  /** RFC 4975 §7.1.3, §7.1.4 */
  #report(request: MsrpRequest, status: number, sizeBytes: number): void {
    const transactionId = newIdent(this.#host.random);
    const parts = reportOn(request, {
      transactionId,
      status,
      fromUri: this.#localUri,
      start: 1,
      end: sizeBytes,
      total: sizeBytes,
    });
    this.#line?.write(this.#host.writer.request(parts));
  }

  #hold(): void {
    this.#holding = true;
    this.#line?.hold(this);
  }

  #letGo(): void {
    this.#holding = false;
    this.#line?.letGo(this);
  }
}

function addressOf(uri: string): string {
  const sessionId = sessionIdOf(uri);
  if (sessionId === undefined) throw new RangeError("a URI of a session has a session id");
  return sessionId;
}

/** Who connects to us over TLS shows what its description promised. RFC 4975 §14.4 */
function proves({ connection }: Line, { fingerprints = [] }: SessionTerms): boolean {
  if (fingerprints.length === 0) return true;
  const shown = connection.peer.fingerprints;
  return fingerprints.some(({ hash, value }) =>
    shown.some((each) => each.hash === hash && each.value === value),
  );
}

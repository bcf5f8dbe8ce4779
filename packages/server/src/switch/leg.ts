/** Our end towards one device: its address here, what it was sent and has not answered, what waits for it. RFC 4975 §5.4, §7 */
import {
  type DialTarget,
  EarlyFrames,
  type EarlyTaker,
  firstUri,
  type Line,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  type MsrpWriter,
  type PathLines,
  pathLines,
} from "@parlance/msrp";
import type {
  LegFailure,
  LineWatch,
  MediaFacts,
  MediaLeg,
  MediaPeer,
  MediaTarget,
  MediaTypes,
  StreamedSend,
} from "../ports/index.ts";
import { Contest } from "./contest.ts";
import { isSamePath, proves } from "./device-proof.ts";
import type { SwitchLimits } from "./limits.ts";
import { greeting, refusalOf, reportOf, writeChunk } from "./own-frames.ts";
import {
  type Awaiting,
  type Chunk,
  type Content,
  type Sending,
  SentFrames,
  sizeOf,
} from "./sent.ts";
import { connectionText, Traffic } from "./traffic.ts";

/** Who connected the leg with others. */
export interface LegOwner {
  /** A request to be passed on or answered: never a SEND without a body, never one from somebody else. */
  request(frame: MsrpRequest, from: Leg): void;
  /** The same, in pieces; undefined when it was refused. */
  begin(head: MsrpRequest, from: Leg): StreamedSend | undefined;
  /** An answer to what the leg has not sent: to a frame that its owner has written himself. */
  answered?(response: MsrpResponse): void;
  /** The leg takes more again. */
  relieved(leg: Leg): void;
  /** The device came by its first connection, or by a new one. */
  bound(leg: Leg): void;
  /** Its connection is gone; it may come back by another. */
  lost?(leg: Leg): void;
  /** Once a second: what its device has left unfinished may be given up. */
  looked?(leg: Leg, now: number): void;
  /** It never came, or did not come back: everything that waited was refused. */
  failed(leg: Leg, reason: LegFailure): void;
}

export interface LegPorts {
  readonly limits: SwitchLimits;
  readonly writer: MsrpWriter;
  now(): number;
  newId(): string;
  dial(target: DialTarget, done: (line: Line | undefined) => void): () => void;
  /** The address is free again. */
  forget(leg: Leg): void;
}

const NOBODY: PathLines = { toPath: "", fromPath: "", bytes: new Uint8Array(0) };

export class Leg implements MediaTarget, LineWatch, Awaiting, MediaLeg {
  /** Our address in its To-Path. */
  readonly uri: string;
  /** What its answers have shown of envelopes, whatever it has said of them. */
  envelopes: "taken" | "refused" | undefined;
  readonly #ports: LegPorts;
  readonly #owner: LegOwner;
  readonly #sent: SentFrames;
  readonly #came = new Traffic();
  readonly #went = new Traffic();
  #remote: MediaPeer | undefined;
  #requestLines = NOBODY;
  #answerLines = NOBODY;
  #line: Line | undefined;
  #closed = false;
  /** Since when a connection is missing; undefined while there is one. */
  #absentSince: number | undefined;
  #everBound = false;
  #cancelDial: (() => void) | undefined;
  /** What came before the answer that says who the device is. */
  readonly #early = new EarlyFrames();
  /** Another connection shows the same path: whoever has vanished comes back like this. */
  #contest: Contest | undefined;
  /** It writes nothing itself: those who were not read for it are, and go on. */
  readonly #relieved = (): boolean => {
    this.#owner.relieved(this);
    return false;
  };

  constructor(uri: string, owner: LegOwner, ports: LegPorts) {
    this.uri = uri;
    this.#owner = owner;
    this.#ports = ports;
    this.#sent = new SentFrames(ports.limits, () => ports.now());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get connected(): boolean {
    return this.#line !== undefined;
  }

  /** What it has said that it takes. */
  get takes(): MediaTypes | undefined {
    return this.#remote?.takes;
  }

  get facts(): MediaFacts {
    const line = this.#line;
    return {
      connected: line !== undefined,
      connection: connectionText(line),
      waiting: this.#sent.waiting,
      received: this.#came,
      sent: this.#went,
    };
  }

  /** The connection of the device, for an owner who has frames of his own to write. */
  get line(): Line | undefined {
    return this.#line;
  }

  /** Of all requests to the device. */
  get requestLines(): PathLines {
    return this.#requestLines;
  }

  /** More waits for the device than should: whoever sends to it is not to be read. */
  get congested(): boolean {
    return this.#line === undefined ? this.#sent.congested : this.#line.full;
  }

  /** The device has described itself, the first time or anew: a new path means a new connection. */
  agree(remote: MediaPeer): void {
    if (this.#closed) return;
    const known = this.#remote;
    this.#remote = remote;
    this.#requestLines = pathLines(remote.path, this.uri);
    this.#answerLines = pathLines(firstUri(remote.path), this.uri);
    if (known?.path === remote.path && this.#line !== undefined) return;
    if (known !== undefined && known.path !== remote.path) this.#part();
    this.#absentSince ??= this.#ports.now();
    if (remote.dial !== undefined && this.#line === undefined) this.#dial(remote.dial);
    this.#early.release(this);
    this.#settle(this);
  }

  /** Nothing comes or goes any more; who waits for an answer gets 481. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelDial?.();
    this.#sent.refuseAll(481);
    this.#early.release(this.#refusing(481));
    this.#settle(this.#refusing(481));
    this.#line?.release(this);
    this.#line = undefined;
    this.#ports.forget(this);
  }

  /** Reading from the device waits for `holder`. */
  hold(holder: object): void {
    this.#line?.hold(holder);
  }

  letGo(holder: object): void {
    this.#line?.letGo(holder);
  }

  /** Sends a frame of another leg on: transaction id and all lines but the paths stay. */
  pass(frame: MsrpRequest, from: Leg, awaiting: Awaiting = from): void {
    const { transactionId, method, failureReport } = frame;
    const answers = method !== "REPORT" && failureReport !== "no";
    this.#send(transactionId, frame, {
      awaiting,
      lines: from.linesFor(method),
      onlyErrors: failureReport === "partial",
      answers,
    });
  }

  /** Sends a chunk of our own making; its id is not used by anybody else. */
  sendChunk(chunk: Omit<Chunk, "kind">, how: Omit<Sending, "lines">): void {
    this.#send(chunk.id, { kind: "chunk", ...chunk }, { ...how, lines: NOBODY });
  }

  /** Answers a request of the device, as far as it wants answers. RFC 4975 §7.2 */
  answer(frame: MsrpRequest, status: number): void {
    const { method, failureReport, transactionId } = frame;
    if (method === "REPORT" || failureReport === "no") return;
    if (failureReport === "partial" && status === 200) return;
    this.answered(transactionId, status, this.linesFor(method));
  }

  /** Tells the device how far a message of its came. RFC 4975 §7.1.2, §7.1.3 */
  report({ messageId }: Pick<MsrpRequest, "messageId">, status: number, sizeBytes: number): void {
    if (messageId === undefined) return;
    const of = { messageId, status, sizeBytes };
    this.#line?.write(reportOf(of, this.#ports, this.#requestLines));
  }

  answered(transactionId: string, status: number, lines: PathLines): void {
    this.#line?.write(this.#ports.writer.plainResponse(transactionId, status, lines));
  }

  /** To a SEND one hop back, to anything else all the way. RFC 4975 §7.2 */
  linesFor(method: string): PathLines {
    return method === "SEND" ? this.#answerLines : this.#requestLines;
  }

  frame(frame: MsrpFrame, line: Line): void {
    const early = this.#earlyFor(frame, line);
    if (early !== undefined) {
      early.keep(frame, line);
      return this.#contest?.ask(() => this.#greet());
    }
    if (!this.#admits(frame, line)) return;
    if (frame.kind === "response") return this.#response(frame);
    this.#came.add(frame.bytes.length);
    if (frame.method === "SEND" && frame.body === undefined) return this.answer(frame, 200);
    this.#owner.request(frame, this);
  }

  begin(head: MsrpRequest, line: Line): StreamedSend | undefined {
    const early = this.#earlyFor(head, line);
    if (early !== undefined) {
      const stream = early.begin(head, line);
      this.#contest?.ask(() => this.#greet());
      return stream;
    }
    return this.#admits(head, line)
      ? this.#came.counting(this.#owner.begin(head, this))
      : undefined;
  }

  lineClosed(line: Line): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    this.#absentSince = this.#ports.now();
    this.#owner.lost?.(this);
    this.#owner.relieved(this); // what is kept for it is counted anew
    this.#settle(this);
  }

  /** Gives up what has waited too long. */
  look(now: number): void {
    const { returnMs, connectMs } = this.#ports.limits;
    if (this.#absentSince !== undefined && this.#remote !== undefined) {
      const patience = this.#everBound ? returnMs : connectMs;
      if (now - this.#absentSince > patience) {
        return this.#fail(this.#everBound ? "connection lost" : "no connection");
      }
    }
    this.#sent.look(now);
    this.#owner.looked?.(this, now);
    if (this.#contest?.isWon(now, this.#ports.limits.probeMs) !== true) return;
    this.#part();
    this.#settle(this);
  }

  /** What this has to wait for: who the device is, or whether its first connection is still there. */
  #earlyFor(frame: MsrpFrame, line: Line): EarlyFrames | undefined {
    const remote = this.#remote;
    if (remote === undefined) return this.#early;
    const other = this.#line !== undefined && this.#line !== line && frame.kind === "request";
    const ours = other && isSamePath(frame.fromPath, remote.path) && proves(line, this.uri, remote);
    if (!ours) return undefined;
    if (this.#contest?.line.open !== true) this.#contest = new Contest(line, this.#ports.now());
    return this.#contest.line === line ? this.#contest.early : undefined;
  }

  /** What the contender has said goes to `taker`. */
  #settle(taker: EarlyTaker): void {
    const contest = this.#contest;
    this.#contest = undefined;
    contest?.end(taker);
  }

  #refusing(status: number): EarlyTaker {
    const refuse = (frame: MsrpFrame, line: Line) => void this.#refuse(frame, line, status);
    return { frame: refuse, begin: refuse };
  }

  /** Is it the device that speaks, over the connection that it is bound to? */
  #admits(frame: MsrpFrame, line: Line): boolean {
    const remote = this.#remote;
    if (remote === undefined) return false; // `#earlyFor` has it
    if (!isSamePath(frame.fromPath, remote.path)) return this.#refuse(frame, line, 481);
    if (this.#line === line) {
      this.#settle(this.#refusing(506)); // it is there
      return true;
    }
    if (this.#line !== undefined) return this.#refuse(frame, line, 506); // RFC 4975 §7.3
    if (!proves(line, this.uri, remote)) return this.#refuse(frame, line, 481);
    this.#bind(line);
    return true;
  }

  #refuse(frame: MsrpFrame, line: Line, status: number): false {
    const refusal = refusalOf(frame, this.uri, status, this.#ports.writer);
    if (refusal !== undefined) line.write(refusal);
    return false;
  }

  #bind(line: Line): void {
    this.#cancelDial?.();
    this.#cancelDial = undefined;
    this.#line = line;
    this.#absentSince = undefined;
    this.#everBound = true;
    line.bind(this);
    this.#sent.sendAgain((content) => this.#write(content, line));
    this.#owner.bound(this);
  }

  #dial(target: DialTarget): void {
    this.#cancelDial?.();
    this.#cancelDial = this.#ports.dial(target, (line) => {
      this.#cancelDial = undefined;
      if (line === undefined) return this.#fail("not to be reached");
      if (this.#closed || this.#line !== undefined) return line.close();
      this.#bind(line);
      this.#greet();
    });
  }

  #greet(): void {
    this.#line?.write(greeting(this.#ports, this.#requestLines));
  }

  #part(): void {
    this.#absentSince = this.#ports.now();
    if (this.#line === undefined) return;
    this.#line.release(this);
    this.#line = undefined;
    this.#owner.lost?.(this);
  }

  #response(response: MsrpResponse): void {
    const known = this.#sent.answered(response);
    if (!known) this.#owner.answered?.(response);
    else if (this.#line === undefined) this.#owner.relieved(this);
  }

  #send(id: string, content: Content, how: Sending): void {
    if (this.#closed) return refuseNow(id, how, 481);
    const line = this.#line;
    if (line === undefined || how.answers) {
      const waits = line === undefined;
      if (!this.#sent.add(id, content, how, waits)) return refuseNow(id, how, 408);
    }
    if (line !== undefined) this.#write(content, line);
  }

  #write(content: Content, line: Line): void {
    this.#went.add(sizeOf(content));
    const { writer } = this.#ports;
    if (content.kind === "request") line.write(writer.readdress(content, this.#requestLines));
    else writeChunk(content, this.#requestLines, writer, line);
    if (line.full) line.takeTurn(this.#relieved);
  }

  #fail(reason: LegFailure): void {
    this.#absentSince = undefined;
    this.#sent.refuseAll(408);
    this.#owner.failed(this, reason);
  }
}

function refuseNow(id: string, { answers, awaiting, lines }: Sending, status: number): void {
  if (answers) awaiting?.answered(id, status, lines);
}

/** Puts the messages of one session together from their chunks, and says what is answered to each. RFC 4975 §7.3.1 */
import type { Cancel, Wheel } from "@parlance/wire";
import {
  type ContentFacts,
  type Flag,
  isAnswered,
  type MsrpRequest,
  readSend,
  type SendFacts,
} from "../frame/index.ts";
import {
  type AbandonReason,
  Incoming,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
} from "./incoming.ts";
import { type ReceiveLimits, receiveLimits } from "./limits.ts";

export interface ChunkReceiverPorts {
  readonly wheel: Wheel;
  /** A message begins: where it goes, or the status that refuses it. */
  accept(head: IncomingHead, control: IncomingControl): IncomingSink | number;
  /** Asked for only where the sender wants it. */
  respond(request: MsrpRequest, status: number): void;
  /** A REPORT about the message that the request belongs to, over its first `sizeBytes` octets. RFC 4975 §7.1.3 */
  report(request: MsrpRequest, status: number, sizeBytes: number): void;
  /** Nothing is to be read for now, or reading goes on. Calls alternate. */
  hold(): void;
  letGo(): void;
}

/** A SEND whose body comes in pieces. */
export interface StreamedChunk {
  piece(octets: Uint8Array): void;
  end(flag: Flag): void;
  /** The connection ended within it. What came counts. */
  broken(): void;
}

/** What is known of a message that is over. */
interface Remembered {
  readonly status: number;
  readonly sizeBytes: number;
  /** It was given up for want of chunks: from its start on it may come anew. */
  readonly mayRestart: boolean;
}

/** One that has begun and is not over. */
interface Open {
  readonly incoming: Incoming;
  /** It came in one chunk. */
  readonly single: boolean;
  /** Where a failure that is found later is reported to. */
  lastRequest: MsrpRequest;
  idle: Cancel | undefined;
  paused: boolean;
  /** `end` was called: the chunks that wait for what it says. */
  ending: MsrpRequest[] | undefined;
}

export class ChunkReceiver {
  readonly #ports: ChunkReceiverPorts;
  readonly #limits: ReceiveLimits;
  readonly #open = new Map<string, Open>();
  readonly #remembered = new Map<string, Remembered>();
  #paused = 0;
  /** Of those that come in several chunks: not complete yet, and complete and not answered. */
  #begun = 0;
  #ending = 0;

  constructor(ports: ChunkReceiverPorts, limits: ReceiveLimits = receiveLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Messages that have begun and are not complete. */
  get openMessages(): number {
    return this.#open.size;
  }

  /** A SEND that is whole. */
  take(request: MsrpRequest): void {
    const { body, flag } = request;
    const chunk = this.begin(request);
    if (body !== undefined && body.length > 0) chunk.piece(body);
    chunk.end(flag ?? "+");
  }

  /** The head of a SEND whose body comes in pieces. What refuses it is answered at once. */
  begin(request: MsrpRequest): StreamedChunk {
    const facts = readSend(request);
    if (!facts.ok) return this.#refused(request, 400);
    const { content } = facts.value;
    // A SEND without a body binds or keeps alive, and is answered like any other. RFC 4975 §7.1
    if (content === undefined) return this.#refused(request, 200);
    const open = this.#find(request, facts.value, content);
    if (typeof open === "number") return this.#refused(request, open);
    return this.#chunk(request, open, (content.range?.start ?? 1) - 1);
  }

  /** The session is over. */
  close(): void {
    for (const [messageId, open] of this.#open) this.#drop(messageId, open, "session ended");
  }

  #find(request: MsrpRequest, facts: SendFacts, content: ContentFacts): Open | number {
    const { messageId, range } = content;
    const known = this.#remembered.get(messageId);
    if (known !== undefined) {
      if (!known.mayRestart || (range !== undefined && range.start > 1)) {
        return this.#again(request, facts, known);
      }
      this.#remembered.delete(messageId);
    }
    const open = this.#open.get(messageId);
    if (open === undefined) return this.#start(request, facts, content);
    const status = open.ending === undefined ? open.incoming.judgeTotal(range?.total) : undefined;
    if (status === undefined) return open;
    this.#refuse(messageId, open, status);
    return status;
  }

  /** A duplicate gets its acknowledgements like the first one. RFC 4975 §5.4 */
  #again(request: MsrpRequest, { successReport }: SendFacts, known: Remembered): number {
    const { status, sizeBytes } = known;
    if (status === 200 && successReport && request.flag === "$") {
      this.#ports.wheel.after(0, () => this.#ports.report(request, 200, sizeBytes));
    }
    return status;
  }

  #start(request: MsrpRequest, facts: SendFacts, content: ContentFacts): Open | number {
    const { messageId, range, contentType } = content;
    const sizeBytes = range?.total;
    const single = request.flag === "$" && (range?.start ?? 1) === 1;
    const { messageBytes, openMessages } = this.#limits;
    const tooLarge = sizeBytes !== undefined && sizeBytes > messageBytes;
    if (tooLarge || (!single && this.#begun >= openMessages)) {
      return this.#remember(messageId, { status: 413, sizeBytes: 0, mayRestart: false });
    }
    const { failureReport, successReport } = facts;
    const head = { messageId, contentType, sizeBytes, failureReport, successReport, request };
    const control = {
      resume: () => this.#resume(messageId),
      refuse: (status: number) => this.#refuseLater(messageId, status, open),
    };
    const sink = this.#ports.accept(head, control);
    if (typeof sink === "number") {
      return this.#remember(messageId, { status: sink, sizeBytes: 0, mayRestart: false });
    }
    const incoming = new Incoming(head, sink, this.#limits);
    const open: Open = {
      incoming,
      single,
      lastRequest: request,
      idle: undefined,
      paused: false,
      ending: undefined,
    };
    this.#open.set(messageId, open);
    if (!single) this.#begun += 1;
    return open;
  }

  #chunk(request: MsrpRequest, open: Open, start: number): StreamedChunk {
    let at = start;
    let answered = false;
    const { messageId } = open.incoming.head;
    open.lastRequest = request;
    open.idle?.();
    open.idle = undefined;
    return {
      piece: (octets) => {
        const from = at;
        at += octets.length;
        if (answered || open.ending !== undefined || this.#open.get(messageId) !== open) return;
        const outcome = open.incoming.put(from, octets);
        if (outcome === "paused") this.#pause(open);
        if (typeof outcome !== "number") return;
        this.#refuse(messageId, open, outcome);
        this.#respond(request, outcome);
        answered = true;
      },
      end: (flag) => {
        if (answered) return;
        if (this.#open.get(messageId) === open) this.#endChunk(request, open, { at, flag });
        else this.#respond(request, this.#remembered.get(messageId)?.status ?? 413);
      },
      broken: () => {
        if (this.#open.get(messageId) === open) this.#waitForMore(messageId, open);
      },
    };
  }

  #endChunk(
    request: MsrpRequest,
    open: Open,
    { at, flag }: { readonly at: number; readonly flag: Flag },
  ): void {
    const { incoming } = open;
    const { messageId } = incoming.head;
    if (open.ending !== undefined) {
      open.ending.push(request);
      return;
    }
    if (flag === "#") {
      this.#drop(messageId, open, "aborted");
      return this.#respond(request, 200);
    }
    const status = flag === "$" ? incoming.endAt(at) : undefined;
    if (status !== undefined) {
      this.#refuse(messageId, open, status);
      return this.#respond(request, status);
    }
    if (incoming.complete) return this.#endMessage(request, open);
    this.#waitForMore(messageId, open);
    this.#respond(request, 200);
  }

  #endMessage(request: MsrpRequest, open: Open): void {
    open.ending = [request];
    if (!open.single) {
      this.#begun -= 1;
      this.#ending += 1;
      // Nobody has begun too many: they are safe more slowly than they come.
      if (this.#ending === this.#limits.openMessages) this.#hold();
    }
    const outcome = open.incoming.sink.end();
    if (typeof outcome === "number") return this.#finish(open, outcome);
    outcome.then(
      (status) => this.#finish(open, status),
      () => this.#finish(open, 408), // nobody knows what became of it. RFC 4975 §10.4
    );
  }

  #finish(open: Open, status: number): void {
    const { head, receivedBytes } = open.incoming;
    if (this.#open.get(head.messageId) !== open) return; // the session has ended meanwhile
    this.#forget(head.messageId, open);
    this.#remember(head.messageId, {
      status,
      sizeBytes: receivedBytes,
      mayRestart: status === 408,
    });
    for (const request of open.ending ?? []) this.#respond(request, status);
    if (status === 200 && head.successReport) {
      this.#ports.report(open.lastRequest, 200, receivedBytes);
    }
  }

  #waitForMore(messageId: string, open: Open): void {
    open.idle?.();
    open.idle = this.#ports.wheel.after(this.#limits.idleMs, () => {
      this.#drop(messageId, open, "idle");
      this.#remember(messageId, { status: 413, sizeBytes: 0, mayRestart: true });
    });
  }

  /** For what its sender did, or by the wish of its receiver. */
  #refuse(messageId: string, open: Open, status: number): void {
    this.#drop(messageId, open, "refused");
    this.#remember(messageId, { status, sizeBytes: 0, mayRestart: false });
  }

  #refuseLater(messageId: string, status: number, open: Open): void {
    if (this.#open.get(messageId) === open) {
      if (open.ending === undefined) this.#refuse(messageId, open, status);
      return;
    }
    if (this.#remembered.get(messageId)?.status !== 200) return;
    const { head, receivedBytes } = open.incoming;
    this.#remember(messageId, { status, sizeBytes: receivedBytes, mayRestart: false });
    if (head.failureReport !== "no") this.#ports.report(open.lastRequest, status, receivedBytes);
  }

  #drop(messageId: string, open: Open, why: AbandonReason): void {
    this.#forget(messageId, open);
    if (open.ending === undefined) open.incoming.sink.abandon?.(why);
  }

  #forget(messageId: string, open: Open): void {
    this.#open.delete(messageId);
    open.idle?.();
    open.idle = undefined;
    if (open.paused) this.#unpause(open);
    if (open.single) return;
    if (open.ending === undefined) this.#begun -= 1;
    else {
      if (this.#ending === this.#limits.openMessages) this.#letGo();
      this.#ending -= 1;
    }
  }

  #pause(open: Open): void {
    if (open.paused) return;
    open.paused = true;
    this.#hold();
  }

  #resume(messageId: string): void {
    const open = this.#open.get(messageId);
    if (open?.paused === true) this.#unpause(open);
  }

  #unpause(open: Open): void {
    open.paused = false;
    this.#letGo();
  }

  #hold(): void {
    this.#paused += 1;
    if (this.#paused === 1) this.#ports.hold();
  }

  #letGo(): void {
    this.#paused -= 1;
    if (this.#paused === 0) this.#ports.letGo();
  }

  #remember(messageId: string, what: Remembered): number {
    this.#remembered.delete(messageId);
    this.#remembered.set(messageId, what);
    if (this.#remembered.size > this.#limits.remembered) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    return what.status;
  }

  #refused(request: MsrpRequest, status: number): StreamedChunk {
    this.#respond(request, status);
    return { piece: nothing, end: nothing, broken: nothing };
  }

  #respond(request: MsrpRequest, status: number): void {
    if (isAnswered(request, status)) this.#ports.respond(request, status);
  }
}

function nothing(): void {}

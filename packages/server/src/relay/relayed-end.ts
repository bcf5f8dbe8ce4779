/** One URI that the relay has handed out: what comes for it goes to its client, and what the client sends, on. RFC 4976 §6.4 */
import {
  answerTo,
  type Flag,
  firstUri,
  forwardPaths,
  isAnswered,
  judgeForward,
  type Lease,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  onwardHeaders,
  type PathLines,
  parseByteRange,
  Recut,
  type RecutChunk,
  reportOn,
  WHOLE_RANGE,
} from "@parlance/msrp";
import type { LineWatch, MediaLine, MediaTarget, StreamedSend } from "../ports/index.ts";
import type { Hop } from "./next-hop.ts";

/** A request that went on and may be answered by who comes next. */
export interface Outstanding {
  readonly request: MsrpRequest;
  /** Where it came from. */
  readonly back: MediaLine;
  readonly at: number;
  /** It went wrong. */
  failed(status: number): void;
}

export interface RelayedEndPorts {
  newId(): string;
  write(id: string, parts: WrittenRequest): Uint8Array;
  /** Another URI of this relay; undefined for somebody else's. */
  ours(uri: string): RelayedEnd | undefined;
  /** A connection to there, made if there is none. */
  towards(uri: string): Hop | undefined;
  keep(id: string, outstanding: Outstanding): boolean;
  answered(response: MsrpResponse): void;
  now(): number;
  /** The client's connection is gone, or his time is over. */
  over(end: RelayedEnd): void;
}

export interface WrittenRequest {
  readonly method: string;
  readonly paths: PathLines;
  readonly chunk: {
    readonly headers: RecutChunk["headers"];
    readonly body: Uint8Array | undefined;
    readonly flag: Flag;
  };
}

/** No connection is called that. */
const OTHERS = "";
/** Peers that a client hears from by connections of theirs. */
const MOST_PEERS = 64;

export class RelayedEnd implements MediaTarget, LineWatch {
  readonly uri: string;
  lease: Lease;
  readonly #client: MediaLine;
  readonly #ports: RelayedEndPorts;
  /** By the URI that comes first in their From-Path: they cannot be connected to, perhaps. */
  readonly #peers = new Map<string, MediaLine>();

  constructor(uri: string, lease: Lease, client: MediaLine, ports: RelayedEndPorts) {
    this.uri = uri;
    this.lease = lease;
    this.#client = client;
    this.#ports = ports;
    client.bind(this);
  }

  get hop(): Hop {
    return hopOver(this.#client);
  }

  frame(frame: MsrpFrame, line: MediaLine): void {
    if (frame.kind === "response") return this.#ports.answered(frame);
    const way = this.#way(frame, line);
    if (way === undefined) return refuse(frame, line, 481);
    acknowledge(frame, line);
    const { body, flag = "$" } = frame;
    this.#forward(frame, line, way, { headers: onwardHeaders(frame), body, flag });
    pace(line, way.hop);
  }

  begin(head: MsrpRequest, line: MediaLine): StreamedSend | undefined {
    const way = this.#way(head, line);
    if (way === undefined) {
      refuse(head, line, 481);
      return undefined;
    }
    const recut = new Recut(head, (chunk) => this.#forward(head, line, way, chunk));
    return {
      piece: (bytes) => {
        recut.piece(bytes);
        pace(line, way.hop);
      },
      end: (flag) => {
        acknowledge(head, line);
        recut.end(flag);
      },
      broken: () => recut.end("+"),
    };
  }

  lineClosed(line: MediaLine): void {
    if (line === this.#client) return this.#ports.over(this);
    for (const [uri, peer] of this.#peers) if (peer === line) this.#peers.delete(uri);
  }

  /** Nothing goes this way any more; the connections stay. */
  close(): void {
    this.#client.release(this);
    for (const line of this.#peers.values()) line.release(this);
    this.#peers.clear();
  }

  #way(frame: MsrpRequest, line: MediaLine): Way | undefined {
    const { lease } = this;
    if (this.#ports.now() >= lease.expiresAt) return undefined;
    const cameOver = line === this.#client ? lease.holder : OTHERS;
    const verdict = judgeForward(frame, cameOver, () => lease);
    switch (verdict.do) {
      case "drop":
        return undefined;
      case "to client":
        this.#remember(firstUri(frame.fromPath), line);
        return { hop: this.hop, paths: verdict.paths };
      case "onward":
        return this.#onward(verdict.uri, verdict.paths);
    }
  }

  #onward(uri: string, paths: PathLines): Way | undefined {
    const other = this.#ports.ours(uri);
    if (other !== undefined) {
      const further = forwardPaths(paths);
      return further && { hop: other.hop, paths: further };
    }
    const peer = this.#peers.get(uri);
    const hop = peer?.open === true ? hopOver(peer) : this.#ports.towards(uri);
    return hop && { hop, paths };
  }

  #remember(uri: string, line: MediaLine): void {
    if (this.#peers.size >= MOST_PEERS || this.#peers.get(uri)?.open === true) return;
    this.#peers.set(uri, line);
    line.bind(this);
  }

  #forward(
    request: MsrpRequest,
    back: MediaLine,
    { hop, paths }: Way,
    chunk: WrittenRequest["chunk"],
  ): void {
    const id = this.#ports.newId();
    const failed = (status: number): void => this.#report(request, back, status);
    if (request.method !== "REPORT") {
      const kept = this.#ports.keep(id, { request, back, at: this.#ports.now(), failed });
      if (!kept) return failed(408);
    }
    hop.write(this.#ports.write(id, { method: request.method, paths, chunk }), () => failed(408));
  }

  /** To whoever sent it in the first place. RFC 4976 §6.4.1 */
  #report(request: MsrpRequest, back: MediaLine, status: number): void {
    if (request.method !== "SEND" || !isAnswered(request, status)) return;
    const range = parseByteRange(request.byteRange ?? "");
    const { start, end, total } = range.ok ? range.value : WHOLE_RANGE;
    const transactionId = this.#ports.newId();
    const parts = reportOn(request, {
      transactionId,
      status,
      fromUri: this.uri,
      start,
      end: end ?? total ?? start,
      total,
    });
    const { method, paths, headers } = parts;
    const chunk = { headers, body: undefined, flag: "$" } as const;
    back.write(this.#ports.write(transactionId, { method, paths, chunk }));
  }
}

interface Way {
  readonly hop: Hop;
  readonly paths: PathLines;
}

/** What has been received is on its way, no more. RFC 4976 §6.4.1 */
function acknowledge(request: MsrpRequest, line: MediaLine): void {
  if (request.method === "SEND" && isAnswered(request, 200)) line.write(answerTo(request, 200));
}

function refuse(request: MsrpRequest, line: MediaLine, status: number): void {
  if (isAnswered(request, status)) line.write(answerTo(request, status));
}

function hopOver(line: MediaLine): Hop {
  return {
    get full() {
      return line.full;
    },
    write: (bytes, lost) => (line.open ? line.write(bytes) : lost()),
    takeTurn: (write) => line.takeTurn(write),
  };
}

/** Whoever sends faster than the next one takes is not read. */
function pace(from: MediaLine, to: Hop): void {
  if (!to.full) return;
  const holder = {};
  from.hold(holder);
  to.takeTurn(() => {
    from.letGo(holder);
    return false;
  });
}

/** Connections of the switch, for functions that read and write frames themselves. RFC 4975 §5.4 */
import type { DialTarget, Flag, MsrpConnection, MsrpFrame, MsrpRequest } from "@parlance/msrp";
import type { Cancel } from "@parlance/wire";

/** One MSRP connection. */
export interface MediaLine {
  readonly connection: MsrpConnection;
  readonly open: boolean;
  /** More waits here than should. */
  readonly full: boolean;
  write(bytes: Uint8Array): void;
  /** The connection is kept while somebody is bound to it. */
  bind(watch: LineWatch): void;
  release(watch: LineWatch): void;
  /** Is not read until the holder lets go. */
  hold(holder: object): void;
  letGo(holder: object): void;
  /** Calls back once, when what waits here has gone. */
  onDrained(run: () => void): void;
  close(): void;
}

/** Whoever stays with a connection. */
export interface LineWatch {
  /** The connection that we were bound to is gone. */
  lineClosed(line: MediaLine, reason: string): void;
}

/** Whoever has an address here. */
export interface MediaTarget {
  /** A whole frame whose To-Path names us. */
  frame(frame: MsrpFrame, line: MediaLine): void;
  /** A SEND in pieces: its head, at least one piece, its end; or `broken` when the connection goes before. */
  begin(head: MsrpRequest, line: MediaLine): StreamedSend | undefined;
}

export interface StreamedSend {
  piece(bytes: Uint8Array): void;
  end(flag: Flag): void;
  broken(): void;
}

export interface MediaLines {
  /** The URI of a session id, for whoever is at the other end of a connection; undefined where we have no listener for it. */
  uriOf(sessionId: string, line: MediaLine): string | undefined;
  /** What is sent to this session id is for `target` until `Cancel`. */
  host(sessionId: string, target: MediaTarget): Cancel;
  /** For requests that name this server and no session. */
  entrance(target: MediaTarget): void;
  /** Undefined: it could not be reached. Told later, never from within the call. */
  dial(target: DialTarget, done: (line: MediaLine | undefined) => void): Cancel;
}

/** Connections of the switch, for functions that read and write frames themselves. RFC 4975 §5.4 */
import type { DialTarget, Line, LineTarget } from "@parlance/msrp";
import type { Cancel } from "@parlance/wire";

export type {
  Line as MediaLine,
  LineTarget as MediaTarget,
  LineWatch,
  StreamedChunk as StreamedSend,
} from "@parlance/msrp";

export interface MediaLines {
  /** The URI of a session id, for whoever is at the other end of a connection; undefined where we have no listener for it. */
  uriOf(sessionId: string, line: Line): string | undefined;
  /** What is sent to this session id is for `target` until `Cancel`. */
  host(sessionId: string, target: LineTarget): Cancel;
  /** For requests that name this server and no session. */
  entrance(target: LineTarget): void;
  /** Undefined: it could not be reached. Told later, never from within the call. */
  dial(target: DialTarget, done: (line: Line | undefined) => void): Cancel;
}

/** Counts what passes a leg, frame by frame. */
import type { Line, StreamedChunk } from "@parlance/msrp";
import type { MediaAmount } from "../ports/index.ts";

export class Traffic implements MediaAmount {
  frames = 0;
  bytes = 0;

  add(bytes: number): void {
    this.frames += 1;
    this.bytes += bytes;
  }

  /** A frame that comes in pieces. */
  counting(stream: StreamedChunk | undefined): StreamedChunk | undefined {
    this.frames += 1;
    return (
      stream && {
        piece: (bytes) => {
          this.bytes += bytes.length;
          stream.piece(bytes);
        },
        end: (flag) => stream.end(flag),
        broken: () => stream.broken(),
      }
    );
  }
}

/** "tcp 192.0.2.1:49152" */
export function connectionText(line: Line | undefined): string | undefined {
  if (line === undefined) return undefined;
  const { transport, remote } = line.connection;
  const host = remote.host.includes(":") ? `[${remote.host}]` : remote.host;
  return `${transport} ${host}:${remote.port}`;
}

/** What comes out of an MSRP stream, in a form that two cuts of one stream can be compared in. */
import { type Flag, type FrameLimits, MsrpFramer, type MsrpRequest } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";

export type Collected =
  | {
      readonly kind: "frame";
      readonly start: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array | undefined;
      readonly flag: Flag | undefined;
      readonly streamed: boolean;
      /** As it came; of a streamed one the head alone. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "broken"; readonly reason: string; readonly answer: string | undefined };

/** Feeds the pieces one after the other; bodies that come in pieces are put together. */
export function collectFrames(
  pieces: readonly Uint8Array[],
  limits?: FrameLimits,
): readonly Collected[] {
  const out: Collected[] = [];
  let streamed: { request: MsrpRequest; body: Uint8Array[] } | undefined;
  const framer = new MsrpFramer(
    {
      frame: (frame) => {
        const { body, flag, bytes } = frame;
        out.push({
          ...firstLines(bytes),
          headers: [...frame.headers()],
          body,
          flag,
          streamed: false,
          bytes,
        });
      },
      head: (request) => {
        streamed = { request, body: [] };
      },
      body: (piece) => {
        if (piece.length === 0) throw new Error("an empty piece of a body");
        streamed?.body.push(piece);
      },
      end: (flag) => {
        if (streamed === undefined) throw new Error("an end without a head");
        const { request, body } = streamed;
        streamed = undefined;
        const { bytes } = request;
        out.push({
          ...firstLines(bytes),
          headers: [...request.headers()],
          body: concatBytes(...body),
          flag,
          streamed: true,
          bytes,
        });
      },
      broken: ({ reason, answer }) => {
        out.push({
          kind: "broken",
          reason,
          answer: answer && Buffer.from(answer).toString("latin1"),
        });
      },
    },
    limits,
  );
  for (const piece of pieces) framer.push(piece);
  return out;
}

function firstLines(bytes: Uint8Array): { readonly kind: "frame"; readonly start: string } {
  const text = Buffer.from(bytes).toString("latin1");
  return { kind: "frame", start: text.slice(0, text.indexOf("\r\n")) };
}

/** One octet each. */
export function octetByOctet(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Pieces of 1 to `longest` octets, the same for the same seed. */
export function randomPieces(
  bytes: Uint8Array,
  seed: number,
  longest = 1500,
): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const length = 1 + ((state >>> 8) % longest);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

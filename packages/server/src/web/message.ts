/** HTTP requests and answers as values. RFC 9110 */

export interface WebRequest {
  readonly method: string;
  /** Path and query as they were written: what a digest is made over. */
  readonly target: string;
  /**
   * Segments of the path, each decoded once; none of them is empty, `.`, `..` or holds a slash. What stands behind
   * `/~~/` is no path, and is in the target alone. RFC 4825 §6.1
   */
  readonly path: readonly string[];
  /** What stands after the `?`, decoded. Names that stand twice have been refused. */
  readonly query: ReadonlyMap<string, string>;
  /** By name in lower case, every line of it. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly source: WebSource;
  /** Can be read once. Throws `BodyEnded` when it ends before its end. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface WebSource {
  /** IP address. */
  readonly host: string;
  readonly secure: boolean;
}

export type WebHeader = readonly [name: string, value: string];

export interface WebAnswer {
  readonly status: number;
  readonly headers: readonly WebHeader[];
  /** One that is made as it goes is read to its end, or told to `return`; a piece is good until the next is asked for. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

export type WebHandler = (request: WebRequest) => Promise<WebAnswer>;

/** The peer has gone, or brings too little. */
export class BodyEnded extends Error {
  override readonly name = "BodyEnded";
  readonly why: "gone" | "slow";

  constructor(why: "gone" | "slow") {
    super(why === "gone" ? "the peer has gone" : "the peer is too slow");
    this.why = why;
  }
}

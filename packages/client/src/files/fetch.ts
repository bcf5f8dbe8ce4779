/** The part of the web's fetch, Blob and ReadableStream that files need, so that no runtime is named. */
import type { Signal } from "../base/signal.ts";

export interface FetchRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  readonly signal: Signal;
}

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: StreamLike | null;
  text(): Promise<string>;
  /** Of its own, without octets of anything else. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Without cookies, referrer, cache and redirects. Rejects when no answer came, or the signal fired. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchAnswer>;

/** A `ReadableStream<Uint8Array>`. */
export interface StreamLike {
  getReader(): StreamReader;
}

export interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** A `Blob` or a `File`. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  slice(start: number, end: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}

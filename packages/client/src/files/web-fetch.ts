/** The fetch of the web, which browsers and Node have alike, behind the port of the SDK. */
import { onAbort } from "../base/signal.ts";
import type { Fetch, FetchAnswer } from "./fetch.ts";

/** What is asked of it; `S` is the web's AbortSignal, which has no name here. */
export interface WebRequest<S> {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: S;
  readonly credentials: "omit";
  readonly redirect: "error";
  readonly referrerPolicy: "no-referrer";
  readonly cache: "no-store";
}

export interface WebParts<S> {
  readonly fetch: (url: string, request: WebRequest<S>) => Promise<FetchAnswer>;
  readonly AbortController: new () => { readonly signal: S; abort(): void };
}

export function webFetch<S>({ fetch, AbortController }: WebParts<S>): Fetch {
  return (url, { signal, method, headers, body }) => {
    const controller = new AbortController();
    onAbort(signal, () => controller.abort());
    return fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: bodyOf(body) }),
      signal: controller.signal,
      credentials: "omit",
      redirect: "error", // what was judged is what is fetched
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
  };
}

/** A view of shared memory would be no body. */
function bodyOf(body: Uint8Array | string): string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" ? body : new Uint8Array(body);
}

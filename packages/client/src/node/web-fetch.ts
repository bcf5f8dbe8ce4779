/** Node's fetch behind the port of the SDK. */
import { onAbort } from "../base/signal.ts";
import type { Fetch } from "../files/fetch.ts";

export const webFetch: Fetch = (url, { signal, method, headers, body }) => {
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

/** A view of shared memory would be no body. */
function bodyOf(body: Uint8Array | string): string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" ? body : new Uint8Array(body);
}

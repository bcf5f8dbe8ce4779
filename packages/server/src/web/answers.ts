/** Answers that every function gives alike. An error carries a code of ours and nothing else. */
import type { WebAnswer, WebHeader } from "./message.ts";

/** Never stored by anybody on the way: it is for one user, or out of date soon. */
const NO_STORE: WebHeader = ["cache-control", "no-store"];

export function emptyAnswer(status: number, headers: readonly WebHeader[] = []): WebAnswer {
  return { status, headers: [NO_STORE, ...headers], body: undefined };
}

export function jsonAnswer(
  status: number,
  value: object,
  headers: readonly WebHeader[] = [],
): WebAnswer {
  const type: WebHeader = ["content-type", "application/json"];
  return { status, headers: [NO_STORE, type, ...headers], body: JSON.stringify(value) };
}

/** `error` is one of our own fixed phrases. */
export function refusal(
  status: number,
  error: string,
  headers: readonly WebHeader[] = [],
): WebAnswer {
  return jsonAnswer(status, { error }, headers);
}

/** The same for what is not there and for what the user may not know of. */
export function notFound(): WebAnswer {
  return refusal(404, "not found");
}

export function methodNotAllowed(allowed: string): WebAnswer {
  return refusal(405, "method not allowed", [["allow", allowed]]);
}

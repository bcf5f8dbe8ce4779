/**
 * Refusals that are nothing wrong, told as 200 to whoever prefers that: a browser writes every 4xx into its console, in red.
 * A first challenge is one, and a document that nobody has written yet. RFC 7240, with a preference of our own
 */
import type { WebHandler, WebRequest } from "./message.ts";

const PREFERENCE = "status=200";
/** Where the status stands then. */
const STATUS = "parlance-status";

export function withExpectedRefusals(handler: WebHandler): WebHandler {
  return async (request) => {
    const answer = await handler(request);
    if (!isExpected(request, answer.status) || !prefers(request)) return answer;
    const told = [
      ["preference-applied", PREFERENCE],
      [STATUS, String(answer.status)],
    ] as const;
    return { ...answer, status: 200, headers: [...answer.headers, ...told] };
  };
}

/** Who has shown something that was wrong hears 401, as do those who watch what passes. */
function isExpected({ method, headers }: WebRequest, status: number): boolean {
  return status === 401 ? !headers.has("authorization") : status === 404 && method === "GET";
}

function prefers({ headers }: WebRequest): boolean {
  return headers.get("prefer")?.includes(PREFERENCE) === true;
}

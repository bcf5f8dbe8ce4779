/**
 * Refusals that are nothing wrong, told as 200 to whoever prefers that: a browser writes every 4xx into its console, in red.
 * A first challenge is one, as is the next one of somebody who has shown what was good once (a nonce or token from before the server
 * was started), a document that nobody has written yet, and one of somebody else that is asked for
 * to learn whether he is there. RFC 7240, with a preference of our own
 */
import type { WebAnswer, WebHandler, WebHeader, WebRequest } from "./message.ts";

const PREFERENCE = "status=200";
/** In the challenge for a token that was good once. RFC 6750 §3 */
export const OUTDATED = 'error_description="outdated"';
const DOCUMENTS = "xcap"; // the first segment of their paths
/** Where the status stands then. */
const STATUS = "parlance-status";

export function withExpectedRefusals(handler: WebHandler): WebHandler {
  return async (request) => {
    const answer = await handler(request);
    if (!isExpected(request, answer) || !prefers(request)) return answer;
    const told = [
      ["preference-applied", PREFERENCE],
      [STATUS, String(answer.status)],
    ] as const;
    return { ...answer, status: 200, headers: [...answer.headers, ...told] };
  };
}

/** Who has shown something that was wrong hears 401, as do those who watch what passes. */
function isExpected({ method, headers, path }: WebRequest, answer: WebAnswer): boolean {
  if (answer.status === 404) return method === "GET";
  if (answer.status === 403) return method === "GET" && path[0] === DOCUMENTS;
  return answer.status === 401 && (!headers.has("authorization") || answer.headers.some(isOfOld));
}

function isOfOld([name, value]: WebHeader): boolean {
  return name === "www-authenticate" && (/\bstale=true\b/i.test(value) || value.includes(OUTDATED));
}

function prefers({ headers }: WebRequest): boolean {
  return headers.get("prefer")?.includes(PREFERENCE) === true;
}

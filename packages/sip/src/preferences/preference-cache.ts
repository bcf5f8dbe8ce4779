/** The caller preferences of requests, compiled once for each spelling. RFC 3841 §7.2 */

import { AcceptContact, Event, RejectContact, type SipRequest } from "../message/index.ts";
import {
  type CallerPreferences,
  explicitPreferences,
  implicitPreferences,
} from "./caller-preferences.ts";

const MAX_TEXT = 256; // what clients really send is under 100 characters
const ESTABLISHES_SUBSCRIPTION: ReadonlySet<string> = new Set(["SUBSCRIBE", "REFER"]);

/**
 * Nearly every request of a service says the same words, so that reading them anew would be most of
 * the cost of matching. Long texts are read each time: a peer cannot fill the cache with them, and
 * what it does fill it with falls out from the oldest on.
 */
export class PreferenceCache {
  readonly #capacity: number;
  readonly #compiled = new Map<string, CallerPreferences>();

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  /** Throws `FormatError` when a header is malformed. */
  of(request: SipRequest): CallerPreferences {
    const key = keyOf(request);
    if (key === undefined) return compile(request);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const preferences = compile(request);
    if (this.#compiled.size >= this.#capacity) {
      const oldest = this.#compiled.keys().next();
      if (oldest.done !== true) this.#compiled.delete(oldest.value);
    }
    this.#compiled.set(key, preferences);
    return preferences;
  }
}

/** The words that decide, or undefined when they are too many to keep. Line ends stand in no value. */
function keyOf(request: SipRequest): string | undefined {
  const accept = request.texts(AcceptContact);
  const reject = request.texts(RejectContact);
  const [only] = accept;
  if (only !== undefined && accept.length === 1 && reject.length === 0) {
    return only.length > MAX_TEXT ? undefined : only;
  }
  const words =
    accept.length + reject.length === 0
      ? [request.method, request.text(Event) ?? ""]
      : [...accept, "", ...reject];
  const key = `\n${words.join("\n")}`;
  return key.length > MAX_TEXT ? undefined : key;
}

function compile(request: SipRequest): CallerPreferences {
  const accept = request.get(AcceptContact);
  const reject = request.get(RejectContact);
  if (accept === undefined && reject === undefined) {
    const asks = ESTABLISHES_SUBSCRIPTION.has(request.method);
    return implicitPreferences(request.method, asks ? request.get(Event)?.value : undefined);
  }
  const entries = (values: typeof accept) => (values ?? []).map((params) => params.entries());
  return explicitPreferences(entries(accept), entries(reject));
}

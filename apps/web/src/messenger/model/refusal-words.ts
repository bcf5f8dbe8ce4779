/** What went wrong, said so that a person can do something about it. */
import { cleanLine } from "./clean-text.ts";
import type { Fault } from "./views.ts";

export interface FaultTexts {
  readonly faults: Readonly<Record<string, string>>;
  readonly faultSays: (words: string) => string;
  readonly faultAgainIn: (seconds: number) => string;
  readonly faultAgainSoon: string;
}

/** Where what the server says itself tells more than the code. */
const EXPLAINED = new Set(["refused", "server trouble", "not supported"]);
const AGAIN = new Set(["busy", "server trouble", "timeout", "not reachable"]);

export function wordsFor({ code, warning, retryAfterMs }: Fault, texts: FaultTexts): string {
  const known = new Map(Object.entries(texts.faults));
  const words = [known.get(code) ?? known.get("unknown") ?? code];
  if (warning !== undefined && EXPLAINED.has(code)) words.push(texts.faultSays(cleanLine(warning)));
  if (retryAfterMs !== undefined) {
    words.push(texts.faultAgainIn(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  } else if (AGAIN.has(code)) words.push(texts.faultAgainSoon);
  return words.join(" ");
}

/** Of whatever was thrown. */
export function faultOf(error: unknown): Fault {
  if (isImError(error)) {
    const { code, status, warning, retryAfterMs } = error;
    return { code, status, warning, retryAfterMs };
  }
  const warning = error instanceof Error ? error.message : String(error);
  return { code: "unknown", status: undefined, warning, retryAfterMs: undefined };
}

/** Also one that came from another tab, without its class. */
function isImError(error: unknown): error is Fault {
  return (
    typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
  );
}

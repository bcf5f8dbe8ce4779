/** Errors in words for whoever typed the command. Faults of ours show their stack. */
import type { ImError } from "@parlance/client";
import type { FormatError } from "@parlance/wire";

/** By name, so that the words need none of the packages that the errors come from. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch (error.name) {
    case "ImError":
      return explainImError(error as ImError); // its name says so
    case "FormatError": {
      const { format, reason } = error as FormatError; // its name says so
      return `${format}: ${reason}`;
    }
    case "ConfigurationError":
      return `configuration\n${indented(error.message)}`;
    case "CommandError":
    case "UsageError":
    case "StoreError":
    case "TypeError":
      return error.message;
    default:
      return "code" in error ? error.message : (error.stack ?? error.message);
  }
}

/** How the process ends: 2 when the command line is wrong, else 1. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error) || !("exitCode" in error)) return 1;
  return typeof error.exitCode === "number" ? error.exitCode : 1;
}

function explainImError({ code, status, warning, cause }: ImError): string {
  const reason = warning || (code === "offline" ? reasonIn(cause) : undefined);
  const why = reason === undefined ? "" : `: ${reason}`;
  const told = `${code}${status === undefined ? "" : ` (${status})`}${why}`;
  if (code === "offline" && why.includes("ECONNREFUSED")) return `${told}; is the server running?`;
  if (code === "offline" && ADVICE.test(why)) return told.replace(ADVICE, UNKNOWN_AUTHORITY);
  if (code === "not authenticated" && status === 401) return `${told}; ${NOT_KNOWN}`;
  return told;
}

/** What Node says of a certificate that it does not believe. */
const ADVICE = /; if the root CA is installed locally.*/;
const UNKNOWN_AUTHORITY =
  "; --authority FILE believes an authority that the system does not know, or one certificate";

/** The server does not tell the two apart, for strangers. */
const NOT_KNOWN =
  "wrong password, no such account, or another server than meant (--server): whoever runs the server sees and sets them by users list, add and passwd";

/** The innermost error says why a connection has failed; of several addresses, the first. */
function reasonIn(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const [first] = cause instanceof AggregateError ? cause.errors : [];
  return reasonIn(first ?? cause.cause) ?? (cause.message || undefined);
}

function indented(lines: string): string {
  return lines.replaceAll(/^/gm, "  ");
}

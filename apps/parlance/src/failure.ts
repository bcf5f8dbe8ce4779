/** Errors in words for whoever typed the command. Faults of ours show their stack. */
import { ImError } from "@parlance/client";
import { FormatError } from "@parlance/wire";
import { ConfigurationError } from "./config/load.ts";

/** Something the caller has done, told in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function explainFailure(error: unknown): string {
  if (error instanceof ImError) return explainImError(error);
  if (error instanceof ConfigurationError) return `configuration\n${error.message}`;
  if (error instanceof UsageError || error instanceof TypeError) return error.message;
  if (error instanceof FormatError) return `${error.format}: ${error.reason}`;
  if (error instanceof Error && "code" in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function explainImError({ code, status, warning }: ImError): string {
  const why = warning === undefined || warning === "" ? "" : `: ${warning}`;
  return `${code}${status === undefined ? "" : ` (${status})`}${why}`;
}

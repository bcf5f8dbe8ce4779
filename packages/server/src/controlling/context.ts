/** What is kept beside the template of a job, as text; read back with suspicion. */
import type { CopyContext } from "./model.ts";

export function formatContext(context: CopyContext): string {
  return JSON.stringify(context);
}

/** Undefined when it is not what we wrote: such a job is left alone. */
export function parseContext(text: string): CopyContext | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || !isRecord(value["originator"])) return undefined;
  const { uri, address, anonymous, user } = value["originator"];
  const { recipients, readdress } = value;
  if (typeof uri !== "string" || typeof address !== "string") return undefined;
  if (!isStrings(recipients)) return undefined;
  return {
    originator: {
      uri,
      address,
      anonymous: anonymous === true,
      user: typeof user === "string" ? user : undefined,
    },
    recipients,
    readdress: readdress === true,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

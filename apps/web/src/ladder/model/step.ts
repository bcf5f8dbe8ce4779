/** One record of the server's trace, as `/api/trace` tells it. docs/trace.md */

export type Protocol = "sip" | "msrp" | "http" | "timer" | "decision";

/** Something is missing before what follows. */
export interface Gap {
  /** Records that went before they were read, as far as that is known. */
  readonly missed: number;
  /** When the server went away and when it began anew, microseconds since 1970; undefined: it did not. */
  readonly restart: { readonly lostAt: number; readonly beganAt: number } | undefined;
}

export const PROTOCOLS: readonly Protocol[] = ["sip", "msrp", "http", "timer", "decision"];

export interface Step {
  readonly sequence: number;
  /** Microseconds since 1970. */
  readonly at: number;
  /** `gap`: a mark of the page, see `gap`. */
  readonly protocol: Protocol | "gap";
  readonly direction: "in" | "out" | "here";
  readonly flow: string;
  /** Address of whose connection it is, where whoever tells it knows. */
  readonly owner?: string;
  readonly peer: string;
  readonly local: string;
  readonly transport: string;
  readonly title: string;
  readonly form: "request" | "response" | "note";
  readonly method?: string;
  readonly status?: number;
  readonly exchange?: string;
  readonly callId?: string;
  readonly messageIds: readonly string[];
  readonly sessions: readonly string[];
  /** Addresses. */
  readonly users: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly mediaType?: string;
  readonly carries: readonly string[];
  readonly clause?: string;
  readonly bytes: number;
  readonly text: string;
  readonly cut: number;
  readonly gap?: Gap;
}

/** What a file or an answer of the server has; undefined when it is none of them. */
export function readSteps(value: unknown): readonly Step[] | undefined {
  if (typeof value !== "object" || value === null || !("steps" in value)) return undefined;
  const { steps } = value;
  return Array.isArray(steps) && steps.every(isStep) ? steps : undefined;
}

function isStep(value: unknown): value is Step {
  if (typeof value !== "object" || value === null) return false;
  const { sequence, at, protocol, direction, title, text, form } = value as Partial<Step>;
  const { messageIds, sessions, users, carries, flow, peer, local, transport } =
    value as Partial<Step>;
  return (
    typeof sequence === "number" &&
    typeof at === "number" &&
    (protocol === "gap" || PROTOCOLS.some((known) => known === protocol)) &&
    (direction === "in" || direction === "out" || direction === "here") &&
    (form === "request" || form === "response" || form === "note") &&
    [title, text, flow, peer, local, transport].every((each) => typeof each === "string") &&
    [messageIds, sessions, users, carries].every(areTexts)
  );
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

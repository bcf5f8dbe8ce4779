/** A record as a page or a program reads it: everything is text and numbers. */
import { utf8TextLossy } from "@parlance/wire";
import { readNote } from "./note.ts";
import type { Outline } from "./outline.ts";
import { redact } from "./redact.ts";
import type { TraceProtocol } from "./ring.ts";

export interface TraceStep {
  readonly sequence: number;
  /** Microseconds since 1970. */
  readonly at: number;
  readonly protocol: TraceProtocol;
  readonly direction: "in" | "out" | "here";
  readonly flow: string;
  /** `192.0.2.7:5060`, brackets about IPv6. */
  readonly peer: string;
  readonly local: string;
  /** UDP, TCP, TLS, WS, WSS, HTTP … */
  readonly transport: string;
  readonly title: string;
  readonly form: "request" | "response" | "note";
  readonly method?: string | undefined;
  readonly status?: number | undefined;
  /** The same for a request, its repeats and its answers on one flow. */
  readonly exchange?: string | undefined;
  readonly callId?: string | undefined;
  readonly messageIds: readonly string[];
  /** Ids of MSRP sessions. */
  readonly sessions: readonly string[];
  readonly users: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly carries: readonly string[];
  readonly clause?: string | undefined;
  /** Of the whole record. */
  readonly bytes: number;
  /** What may be seen of it, and at most so much. */
  readonly text: string;
  /** How many octets behind it are not shown. */
  readonly cut: number;
}

export interface Showing {
  /** What people wrote is shown as well. */
  readonly text: boolean;
  /** Octets of each record. */
  readonly mostBytes: number;
}

export function stepOf(outline: Outline, { text, mostBytes }: Showing): TraceStep {
  const { record, users, ...reading } = outline;
  const { sequence, at, protocol, direction, flow, bytes } = record;
  const isNote = protocol === "timer" || protocol === "decision";
  const seen = isNote ? noteText(bytes) : redact(bytes, { text });
  return {
    ...reading,
    sequence,
    at: Math.round(at * 1_000),
    protocol,
    direction,
    flow: flow.id,
    peer: hostPort(flow.remote),
    local: hostPort(flow.local),
    transport: flow.transport,
    users: [...users],
    bytes: isNote ? 0 : bytes.length,
    text: typeof seen === "string" ? seen : utf8TextLossy(seen.subarray(0, mostBytes)),
    cut: typeof seen === "string" ? 0 : Math.max(0, seen.length - mostBytes),
  };
}

export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  const literal = host.includes(":") ? `[${host}]` : host;
  return port === 0 ? literal : `${literal}:${port}`; // of HTTP the port is not told
}

function noteText(bytes: Uint8Array): string {
  const { by, said, clause, users } = readNote(bytes);
  const lines = [by, said];
  if (clause !== undefined) lines.push(clause);
  if (users.length > 0) lines.push(users.join(" "));
  return lines.join("\n");
}

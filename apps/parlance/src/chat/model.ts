/** What `parlance chat` shows: lines with receipts, who writes, the connection. Pure. */
import type { SendingState } from "@parlance/client";

export interface ChatLine {
  readonly id: string;
  readonly kind: "own" | "theirs" | "notice";
  readonly conversation: string;
  readonly who: string;
  readonly text: string;
  readonly at: Date;
  /** Of own lines. */
  readonly state: SendingState | undefined;
}

export interface ChatModel {
  readonly self: string;
  /** Whom the next line goes to. */
  readonly peer: string | undefined;
  readonly lines: readonly ChatLine[];
  readonly composing: readonly string[];
  readonly connection: string;
}

export type ChatEvent =
  | { readonly do: "line"; readonly line: ChatLine }
  | {
      readonly do: "state";
      readonly id: string;
      readonly state: SendingState;
      readonly why: string;
    }
  | { readonly do: "composing"; readonly from: string; readonly active: boolean }
  | { readonly do: "connection"; readonly connection: string }
  | { readonly do: "peer"; readonly peer: string };

/** Older lines are in the store, not on the screen. */
const MAX_LINES = 500;

export function emptyChat(self: string, peer: string | undefined): ChatModel {
  return { self, peer, lines: [], composing: [], connection: "online" };
}

export function stepChat(model: ChatModel, event: ChatEvent): ChatModel {
  switch (event.do) {
    case "line":
      return addLine(model, event.line);
    case "state":
      return { ...model, lines: model.lines.map((line) => withState(line, event)) };
    case "composing": {
      const others = model.composing.filter((each) => each !== event.from);
      return { ...model, composing: event.active ? [...others, event.from] : others };
    }
    case "connection":
      return { ...model, connection: event.connection };
    case "peer":
      return { ...model, peer: event.peer };
  }
}

function addLine(model: ChatModel, line: ChatLine): ChatModel {
  const lines = [...model.lines, line].slice(-MAX_LINES);
  // Whoever writes first to somebody without a partner becomes the partner.
  const peer = model.peer ?? (line.kind === "theirs" ? line.conversation : undefined);
  const composing = model.composing.filter((each) => each !== line.who);
  return { ...model, lines, peer, composing };
}

function withState(line: ChatLine, event: Extract<ChatEvent, { do: "state" }>): ChatLine {
  if (line.id !== event.id) return line;
  const text = event.why === "" ? line.text : `${line.text}  (${event.why})`;
  return { ...line, state: event.state, text };
}

const TICKS: Readonly<Record<SendingState, string>> = {
  queued: "…",
  sent: "…",
  accepted: "✓",
  deferred: "⏸ deferred",
  delivered: "✓✓",
  displayed: "✓✓ seen",
  failed: "✗ failed",
};

export function formatState(state: SendingState | undefined): string {
  return state === undefined ? "" : TICKS[state];
}

/** `sip:alice@parlance.test` reads as alice among people of the same domain. */
export function shortName(address: string, self: string): string {
  const domain = self.slice(self.indexOf("@"));
  const name = address.replace(/^sips?:/, "");
  return name.endsWith(domain) ? name.slice(0, -domain.length) : name;
}

/** What the user typed. */
export type Typed =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "to"; readonly address: string; readonly text: string }
  | { readonly do: "quit" }
  | { readonly do: "help" }
  | { readonly do: "list" }
  | { readonly do: "nothing" }
  | { readonly do: "unknown"; readonly command: string };

export function readTyped(line: string, self: string): Typed {
  const text = line.trimEnd();
  if (text.trim() === "") return { do: "nothing" };
  if (!text.startsWith("/")) return { do: "say", text };
  if (text.startsWith("//")) return { do: "say", text: text.slice(1) };
  const [command = "", argument = "", ...rest] = text.slice(1).split(/\s+/);
  switch (command) {
    case "to":
    case "msg":
      if (argument === "") return { do: "unknown", command: `${command} needs an address` };
      return { do: "to", address: fullAddress(argument, self), text: rest.join(" ") };
    case "quit":
    case "exit":
      return { do: "quit" };
    case "help":
      return { do: "help" };
    case "list":
      return { do: "list" };
    default:
      return { do: "unknown", command };
  }
}

/** A bare name is somebody of the own domain. */
export function fullAddress(typed: string, self: string): string {
  if (/^(sips?|tel):/.test(typed)) return typed;
  return `sip:${typed.includes("@") ? typed : `${typed}${self.slice(self.indexOf("@"))}`}`;
}

export const HELP = [
  "/to NAME [TEXT]   talk to somebody, by name or sip: address; several names with commas",
  "/list             conversations so far",
  "/quit             leave; unsent messages stay in the store if there is one",
  "//TEXT            a line that begins with a slash",
];

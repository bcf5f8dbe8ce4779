/** What `parlance chat` shows: lines with receipts, files, who writes, the session and the connection. Pure. */
import type { ConversationSession, SendingState } from "@parlance/client";
import { coarseState, type FileView, formatFileState } from "../files/file-view.ts";

export interface ChatLine {
  readonly id: string;
  readonly kind: "own" | "theirs" | "notice";
  /** Address of whom it was said to or by; several with spaces. Empty for notices. */
  readonly conversation: string;
  readonly who: string;
  readonly text: string;
  readonly at: Date;
  /** Of own lines. */
  readonly state: SendingState | undefined;
  /** Why it failed, if it did. */
  readonly why: string;
  /** What it shows instead of something that was said. */
  readonly file?: FileView;
}

export interface ChatModel {
  readonly self: string;
  /** Addresses that the next line goes to. */
  readonly to: readonly string[];
  readonly lines: readonly ChatLine[];
  /** Addresses of those who write. */
  readonly composing: readonly string[];
  /** By address, where there is one. */
  readonly sessions: ReadonlyMap<string, ConversationSession>;
  /** What is to be said of groups, by address. */
  readonly groups: ReadonlyMap<string, string>;
  /** What groups are called, by address, where that is not a part of the address. */
  readonly titles: ReadonlyMap<string, string>;
  /** In words; empty while all is well. */
  readonly trouble: string;
}

export type ChatEvent =
  | { readonly do: "line"; readonly line: ChatLine }
  /** Takes the place of the line with the same id, if there is one. */
  | { readonly do: "file"; readonly line: ChatLine }
  | {
      readonly do: "state";
      readonly id: string;
      readonly state: SendingState;
      readonly why: string;
    }
  | { readonly do: "composing"; readonly from: string; readonly active: boolean }
  /** Undefined: nothing is to be said of it any more. */
  | { readonly do: "group"; readonly address: string; readonly text: string | undefined }
  | { readonly do: "title"; readonly address: string; readonly title: string }
  | {
      readonly do: "session";
      readonly peer: string;
      readonly session: ConversationSession;
    }
  | { readonly do: "trouble"; readonly trouble: string }
  | { readonly do: "to"; readonly to: readonly string[] };

/** Older lines are in the store, not on the screen. */
const MAX_LINES = 500;

export function emptyChat(self: string, to: readonly string[]): ChatModel {
  return {
    self,
    to,
    lines: [],
    composing: [],
    sessions: new Map(),
    groups: new Map(),
    titles: new Map(),
    trouble: "",
  };
}

export function stepChat(model: ChatModel, event: ChatEvent): ChatModel {
  switch (event.do) {
    case "line":
      return addLine(model, event.line);
    case "file": {
      const { line } = event;
      if (!model.lines.some(({ id }) => id === line.id)) return addLine(model, line);
      return { ...model, lines: model.lines.map((each) => (each.id === line.id ? line : each)) };
    }
    case "session": {
      const sessions = new Map(model.sessions);
      if (event.session === "none") sessions.delete(event.peer);
      else sessions.set(event.peer, event.session);
      return { ...model, sessions };
    }
    case "group": {
      const groups = new Map(model.groups);
      if (event.text === undefined) groups.delete(event.address);
      else groups.set(event.address, event.text);
      return { ...model, groups };
    }
    case "title":
      return { ...model, titles: new Map(model.titles).set(event.address, event.title) };
    case "state":
      return { ...model, lines: model.lines.map((line) => withState(line, event)) };
    case "composing": {
      const others = model.composing.filter((each) => each !== event.from);
      return { ...model, composing: event.active ? [...others, event.from] : others };
    }
    case "trouble":
      return { ...model, trouble: event.trouble };
    case "to":
      return { ...model, to: event.to };
  }
}

function addLine(model: ChatModel, line: ChatLine): ChatModel {
  const lines = [...model.lines, line].slice(-MAX_LINES);
  // Whoever writes first to somebody without a partner becomes the partner.
  const found = model.to.length === 0 && line.kind === "theirs" && !isNobody(line.conversation);
  return { ...model, lines, to: found ? [line.conversation] : model.to };
}

function withState(line: ChatLine, event: Extract<ChatEvent, { do: "state" }>): ChatLine {
  return line.id === event.id ? { ...line, state: event.state, why: event.why } : line;
}

/** Whether a line belongs to another conversation than the one that the next line goes to. */
export function isElsewhere({ kind, conversation }: ChatLine, { to }: ChatModel): boolean {
  return kind !== "notice" && conversation !== to.join(" ");
}

/** `bob`, and `carol (not here: /to carol)` for somebody else than the partner. */
export function formatWho(line: ChatLine, model: ChatModel): string {
  if (!isElsewhere(line, model)) return line.who;
  const names = conversationName(line.conversation.split(" "), model);
  if (line.kind === "own") return `${line.who} to ${names}`;
  return names === line.who ? `${line.who}, elsewhere` : `${line.who} in ${names}, elsewhere`;
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

/** The receipt beside an own line; nothing beside others. */
export function formatState({ state, why, file }: ChatLine): string {
  if (file !== undefined) return formatFileState(file);
  if (state === undefined) return "";
  return why === "" ? TICKS[state] : `${TICKS[state]}: ${why}`;
}

/** The same for what is not drawn over: it changes when a new line is worth it. */
export function printedState(line: ChatLine): string {
  return line.file === undefined ? formatState(line) : coarseState(line.file);
}

const SESSIONS: Readonly<Record<ConversationSession, string>> = {
  none: "",
  inviting: "opening a session …",
  connecting: "opening a session …",
  open: "session open",
  reconnecting: "session interrupted",
};

/** What carries the next line: nothing to say where it goes by itself. */
export function formatSession({ to, sessions, groups }: ChatModel): string {
  const [only, ...others] = to;
  if (only === undefined || others.length > 0) return "";
  const group = groups.get(only);
  if (group !== undefined) return group;
  return SESSIONS[sessions.get(only) ?? "none"];
}

export function formatTime(at: Date, now: Date): string {
  const time = at.toTimeString().slice(0, 5);
  if (at.toDateString() === now.toDateString()) return time;
  const [, month, day] = at.toDateString().split(" ");
  return `${Number(day)} ${month} ${time}`;
}

/** `bob is writing …` */
export function formatComposing({ composing, self }: ChatModel): string {
  if (composing.length === 0) return "";
  return `${shortNames(composing, self)} ${composing.length > 1 ? "are" : "is"} writing …`;
}

/** Those of a conversation, or what the group is called. */
export function conversationName(
  addresses: readonly string[],
  { titles, self }: Pick<ChatModel, "titles" | "self">,
): string {
  return addresses.map((address) => titles.get(address) ?? wordsFor(address, self)).join(", ");
}

/** An address that the server made up says nothing to people. */
function wordsFor(address: string, self: string): string {
  if (isNobody(address)) return "Anonymous";
  if (/^sips?:conf-factory@/.test(address)) return "messages to several";
  const name = shortName(address, self);
  return isMadeForOnce(address) ? `a group made for once (${name})` : name;
}

export function isMadeForOnce(address: string): boolean {
  return /^sips?:im-[0-9a-f]{24}@/.test(address);
}

/** Nothing that is said to him goes anywhere. RFC 3323 §4.1.1.3 */
function isNobody(address: string): boolean {
  return address.endsWith("@anonymous.invalid");
}

/** `sip:alice@parlance.test` reads as alice among people of the same domain. */
export function shortName(address: string, self: string): string {
  const domain = self.slice(self.indexOf("@"));
  const name = address.replace(/^sips?:/, "");
  return name.endsWith(domain) ? name.slice(0, -domain.length) : name;
}

export function shortNames(addresses: readonly string[], self: string): string {
  return addresses.map((address) => shortName(address, self)).join(", ");
}

/** The chat on a terminal: what was said above, who writes and the typing line below. */
import { Box, type DOMElement, render, Text, useBoxMetrics, useWindowSize } from "ink";
import { createElement as h, type ReactNode, useEffect, useRef, useState } from "react";
import { ink } from "./ink-colors.ts";
import {
  type ChatLine,
  type ChatModel,
  conversationName,
  formatComposing,
  formatSession,
  formatState,
  formatTime,
  formatWho,
  isElsewhere,
  shortName,
} from "./model.ts";
import type { ChatSession } from "./session.ts";
import { TypingLine } from "./typing-line.ts";

/** Resolves when the user leaves, or the signal says so. The terminal is then as it was before. */
export async function showChat(session: ChatSession, signal: AbortSignal): Promise<void> {
  const app = render(h(Chat, { session }), { exitOnCtrlC: false, alternateScreen: true });
  const leave = (): void => app.unmount();
  signal.addEventListener("abort", leave, { once: true });
  await app.waitUntilExit();
  signal.removeEventListener("abort", leave);
}

function Chat({ session }: { readonly session: ChatSession }): ReactNode {
  const [model, setModel] = useState(session.model);
  const [scrolled, setScrolled] = useState(0);
  const { rows } = useWindowSize();
  useEffect(() => session.watch(setModel), [session]);
  const page = Math.max(1, rows - PAGE_OVERLAP);
  return h(
    Box,
    { flexDirection: "column", height: rows },
    h(Header, { model }),
    h(Lines, { model, rows, scrolled, setScrolled }),
    h(Status, { model, scrolled }),
    h(TypingLine, {
      prompt: model.to.length === 0 ? "/to NAME" : conversationName(model.to, model),
      rows: Math.max(1, Math.floor(rows / TYPING_SHARE)),
      keystroke: () => session.keystroke(),
      interrupted: () => session.cancelFile(),
      entered(line: string) {
        setScrolled(0);
        return session.typed(line);
      },
      scroll: (pages: number) => setScrolled(Math.max(0, scrolled + pages * page)),
    }),
  );
}

/** Lines that stay in view when a page is turned, and the rows of header, status and typing line. */
const PAGE_OVERLAP = 5;
/** The typing line may grow to a third of the screen. */
const TYPING_SHARE = 3;

function Header({ model }: { readonly model: ChatModel }): ReactNode {
  const { self, to } = model;
  const peers = to.length === 0 ? "nobody yet" : conversationName(to, model);
  return h(
    Box,
    { flexShrink: 0 },
    h(
      Text,
      { bold: true, wrap: "truncate" },
      `${shortName(self, self)} › ${peers}`,
      h(Text, { dimColor: true, bold: false }, `   ${self.slice(self.indexOf("@") + 1)}`),
    ),
  );
}

/** The newest lines stand at the bottom; scrolling moves them down, out of the box. */
function Lines(props: {
  readonly model: ChatModel;
  readonly rows: number;
  readonly scrolled: number;
  readonly setScrolled: (rows: number) => void;
}): ReactNode {
  const { model, rows, scrolled, setScrolled } = props;
  const view = useRef<DOMElement>(null);
  const content = useRef<DOMElement>(null);
  const { height: viewRows } = useBoxMetrics(view);
  const { height: contentRows, hasMeasured } = useBoxMetrics(content);
  const most = Math.max(0, contentRows - viewRows);
  const all = rows + scrolled >= model.lines.length;
  useEffect(() => {
    if (hasMeasured && all && scrolled > most) setScrolled(most);
  }, [hasMeasured, all, scrolled, most, setScrolled]);
  // A line has a row at least, so these are enough.
  const shown = model.lines.slice(-(rows + scrolled));
  return h(
    Box,
    {
      ref: view,
      flexDirection: "column",
      flexGrow: 1,
      flexShrink: 1,
      justifyContent: "flex-end",
      overflow: "hidden",
      contentOffsetY: -Math.min(scrolled, most),
    },
    h(
      Box,
      { ref: content, flexDirection: "column", flexShrink: 0 },
      shown.map((line) => h(Line, { key: line.id, line, model })),
    ),
  );
}

function Line({ line, model }: { readonly line: ChatLine; readonly model: ChatModel }): ReactNode {
  if (line.kind === "notice") return h(Text, { dimColor: true }, line.text);
  const elsewhere = isElsewhere(line, model);
  const whose = elsewhere ? "magenta" : line.kind === "own" ? "cyan" : "green";
  const state = formatState(line);
  return h(
    Box,
    null,
    h(Box, { flexShrink: 0 }, h(Text, { dimColor: true }, `${formatTime(line.at, new Date())} `)),
    h(
      Text,
      null,
      h(Text, { bold: true, ...ink(whose) }, `${elsewhere ? "▸ " : ""}${formatWho(line, model)}: `),
      line.text,
      state === "" ? "" : h(Text, stateLook(line), `  ${state}`),
    ),
  );
}

function stateLook({ state, file }: ChatLine): object {
  switch (file?.state ?? state) {
    case "failed":
      return { bold: true, ...ink("red") };
    case "deferred":
    case "interrupted":
    case "offered":
      return ink("yellow");
    case "displayed":
    case "complete":
      return ink("green");
    case "sending":
    case "receiving":
      return {};
    default:
      return { dimColor: true };
  }
}

function Status(props: { readonly model: ChatModel; readonly scrolled: number }): ReactNode {
  const { model, scrolled } = props;
  const parts = [
    model.trouble,
    formatSession(model),
    formatComposing(model),
    scrolled > 0 ? "scrolled back: Page Down" : "",
  ].filter((each) => each !== "");
  const look = model.trouble === "" ? { dimColor: true } : { bold: true, ...ink("yellow") };
  return h(
    Box,
    { flexShrink: 0 },
    h(Text, { wrap: "truncate", ...look }, parts.join("   ") || " "),
  );
}

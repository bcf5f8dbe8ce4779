/** The chat on a terminal: lines above, who writes and the typing line below. */
import { Box, render, Text, useApp, useInput } from "ink";
import { createElement as h, type ReactNode, useEffect, useState } from "react";
import { type ChatLine, type ChatModel, formatState, shortName } from "./model.ts";
import type { ChatSession } from "./session.ts";

export interface ScreenPorts {
  readonly session: ChatSession;
  /** Tells of each new model; returns what ends that. */
  readonly watch: (changed: (model: ChatModel) => void) => () => void;
}

/** Resolves when the user leaves. */
export async function showChat(ports: ScreenPorts): Promise<void> {
  const app = render(h(Chat, ports), { exitOnCtrlC: true });
  await app.waitUntilExit();
}

function Chat({ session, watch }: ScreenPorts): ReactNode {
  const [model, setModel] = useState(session.model);
  useEffect(() => watch(setModel), [watch]);
  const rows = Math.max(3, (process.stdout.rows ?? 24) - 5);
  return h(
    Box,
    { flexDirection: "column" },
    h(
      Box,
      { flexDirection: "column" },
      model.lines.slice(-rows).map((line) => h(Line, { key: line.id, line })),
    ),
    h(Status, { model }),
    h(TypingLine, { session, peer: model.peer, self: model.self }),
  );
}

function Line({ line }: { readonly line: ChatLine }): ReactNode {
  if (line.kind === "notice") return h(Text, { dimColor: true }, line.text);
  const time = line.at.toTimeString().slice(0, 5);
  const color = line.state === "failed" ? "red" : "gray";
  return h(
    Text,
    null,
    h(Text, { dimColor: true }, `${time} `),
    h(Text, { bold: true, color: line.kind === "own" ? "cyan" : "green" }, `${line.who}: `),
    line.text,
    h(Text, { color }, line.state === undefined ? "" : `  ${formatState(line.state)}`),
  );
}

function Status({ model }: { readonly model: ChatModel }): ReactNode {
  const writing = model.composing.map((each) => shortName(each, model.self)).join(", ");
  const parts = [
    model.connection === "online" ? "" : model.connection,
    writing === "" ? "" : `${writing} ${model.composing.length > 1 ? "are" : "is"} writing …`,
  ];
  return h(Text, { color: "yellow" }, parts.filter((each) => each !== "").join("   ") || " ");
}

function TypingLine(props: {
  readonly session: ChatSession;
  readonly peer: string | undefined;
  readonly self: string;
}): ReactNode {
  const { session, peer, self } = props;
  const [typed, setTyped] = useState("");
  const { exit } = useApp();
  useInput((input, key) => {
    if (key.ctrl && input === "d") return exit();
    if (key.backspace || key.delete) return setTyped([...typed].slice(0, -1).join(""));
    if (key.ctrl && input === "u") return setTyped("");
    // A pasted text comes as one input, line ends and all.
    const [first = "", ...more] = key.return ? ["", ""] : input.split(/\r\n|\r|\n/);
    const lines = [typed + first, ...more];
    setTyped(lines.at(-1) ?? "");
    if (lines.length === 1) return session.keystroke();
    void sayAll(session, lines.slice(0, -1), exit);
  });
  const prompt = peer === undefined ? "/to NAME" : shortName(peer, self);
  return h(
    Text,
    null,
    h(Text, { color: "cyan" }, `${prompt} › `),
    typed,
    h(Text, { inverse: true }, " "),
  );
}

async function sayAll(
  session: ChatSession,
  lines: readonly string[],
  exit: () => void,
): Promise<void> {
  for (const line of lines) {
    if (!(await session.typed(line))) return exit();
  }
}

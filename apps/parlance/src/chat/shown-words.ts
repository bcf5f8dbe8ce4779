/** What the lines of the chat say of messages, files and the connection. */
import type { ConnectionState, FileRecord, IncomingMessage, SentMessage } from "@parlance/client";
import { explainFailure } from "../failure.ts";
import { type FileView, formatFile } from "../files/file-view.ts";
import { plainLine } from "../terminal/plain.ts";

export function troubleOf(state: ConnectionState): string {
  switch (state.state) {
    case "online":
      return "";
    case "connecting":
      return "connecting …";
    case "reconnecting":
      return `connection lost, next try in ${Math.ceil(state.retryInMs / 1_000)} s`;
    case "offline":
      return state.error === undefined ? "offline" : `offline: ${explainFailure(state.error)}`;
  }
}

/** `readsOnly`: why nothing is taken from him in that group, where the server does not say it with its refusal. */
export function reasonOf({ state, failure }: SentMessage, readsOnly: string | undefined): string {
  if (state !== "failed" || failure === undefined) return "";
  const bare = failure.code === "refused" && !failure.warning;
  const why = bare && readsOnly !== undefined ? `: ${readsOnly}` : "";
  return plainLine(`${explainFailure(failure)}${why}`);
}

/** As it was left. */
export function viewOf({
  name,
  type,
  sizeBytes,
  state,
  via,
  failure,
}: FileRecord): Omit<FileView, "own" | "place"> {
  const why = failure === undefined ? "" : plainLine(failure.code);
  const nothing = { doneBytes: 0, bytesPerSecond: undefined, number: undefined };
  return { name: name ?? "file", type, sizeBytes, state, via, why, ...nothing };
}

export function textOf(message: IncomingMessage): string {
  switch (message.kind) {
    case "text":
      return message.text;
    case "reference":
      return formatFile({
        name: message.referenceName,
        sizeBytes: message.sizeBytes,
        type: message.referenceType ?? "application/octet-stream",
      });
    case "other":
      return `(${message.contentType}, ${message.content.length} bytes)`;
  }
}

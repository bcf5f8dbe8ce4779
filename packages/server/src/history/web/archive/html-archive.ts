/** An archive for readers: one page that needs nothing else, runs nothing and loads nothing. */
import type { HistoryMessage } from "../../../store/index.ts";
import { type MessageContent, wholeContentOf } from "../message-content.ts";
import { type MessageView, viewOf } from "../message-view.ts";
import {
  ARCHIVED_TEXT_BYTES,
  type Archive,
  conversationsOf,
  gathered,
  messagesOf,
} from "./messages-of.ts";

const STYLE = [
  ":root{color-scheme:light dark}",
  "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}",
  "h2{margin-top:3rem;overflow-wrap:anywhere}h3{font-size:1rem;opacity:.7;text-align:center}",
  "article{border:1px solid #8884;border-radius:.7rem;padding:.4rem .8rem;margin:.5rem 4rem .5rem 0}",
  "article.out{margin:.5rem 0 .5rem 4rem;background:#48f1}",
  "header{font-size:.8rem;opacity:.7;overflow-wrap:anywhere}",
  "p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}",
].join("");
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function htmlArchive(archive: Archive): AsyncGenerator<Uint8Array, void> {
  return gathered(page(archive));
}

async function* page(archive: Archive): AsyncGenerator<string, void> {
  const { user, conversation, made } = archive;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>History of ${text(user.address)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>History of ${isolated(user.displayName ?? user.address)}</h1>
<p>${isolated(user.address)}, ${timeElement(made)}</p>
`;
  if (conversation === undefined) yield* allConversations(archive);
  else yield* section(archive, conversation, 1);
  yield "</body>\n</html>\n";
}

async function* allConversations(archive: Archive): AsyncGenerator<string, void> {
  yield "<ol>\n";
  const listed = new Map<string, number>();
  for await (const { conversation } of conversationsOf(archive)) {
    if (listed.has(conversation)) continue; // has moved to the front meanwhile
    listed.set(conversation, listed.size + 1);
    yield `<li><a href="#c${listed.size}">${isolated(conversation)}</a></li>\n`;
  }
  yield "</ol>\n";
  for (const [conversation, number] of listed) yield* section(archive, conversation, number);
}

async function* section(
  archive: Archive,
  conversation: string,
  number: number,
): AsyncGenerator<string, void> {
  yield `<section id="c${number}">\n<h2>${isolated(conversation)}</h2>\n`;
  let day = "";
  for await (const message of messagesOf(archive, conversation)) {
    const of = new Date(message.at).toISOString().slice(0, 10);
    if (of !== day) yield `<h3>${of}</h3>\n`;
    day = of;
    const content = await wholeContentOf(message, archive.work.content, ARCHIVED_TEXT_BYTES);
    yield article(message, content);
  }
  yield "</section>\n";
}

function article(message: HistoryMessage, content: MessageContent): string {
  const view = viewOf(message, content);
  const { direction, from, fromName, subject } = view;
  const name = fromName === undefined ? "" : `${isolated(fromName)} `;
  const about =
    subject === undefined ? "" : `<p dir="auto"><strong>${text(subject)}</strong></p>\n`;
  return `<article class="${direction}">
<header>${name}<bdi>${text(from)}</bdi>, ${timeElement(new Date(message.at))}</header>
${about}<p dir="auto">${words(view)}</p>
</article>
`;
}

/** Addresses of files are shown and not followed: where they lead is for the reader to judge. */
function words({ text: said, file, fileName, contentType, size }: MessageView): string {
  if (said !== undefined) return text(said);
  const called = fileName === undefined ? "" : `${isolated(fileName)}, `;
  if (file === undefined) return `[${called}${text(contentType)}, ${size} octets]`;
  const octets = file.size === undefined ? "" : `, ${file.size} octets`;
  return `[${isolated(file.name)}${octets}: ${isolated(file.url)}]`;
}

function timeElement(time: Date): string {
  const iso = time.toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

/** Its direction is its own, and changes nothing of what stands around it. */
function isolated(shown: string): string {
  return `<bdi>${text(shown)}</bdi>`;
}

const ESCAPES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Controls that a page may not hold, and those that turn around what follows, are shown as what they are: nothing readable. */
function text(shown: string): string {
  return (
    shown
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- taking them out is the point
      .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
      .replaceAll(/[&<>"']/g, (character) => ESCAPES.get(character) ?? "")
  );
}

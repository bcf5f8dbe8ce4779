/** The page: what somebody is called, and a field for what he wants to be called. */
import { MOST_NICKNAME_CHARACTERS } from "@parlance/im";
import type { WebAnswer, WebHeader } from "../web/index.ts";
import type { AliasTexts } from "./texts.ts";

export interface PageFacts {
  readonly room: string | undefined;
  readonly called: string;
  readonly token: string;
  /** Why the last wish was not granted. */
  readonly because?: keyof AliasTexts["because"];
}

const PRIVATE: readonly WebHeader[] = [
  ["vary", "accept-language"],
  ["cache-control", "no-store"],
  ["x-robots-tag", "noindex"],
];

export function formPage(
  { room, called, token, because: why }: PageFacts,
  texts: AliasTexts,
): string {
  const because = why && texts.because[why];
  const described = because === undefined ? "hint" : "problem hint";
  return page(
    texts,
    texts.title,
    `<h1>${texts.heading(room && bidi(room))}</h1>
<p>${texts.called(bidi(called))}</p>
<form method="post" action="/alias">
${because === undefined ? "" : `<p id="problem" class="problem" role="alert">${escaped(because)}</p>\n`}<label for="alias">${texts.label}</label>
<input id="alias" name="alias" required maxlength="${MOST_NICKNAME_CHARACTERS}" autocomplete="off" autocapitalize="words" spellcheck="false" enterkeyhint="done" aria-describedby="${described}"${because === undefined ? "" : ' aria-invalid="true"'}>
<p id="hint" class="hint">${texts.hint}</p>
<input type="hidden" name="t" value="${escaped(token)}">
<button>${texts.use}</button>
</form>`,
  );
}

export function donePage(alias: string, texts: AliasTexts): string {
  return page(
    texts,
    texts.title,
    `<h1>${texts.done(bidi(alias))}</h1>
<p role="status">${texts.doneHint}</p>`,
  );
}

/** Wrong, used, expired: nobody is told which. */
export function nothingPage(texts: AliasTexts): string {
  return page(
    texts,
    texts.goneTitle,
    `<h1>${texts.gone}</h1>
<p>${texts.goneHint}</p>`,
  );
}

export function pageAnswer(
  status: number,
  html: string,
  more: readonly WebHeader[] = [],
): WebAnswer {
  const type: WebHeader = ["content-type", "text/html; charset=utf-8"];
  return { status, headers: [...PRIVATE, type, ...more], body: html };
}

export function assetAnswer(type: string, text: string): WebAnswer {
  const headers: readonly WebHeader[] = [
    ["cache-control", "public, max-age=3600"],
    ["content-type", type],
  ];
  return { status: 200, headers, body: text };
}

/** Takes the token off the address bar, and so out of the history and of what is copied from it. */
export const SCRIPT = `history.replaceState(null, "", "/alias");\n`;

export const STYLE = `:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 32rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-bottom: 0.5rem; }
input { box-sizing: border-box; font: inherit; min-height: 3rem; padding: 0.5rem 0.75rem; width: 100%; }
button { font: inherit; font-weight: 600; min-height: 3rem; padding: 0.5rem 1.5rem; width: 100%; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
.hint { margin: 0.5rem 0 1.5rem; }
.problem { border-inline-start: 0.25rem solid; font-weight: 600; padding-inline-start: 0.75rem; }
`;

function page({ language }: AliasTexts, title: string, main: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="/alias/page.css">
<script src="/alias/page.js"></script>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** A name of somebody's choice must not turn the text around it. Security rule 32 */
function bidi(text: string): string {
  return `<bdi>${escaped(text)}</bdi>`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES.get(character) ?? "");
}

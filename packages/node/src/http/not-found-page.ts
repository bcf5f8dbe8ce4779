/** What somebody sees who has followed a link to nothing; programs get the words alone. */
import type { IncomingMessage } from "node:http";

const TEXTS = {
  en: { title: "Not found", lead: "There is no such page here.", home: "To the start" },
  de: { title: "Nicht gefunden", lead: "Diese Seite gibt es hier nicht.", home: "Zum Anfang" },
} as const;

/** Undefined for who does not ask for a page. RFC 9110 §12.5.1 */
export function notFoundPage({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  if (!/\btext\/html\b/i.test(headers.accept ?? "")) return undefined;
  const [first = ""] = (headers["accept-language"] ?? "").split(",", 1);
  const language = /^\s*de\b/i.test(first) ? "de" : "en";
  const { title, lead, home } = TEXTS[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${lead}</p>
<p><a href="/">${home}</a></p>
</main>
</body>
</html>
`;
}

/** The operator's pages. */
import "../theme/base.css";
import "./admin.css";
import { en as ladderEn } from "../ladder/texts/en.ts";
import { wishedLanguages } from "../texts/language.ts";
import { speak } from "../texts/texts.ts";
import { startPage } from "../ui/start-page.tsx";
import { en } from "./texts/en.ts";
import { App } from "./view/app.tsx";

const { language, texts } = await speak(
  {
    en: { page: en, ladder: ladderEn },
    others: new Map([
      [
        "de",
        async () => ({
          page: (await import("./texts/de.ts")).de,
          ladder: (await import("../ladder/texts/de.ts")).de,
        }),
      ],
    ]),
  },
  wishedLanguages(),
);
document.title = `Parlance · ${texts.page.title}`;
// Dates as the reader's country writes them, in the language of the page.
const locale = wishedLanguages().find((wish) => wish.startsWith(language)) ?? language;
startPage(language, <App texts={texts.page} ladder={texts.ladder} language={locale} />);

/** The operator's pages. */
import "../theme/base.css";
import { wishedLanguages } from "../texts/language.ts";
import { speak } from "../texts/texts.ts";
import { startPage } from "../ui/start-page.tsx";
import { en } from "./texts/en.ts";

const { language, texts } = await speak(
  { en, others: new Map([["de", async () => (await import("./texts/de.ts")).de]]) },
  wishedLanguages(),
);
document.title = `Parlance · ${texts.title}`;
startPage(
  language,
  <main>
    <h1>{texts.title}</h1>
    <p>{texts.nothingYet}</p>
  </main>,
);

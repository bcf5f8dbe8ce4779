/** The messenger. */
import "../theme/base.css";
import "./style/messenger.css";
import { preload } from "@parlance/client/web";
import { wishedLanguages } from "../texts/language.ts";
import { speak } from "../texts/texts.ts";
import { startPage } from "../ui/start-page.tsx";
import { App } from "./app.tsx";
import { welcomeFacts } from "./start/welcome-facts.ts";
import { en } from "./texts/en.ts";

const others = new Map([["de", async () => (await import("./texts/de.ts")).de]]);
const [{ language, texts }, facts] = await Promise.all([
  speak({ en, others }, wishedLanguages()),
  welcomeFacts(),
]);
startPage(language, <App texts={texts} language={language} facts={facts} />);
preload("connection").catch(() => {}); // asked for again when it is needed

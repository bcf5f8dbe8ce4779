import { type ReactNode, StrictMode } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { applyLanguage } from "../texts/language.ts";
import { applyTheme } from "../theme/theme.ts";

/** Puts a page into the document, in its language and the chosen theme. */
export function startPage(language: string, page: ReactNode): void {
  applyTheme();
  applyLanguage(language);
  const place = document.getElementById("app");
  if (place === null) throw new Error("the page has no place for the application");
  createRoot(place).render(
    <StrictMode>
      <I18nProvider locale={language}>{page}</I18nProvider>
    </StrictMode>,
  );
}

import type { Texts } from "./en.ts";

export const de: Texts = {
  title: "Betrieb",
  nothingYet: "Diese Seiten kommen als Nächstes.",
};

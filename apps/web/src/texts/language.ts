/** In which language a page speaks: chosen by the user and kept, else as his browser has it. */

const KEY = "parlance language";

export function chosenLanguage(): string | undefined {
  return localStorage.getItem(KEY) ?? undefined;
}

export function chooseLanguage(language: string | undefined): void {
  if (language === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, language);
}

/** In the order of preference. */
export function wishedLanguages(): readonly string[] {
  const chosen = chosenLanguage();
  return chosen === undefined ? navigator.languages : [chosen, ...navigator.languages];
}

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

/** Says so to the page; components of react-aria are told by its I18nProvider. */
export function applyLanguage(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

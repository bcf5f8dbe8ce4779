/** What the page says, in the languages that it knows. */
import { MOST_NICKNAME_CHARACTERS } from "@parlance/im";
import type { WebRequest } from "../web/index.ts";

export interface AliasTexts {
  readonly language: "en" | "de";
  readonly title: string;
  /** `room`: as it is shown, safe to stand in a page. */
  readonly heading: (room: string | undefined) => string;
  readonly called: (name: string) => string;
  readonly label: string;
  readonly hint: string;
  readonly use: string;
  readonly done: (name: string) => string;
  readonly doneHint: string;
  readonly gone: string;
  readonly goneTitle: string;
  readonly goneHint: string;
  readonly because: Readonly<Record<"not a name" | "taken", string>>;
}

const en: AliasTexts = {
  language: "en",
  title: "Your name",
  heading: (room) => `Your name in ${room ?? "this conversation"}`,
  called: (name) => `The others know you as <strong>${name}</strong>.`,
  label: "What do you want to be called?",
  hint: `Up to ${MOST_NICKNAME_CHARACTERS} characters, and not what somebody else is called.`,
  use: "Use this name",
  done: (name) => `You are called ${name} now`,
  doneHint: "The others see it at once. You can close this page.",
  goneTitle: "Not found",
  gone: "This link does not work",
  goneHint:
    "It was used, or it is too old. You can still change your name in the conversation itself.",
  because: {
    "not a name": "That cannot be a name here. Please choose another one.",
    taken: "Somebody is called like that already, or nearly. Please choose another name.",
  },
};

const de: AliasTexts = {
  language: "de",
  title: "Dein Name",
  heading: (room) =>
    room === undefined ? "Dein Name in dieser Unterhaltung" : `Dein Name in ${room}`,
  called: (name) => `Die anderen kennen dich als <strong>${name}</strong>.`,
  label: "Wie möchtest du heißen?",
  hint: `Bis zu ${MOST_NICKNAME_CHARACTERS} Zeichen, und nicht so, wie schon jemand heißt.`,
  use: "Diesen Namen nehmen",
  done: (name) => `Du heißt jetzt ${name}`,
  doneHint: "Die anderen sehen es sofort. Du kannst diese Seite schließen.",
  goneTitle: "Nicht gefunden",
  gone: "Dieser Link führt nirgendwohin",
  goneHint:
    "Er wurde schon benutzt oder ist zu alt. Deinen Namen kannst du auch in der Unterhaltung selbst ändern.",
  because: {
    "not a name": "Das kann hier kein Name sein. Bitte wähle einen anderen.",
    taken: "So oder fast so heißt schon jemand. Bitte wähle einen anderen Namen.",
  },
};

const MOST_LANGUAGES = 20;

/** As his browser prefers; English where it prefers neither. RFC 9110 §12.5.4 */
export function textsFor({ headers }: Pick<WebRequest, "headers">): AliasTexts {
  const wanted = (headers.get("accept-language") ?? []).join().split(",", MOST_LANGUAGES);
  let best = en;
  let most = 0;
  for (const one of wanted) {
    const [range = "", ...params] = one.trim().toLowerCase().split(";");
    const [language] = range.split("-", 1);
    const known = [en, de].find((texts) => texts.language === language);
    const weight = Number(
      /^q=([01](?:\.\d{0,3})?)$/.exec(params.at(-1)?.trim() ?? "q=1")?.[1] ?? 0,
    );
    if (known === undefined || weight <= most) continue;
    best = known;
    most = weight;
  }
  return best;
}

export const ENGLISH = en;

/** What a page says, in the languages it knows: a catalogue is an object, what has a number or a name in it a function. */

/** Each language of a page, the first one whole from the start, the others fetched when they are wanted. */
export interface Languages<Catalogue> {
  readonly en: Catalogue;
  readonly others: ReadonlyMap<string, () => Promise<Catalogue>>;
}

export interface Spoken<Catalogue> {
  /** BCP 47. */
  readonly language: string;
  readonly texts: Catalogue;
}

/** The first wish that can be met, else English. `wishes`: as `navigator.languages` has them. */
export async function speak<Catalogue>(
  { en, others }: Languages<Catalogue>,
  wishes: readonly string[],
): Promise<Spoken<Catalogue>> {
  for (const wish of wishes) {
    const language = wish.toLowerCase().split("-", 1)[0] ?? "";
    if (language === "en") break;
    const texts = await others.get(language)?.();
    if (texts !== undefined) return { language, texts };
  }
  return { language: "en", texts: en };
}

/** Picks the form that the language has for a number: `plural("en", 1, { one: "1 file", other: "1 files" })`. */
export function plural(
  language: string,
  count: number,
  forms: { readonly one: string; readonly other: string },
): string {
  return new Intl.PluralRules(language).select(count) === "one" ? forms.one : forms.other;
}

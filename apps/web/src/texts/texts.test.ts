/** Which language a page speaks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Languages, plural, speak } from "./texts.ts";

const LANGUAGES: Languages<{ readonly hello: string }> = {
  en: { hello: "hello" },
  others: new Map([["de", async () => ({ hello: "hallo" })]]),
};

test("the first wish that can be met is spoken, whatever the region", async () => {
  assert.equal((await speak(LANGUAGES, ["fr-FR", "de-AT", "en"])).texts.hello, "hallo");
  assert.equal((await speak(LANGUAGES, ["en-GB", "de"])).language, "en");
});

test("who asks for what nobody speaks is spoken to in English", async () => {
  assert.deepEqual(await speak(LANGUAGES, ["tlh"]), { language: "en", texts: LANGUAGES.en });
  assert.deepEqual(await speak(LANGUAGES, []), { language: "en", texts: LANGUAGES.en });
});

test("numbers take the form of the language", () => {
  const forms = { one: "one", other: "more" };
  assert.deepEqual(
    [0, 1, 2].map((count) => plural("de", count, forms)),
    ["more", "one", "more"],
  );
});

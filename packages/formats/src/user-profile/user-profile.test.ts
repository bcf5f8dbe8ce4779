/** Profiles: a name, if there is one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { formatUserProfile, parseUserProfile, type UserProfile } from "./index.ts";

const NS = 'xmlns="urn:oma:xml:xdm:user-profile"';

function read(text: string): UserProfile | undefined {
  const result = parseUserProfile(utf8Bytes(text));
  return result.ok ? result.value : undefined;
}

test("the first name of any language is read, of the first profile if there are several", () => {
  const profile =
    '<user-profile uri="sip:a@b"><hobbies>x</hobbies><display-name xml:lang="de"/><display-name xml:lang="en">Al</display-name><display-name>B</display-name></user-profile>';
  const wanted = { uri: "sip:a@b", displayName: "Al" };
  assert.deepEqual(read(profile.replace(" ", ` ${NS} `)), wanted);
  assert.deepEqual(read(`<user-profiles ${NS}>${profile}<user-profile/></user-profiles>`), wanted);
  assert.deepEqual(read(`<user-profile ${NS}/>`), { uri: undefined, displayName: undefined });
});

test("what is no profile is refused", (t) => {
  for (const text of [`<user-profiles ${NS}/>`, `<profile ${NS}/>`, "<user-profile/>", ""]) {
    assert.equal(read(text), undefined, text);
  }
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseUserProfile(bytes).ok, false, file);
  }
});

test("any profile that is written reads the same", () => {
  const some = fc.option(fc.stringMatching(/^[!-~é]{1,12}$/), { nil: undefined });
  fc.assert(
    fc.property(some, some, (uri, displayName) => {
      assert.deepEqual(parseUserProfile(formatUserProfile({ uri, displayName })), {
        ok: true,
        value: { uri, displayName },
      });
    }),
    { seed: 4711, numRuns: 100 },
  );
});

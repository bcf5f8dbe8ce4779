/** The matrix of authentication and authorisation: each row refused, and the forbidden effect absent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import { aliasPages } from "./auth-matrix/alias-pages.ts";
import { authentication } from "./auth-matrix/authentication.ts";
import { deferred } from "./auth-matrix/deferred.ts";
import { dialogs } from "./auth-matrix/dialogs.ts";
import { documents } from "./auth-matrix/documents.ts";
import { history } from "./auth-matrix/history.ts";
import { media } from "./auth-matrix/media.ts";
import { rooms, WITH_ROOMS } from "./auth-matrix/rooms.ts";
import { Scene } from "./auth-matrix/scenario.ts";
import { surfaces } from "./auth-matrix/surfaces.ts";

const SCENARIOS = new Map([
  ...authentication,
  ...dialogs,
  ...media,
  ...rooms,
  ...aliasPages,
  ...deferred,
  ...documents,
  ...history,
  ...surfaces,
]);

describe("auth-matrix", () => {
  let scene: Scene | undefined;
  before(async () => {
    scene = await Scene.open(WITH_ROOMS);
  });
  after(() => scene?.stop());

  for (const [name, scenario] of SCENARIOS) {
    test(name, async () => {
      assert.ok(scene);
      await scenario(scene);
      await scene.victim.assertWell();
      scene.victim.assertCleanLog();
    });
  }
});

test("every row of the matrix is proved here", (t) => {
  const path = corpusPath("auth-matrix/expected.json");
  if (path === undefined) return t.diagnostic("corpus auth-matrix is not on this machine");
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly cases: readonly { readonly name: string }[];
  }; // as its README says
  const open = cases.filter(({ name }) => !SCENARIOS.has(name));
  assert.deepEqual(open, []);
  return undefined;
});

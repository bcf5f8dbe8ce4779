import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRelease, isImServer, parseRelease } from "./release.ts";

test("IM-8.1.1-03: a client shows its release version as Appendix F has it", () => {
  const release = { component: "client", version: "OMA1.0", product: "Acme/1.0" } as const;
  assert.equal(formatRelease(release), "IM-client/OMA1.0 Acme/1.0");
  assert.deepEqual(parseRelease("IM-client/OMA1.0 Acme/1.0"), release);
});

test("the component of a release is read in any case, the maker's part as it is", () => {
  assert.deepEqual(parseRelease("im-SERV/oma2.0 Core/3 (blue moon)"), {
    component: "server",
    version: "OMA2.0",
    product: "Core/3 (blue moon)",
  });
});

test("Appendix F: a server is known by its token, and only by that", () => {
  assert.equal(isImServer("IM-serv/OMA1.0 Parlance/0.1"), true);
  for (const other of [undefined, "", "IM-client/OMA1.0", "Parlance IM-serv", "IM-serv/1.0"]) {
    assert.equal(isImServer(other), false, String(other));
  }
});

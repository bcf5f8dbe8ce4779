import assert from "node:assert/strict";
import { test } from "node:test";
import { coarseState, type FileView, formatFile, formatFileState } from "./file-view.ts";

function view(of: Partial<FileView>): FileView {
  return {
    own: false,
    name: "holiday.png",
    type: "image/png",
    sizeBytes: 2_000_000,
    state: "sending",
    via: "session",
    doneBytes: 0,
    bytesPerSecond: undefined,
    number: 1,
    why: "",
    place: undefined,
    ...of,
  };
}

test("a file is told by name, size and type, and cannot steer the terminal", () => {
  assert.equal(formatFile(view({})), "file holiday.png (2.0 MB, image/png)");
  assert.equal(
    formatFile(view({ sizeBytes: undefined })),
    "file holiday.png (size unknown, image/png)",
  );
  assert.equal(
    formatFile(view({ type: "a/\u001b[2Jb\n" })),
    "file holiday.png (2.0 MB, a/\ufffd[2Jb )",
  );
});

test("what goes has a bar, a rate and the time that is left", () => {
  const going = view({ doneBytes: 500_000, bytesPerSecond: 250_000 });
  assert.equal(formatFileState(going), "█████░░░░░░░░░░░░░░░  25 %  250 kB/s, 0:06 left");
  assert.equal(
    formatFileState({ ...going, state: "receiving", sizeBytes: undefined }),
    "500 kB  250 kB/s",
  );
  assert.match(formatFileState({ ...going, state: "interrupted" }), /25 % {2}interrupted, goes on/);
});

test("each state has its words", () => {
  for (const [of, told] of [
    [{ state: "offered" }, "/accept 1 or /decline 1"],
    [{ state: "offered", own: true }, "… offered"],
    [{ state: "delivered" }, "✓✓"],
    [{ state: "sent" }, "✓ sent, not confirmed"],
    [{ state: "sent", via: "http" }, "✓ on the server"],
    [{ state: "deferred", via: "http" }, "⏸ on the server until it is fetched"],
    [{ state: "complete", place: "/tmp/a\nb" }, "✓ saved as /tmp/a b"],
    [{ state: "failed", why: "timeout" }, "✗ failed: timeout"],
    [{ state: "failed", why: "aborted" }, "✗ given up"],
    [{ state: "failed", why: "aborted: by its sender" }, "✗ given up: by its sender"],
    [{ state: "declined" }, "✗ declined"],
  ] as const) {
    assert.equal(formatFileState(view(of)), told);
  }
});

test("without a screen progress is told in quarters", () => {
  const told = new Set<string>();
  for (let doneBytes = 0; doneBytes <= 2_000_000; doneBytes += 10_000) {
    told.add(coarseState(view({ doneBytes, bytesPerSecond: doneBytes })));
  }
  assert.equal(told.size, 5);
});

/** Names of files: those that mean mischief become neutral, all others are told to every program. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { utf8Length } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import {
  attachment,
  fileNameOf,
  formatDisposition,
  NEUTRAL_FILE_NAME,
  parseDisposition,
  safeFileName,
} from "./index.ts";

test("an ordinary name stays as it is", () => {
  for (const name of ["map.png", "My report (2).pdf", "ünïcødé.txt", "写真.jpg", "a'b & c.txt"]) {
    assert.equal(safeFileName(name), name);
  }
});

test("paths, controls, devices and nothing become the neutral name", () => {
  const hostile = ["../../etc/passwd", "/etc/passwd", "..\\x.exe", "C:\\a", "a\0.txt", "a\r\nb"];
  for (const name of [...hostile, "", ".", "..", " ", "CON.txt", "lpt1", undefined]) {
    assert.equal(safeFileName(name), NEUTRAL_FILE_NAME, String(name));
  }
});

test("what hides or turns a name is taken out of it", () => {
  assert.equal(safeFileName("photo\u202egpj.exe"), "photogpj.exe");
  assert.equal(safeFileName(".bashrc"), "bashrc");
  assert.equal(safeFileName("x.exe. . "), "x.exe");
  assert.equal(safeFileName('a<b>:"c|?*.txt'), "a_b___c___.txt");
});

test("a long name is cut at 255 octets, between characters, and keeps its extension", () => {
  assert.equal(safeFileName(`${"f".repeat(4_000)}.txt`), `${"f".repeat(251)}.txt`);
  assert.equal(safeFileName(`${"ü".repeat(200)}.txt`), `${"ü".repeat(125)}.txt`);
  assert.equal(utf8Length(safeFileName(`a.${"x".repeat(400)}`)), 255);
});

test("a name with other than ASCII is given twice (RFC 6266 §4.3)", () => {
  assert.equal(formatDisposition(attachment("map.png")), "attachment;filename=map.png");
  assert.equal(
    formatDisposition(attachment("5% ü.txt")),
    "attachment;filename=\"5_ _.txt\";filename*=UTF-8''5%25%20%C3%BC.txt",
  );
});

test("the name in UTF-8 is preferred, where it can be read", () => {
  assert.equal(nameIn("attachment; filename=a; filename*=utf-8'en'%e2%82%ac"), "€");
  assert.equal(nameIn("attachment; filename=a; filename*=utf-8''%e2%82"), "a");
  assert.equal(nameIn("attachment; filename=a; filename*=utf-8''%zz"), "a");
  assert.equal(nameIn("attachment; filename=a; filename*=latin1''%e4"), "a");
  assert.equal(nameIn('attachment; filename="a b"'), "a b");
  assert.equal(nameIn("attachment"), undefined);
});

test("whatever the name, it is safe, safe again, and read as it was written", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => holds(name)),
    { seed: 4711, numRuns: 2_000 },
  );
});

test("every hostile string of the corpus makes a safe name", (t) => {
  const path = corpusPath("web-hostile-strings/expected.json");
  if (path === undefined) return t.diagnostic("corpus web-hostile-strings is not on this machine");
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: { text: string }[] }; // as its README says
  assert.ok(cases.length > 0);
  for (const { text } of cases) holds(text);
});

function holds(name: string): void {
  const safe = safeFileName(name);
  assert.equal(safeFileName(safe), safe);
  assert.ok(utf8Length(safe) <= 255 && safe !== "");
  assert.doesNotMatch(safe, /[/\\\p{Cc}\p{Cf}<>:"|?*]/u);
  const header = formatDisposition(attachment(name));
  assert.match(header, /^[ -~]+$/);
  const read = parseDisposition(header);
  assert.ok(read.ok);
  assert.equal(fileNameOf(read.value), safe);
}

function nameIn(text: string): string | undefined {
  const parsed = parseDisposition(text);
  return parsed.ok ? fileNameOf(parsed.value) : parsed.error.reason;
}

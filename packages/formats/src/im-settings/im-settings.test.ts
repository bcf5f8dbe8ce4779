/** Settings: the form that is written, every form that is read, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  type EntitySettings,
  formatImSettings,
  type ImSettings,
  parseImSettings,
} from "./index.ts";

const NS =
  'xmlns="urn:oma:params:xml:ns:poc:poc-settings" xmlns:im="urn:oma:xml:im:service-settings"';
const SILENT: EntitySettings = {
  id: "1",
  barring: { sessions: undefined, messages: undefined, files: undefined },
  visible: undefined,
  offlineDelivery: undefined,
  history: { sessions: undefined, messages: undefined },
};

function document(inner: string): Uint8Array {
  return utf8Bytes(`<poc-settings ${NS}><entity id="1">${inner}</entity></poc-settings>`);
}

function read(inner: string): EntitySettings | undefined {
  const result = parseImSettings(document(inner));
  assert.ok(result.ok, inner);
  return result.value.entities[0];
}

function barringOf(...attributes: readonly string[]): EntitySettings["barring"] | undefined {
  const elements = attributes.map((one) => `<incoming-session-barring ${one}/>`);
  return read(`<isb-settings>${elements.join("")}</isb-settings>`)?.barring;
}

function historyOf(inner: string): EntitySettings["history"] | undefined {
  return read(`<im:hist-settings>${inner}</im:hist-settings>`)?.history;
}

test("all settings are written in the form of Appendix E.2", () => {
  const written = formatImSettings({
    entities: [
      {
        id: "urn:uuid:5b7a8f1e-2d44-4c0a-9a52-6b1f0c9d7e10",
        barring: { sessions: false, messages: false, files: true },
        visible: true,
        offlineDelivery: false,
        history: { sessions: true, messages: false },
      },
    ],
  });
  assert.equal(
    utf8Text(written),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<poc-settings ${NS}><entity id="urn:uuid:5b7a8f1e-2d44-4c0a-9a52-6b1f0c9d7e10">` +
      '<isb-settings><incoming-session-barring active="false" im:service-id="session-mode"/>' +
      '<incoming-session-barring active="false" im:service-id="pager-large-mode"/>' +
      '<incoming-session-barring active="true" im:service-id="file-transfer"/></isb-settings>' +
      '<im:vis-settings><im:vis-status active="true"/></im:vis-settings>' +
      '<im:deferred-settings><im:offline-delivery active="false"/></im:deferred-settings>' +
      '<im:hist-settings><im:hist-activation active="true">session-mode</im:hist-activation>' +
      '<im:hist-activation active="false">pager-large-mode</im:hist-activation></im:hist-settings>' +
      "</entity></poc-settings>",
  );
});

test("the document of RFC 4354 §6.2 bars sessions, and what it says of talk is passed over", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-poc-settings.xml")) continue;
    const id = "do39s8zksn2d98x";
    const barring = { ...SILENT.barring, sessions: true };
    assert.deepEqual(parseImSettings(bytes), {
      ok: true,
      value: { entities: [{ ...SILENT, id, barring }] },
    });
    for (let cut = 0; cut < utf8Text(bytes).trimEnd().length; cut += 1) {
      assert.equal(parseImSettings(bytes.subarray(0, cut)).ok, false, `cut at ${cut}`);
    }
  }
});

test("a document with some settings says nothing of the others", () => {
  assert.deepEqual(read(""), SILENT);
  assert.deepEqual(read('<im:vis-settings><im:vis-status active="false"/></im:vis-settings>'), {
    ...SILENT,
    visible: false,
  });
  const none = parseImSettings(utf8Bytes(`<poc-settings ${NS}/>`));
  assert.deepEqual(none, { ok: true, value: { entities: [] } });
});

test("barring without service is barring of sessions, and that of other services not ours", () => {
  assert.deepEqual(barringOf('active="1"'), { ...SILENT.barring, sessions: true });
  assert.deepEqual(barringOf('im:active="true" service-id="file-transfer"'), {
    ...SILENT.barring,
    files: true,
  });
  assert.deepEqual(barringOf('active="true" im:service-id="video"'), SILENT.barring);
  assert.deepEqual(barringOf('active="0" im:service-id=" pager-large-mode "', 'active="true"'), {
    sessions: true,
    messages: false,
    files: undefined,
  });
});

test("what kind of history is meant is read as text, child element or service-id", () => {
  const sessions = { sessions: true, messages: undefined };
  assert.deepEqual(
    historyOf('<im:hist-activation active="true"> session-mode </im:hist-activation>'),
    sessions,
  );
  assert.deepEqual(
    historyOf('<im:hist-activation active="true"><im:session-mode/></im:hist-activation>'),
    sessions,
  );
  assert.deepEqual(
    historyOf('<im:hist-activation im:active="true" im:service-id="session-mode"/>'),
    sessions,
  );
  assert.deepEqual(historyOf('<im:hist-activation active="true"/>'), {
    sessions: true,
    messages: true,
  });
  assert.deepEqual(historyOf('<im:hist-activation active="true">video</im:hist-activation>'), {
    sessions: undefined,
    messages: undefined,
  });
});

test("settings are read beside their group as well as in it, in either namespace", () => {
  assert.deepEqual(
    read(
      '<vis-status active="false"/><im:offline-delivery active="true"/><im:hist-activation active="true">session-mode</im:hist-activation><im:incoming-session-barring active="true"/>',
    ),
    {
      ...SILENT,
      barring: { ...SILENT.barring, sessions: true },
      visible: false,
      offlineDelivery: true,
      history: { sessions: true, messages: undefined },
    },
  );
  assert.deepEqual(read('<x:vis-status xmlns:x="urn:x" active="false"/>'), SILENT);
});

test("what cannot be read, or is said in two ways, refuses the document", () => {
  for (const inner of [
    '<im:vis-status active="perhaps"/>',
    "<im:vis-status/>",
    '<im:vis-status active="true"/><im:vis-settings><im:vis-status active="false"/></im:vis-settings>',
    "<isb-settings><incoming-session-barring/></isb-settings>",
    '<isb-settings><incoming-session-barring active="true"/><incoming-session-barring active="false" im:service-id="session-mode"/></isb-settings>',
    '<im:hist-activation active="true">session-mode</im:hist-activation><im:hist-activation active="false"/>',
  ]) {
    assert.equal(parseImSettings(document(inner)).ok, false, inner);
  }
  for (const text of [
    `<poc-settings ${NS}><entity/></poc-settings>`,
    `<poc-settings ${NS}><entity id=" "/></poc-settings>`,
    `<poc-settings ${NS}><entity id="1"/><entity id="1"/></poc-settings>`,
    '<poc-settings><entity id="1"/></poc-settings>',
    `<entity ${NS} id="1"/>`,
    "",
  ]) {
    assert.equal(parseImSettings(utf8Bytes(text)).ok, false, text);
  }
});

test("bad XML of the corpus is refused as settings too", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseImSettings(bytes).ok, false, file);
  }
});

test("any settings that are written read the same", () => {
  const plain = { noNullPrototype: true } as const;
  const flag = fc.option(fc.boolean(), { nil: undefined });
  const entity = fc.record(
    {
      id: fc.stringMatching(/^[!-~é]{1,12}$/),
      barring: fc.record({ sessions: flag, messages: flag, files: flag }, plain),
      visible: flag,
      offlineDelivery: flag,
      history: fc.record({ sessions: flag, messages: flag }, plain),
    },
    plain,
  );
  const settings: fc.Arbitrary<ImSettings> = fc.record(
    { entities: fc.uniqueArray(entity, { selector: ({ id }) => id, maxLength: 3 }) },
    plain,
  );
  fc.assert(
    fc.property(settings, (given) => {
      assert.deepEqual(parseImSettings(formatImSettings(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 300 },
  );
});

/** What a third-party REGISTER says, whoever wrote what is inside. 3GPP TS 24.229 §5.4.1.7, §5.7.1.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRequest, parseUri, type SipRequest } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import type { StoredBinding } from "../../store/index.ts";
import { judgeTold, readTold, type Told } from "./told-registration.ts";

const BOB = "sip:bob@example.com";
const ABOUT = { user: BOB, address: BOB, now: 1_000 };
const PHONE = '<sip:bob@192.0.2.7:5070>;+g.oma.sip-im;+sip.instance="<urn:uuid:1>"';
const TABLET = '<sip:bob@192.0.2.8>;+sip.instance="<urn:uuid:2>"';

function thirdParty(expires: number | undefined, type?: string): SipRequest {
  return makeRequest("REGISTER", parseUri("sip:as.example.com"), (edit) => {
    if (expires !== undefined) edit.setText("Expires", String(expires));
    if (type !== undefined) edit.setText("Content-Type", type);
  });
}

const register = (contact: string, ...headers: readonly string[]): string =>
  ["REGISTER sip:example.com SIP/2.0", `Contact: ${contact}`, ...headers, "", ""].join("\r\n");
const ok = (...of: readonly string[]): string =>
  ["SIP/2.0 200 OK", ...of.map((one) => `Contact: ${one}`), "", ""].join("\r\n");

const part = (text: string): string => `--b\r\nContent-Type: message/sip\r\n\r\n${text}\r\n`;

function told(expires: number, body = "", type = "message/sip"): Told {
  return readTold(thirdParty(expires, type), utf8Bytes(body), 3_600);
}

function contacts(rows: readonly StoredBinding[]): string[] {
  return rows.map(({ contactText }) => contactText).toSorted();
}

const after = (one: Told, before: readonly StoredBinding[] = []) => judgeTold(one, before, ABOUT);

test("without a body somebody is there who counts as an IM client, until the time that is told", () => {
  const [row, ...others] = after(told(600));
  assert.deepEqual(others, []);
  assert.equal(row?.contactText, `<${BOB}>;+g.oma.sip-im`);
  assert.equal(row?.expiresAt, 601_000);
  const [usual] = after(readTold(thirdParty(undefined), new Uint8Array(), 3_600));
  assert.equal(usual?.expiresAt, 3_601_000);
});

test("Expires: 0 means that nobody is there, whatever else is told", () => {
  assert.deepEqual(after(told(0, register(PHONE)), after(told(600))), []);
});

test("the client's REGISTER tells of its device, which joins the others of its user", () => {
  const first = after(told(600, register(PHONE)));
  assert.deepEqual(contacts(first), [PHONE]);
  const second = after(told(600, register(TABLET)), first);
  assert.deepEqual(contacts(second), [PHONE, TABLET]);
  const moved = PHONE.replace("192.0.2.7", "192.0.2.9");
  assert.deepEqual(contacts(after(told(600, register(moved)), second)), [TABLET, moved]);
});

test("a device that goes leaves the others; the last one leaves somebody unnamed while the core says so", () => {
  const both = after(told(600, register(TABLET)), after(told(600, register(PHONE))));
  const left = after(told(600, register(`${PHONE};expires=0`)), both);
  assert.deepEqual(contacts(left), [TABLET]);
  const none = after(told(600, register(TABLET, "Expires: 0")), left);
  assert.deepEqual(contacts(none), [`<${BOB}>;+g.oma.sip-im`]);
});

test("the core's own 200 tells of all devices, each with its time", () => {
  const before = after(told(600, register(PHONE)));
  const answer = ok(`${TABLET};expires=60`, "<sip:bob@192.0.2.9>;expires=90");
  const rows = after(told(600, answer), before);
  assert.deepEqual(contacts(rows), [TABLET, "<sip:bob@192.0.2.9>"]);
  assert.deepEqual(
    rows.map(({ expiresAt }) => expiresAt),
    [61_000, 91_000],
  );
});

test("REGISTER and 200 come together in a multipart, and the 200 counts", () => {
  const body = `${part(register(PHONE))}${part(ok(TABLET))}--b--\r\n`;
  assert.deepEqual(contacts(after(told(600, body, "multipart/mixed;boundary=b"))), [TABLET]);
});

test("what a client writes so that nobody can read it tells nothing, and stops nothing", () => {
  for (const body of [
    "REGISTER",
    register("<sip:bob@192.0.2.7"),
    register("*", "Expires: 0"),
    register(PHONE, "Expires: soon"),
    "REGISTER sip:x SIP/2.0\r\nContact: <sip:x>;expires=99999999999\r\n\r\n",
  ]) {
    assert.deepEqual(contacts(after(told(600, body))), [`<${BOB}>;+g.oma.sip-im`], body);
  }
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(
      bytes,
      fc.constantFrom("message/sip", "multipart/mixed;boundary=b"),
      (body, type) => {
        const rows = after(readTold(thirdParty(600, type), body, 3_600));
        assert.ok(rows.length >= 1);
      },
    ),
  );
});

test("whatever is told, rows are of this user and address, and each device has one", () => {
  const device = fc.constantFrom(PHONE, TABLET, "<sip:bob@192.0.2.9>", `${PHONE};expires=0`);
  const word = fc.oneof(
    fc.record({ expires: fc.constantFrom(0, 600), body: device.map((one) => register(one)) }),
    fc.record({
      expires: fc.constantFrom(0, 600),
      body: fc.array(device).map((all) => ok(...all)),
    }),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      let rows: readonly StoredBinding[] = [];
      for (const { expires, body } of words) {
        rows = after(told(expires, body), rows);
        assert.equal(rows.length === 0, expires === 0);
        assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
        assert.ok(rows.every(({ user, address }) => user === BOB && address === BOB));
      }
    }),
  );
});

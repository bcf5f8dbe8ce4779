/** Addresses of somebody in between. RFC 6714 §4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hasForeignAddress,
  type LocalMedia,
  makeAnswer,
  makeOffer,
  needsOfferWithoutCema,
  readAnswer,
  readOffer,
} from "./index.ts";
import { ALICE, ALICES, agreed, answerTo, BOB, BOBS, offerOf, sent } from "./parties.test.ts";

function cemaWith(relayed: boolean, own: LocalMedia): boolean {
  const relay = relayed ? "msrp://relay.example:1/r;tcp " : "";
  const offer = offerOf(
    "m=message 4000 TCP/MSRP *",
    "c=IN IP4 198.51.100.1",
    `a=path:${relay}msrp://192.0.2.1:7654/s;tcp`,
    "a=accept-types:*",
    "a=msrp-cema",
    "a=setup:actpass",
  );
  const { cema: both, connectTo } = agreed(answerTo(offer, own));
  if (both) assert.deepEqual([connectTo.host, connectTo.port], ["198.51.100.1", 4000]);
  return both;
}

function foreignAddress(host: string, port: number, hop: string): boolean {
  const [offered] = offerOf(
    `m=message ${port} TCP/MSRP *`,
    `c=IN ${host.includes(":") ? "IP6" : "IP4"} ${host}`,
    `a=path:msrp://${hop}/s;tcp`,
    "a=accept-types:*",
  ).media;
  assert.ok(offered?.kind === "message");
  return hasForeignAddress(offered.media);
}

function offersAgain(setup: "active" | "passive", changes: Partial<LocalMedia>): boolean {
  const offer = makeOffer(ALICE, [ALICES]);
  const own: LocalMedia = { ...BOBS, host: "198.51.100.9", setup, ...changes };
  const read = readAnswer(offer, sent(makeAnswer(readOffer(offer), BOB, [own]).sdp));
  assert.ok(read.ok);
  return needsOfferWithoutCema(agreed(read.value[0]));
}

test("msrp-cema is answered unless who opens the connection is behind a relay. RFC 6714 §4.3", () => {
  const own: LocalMedia = { ...BOBS, cema: true, setup: "active" };
  const relayed = { ...own, path: ["msrp://r.example:1/r;tcp", ...own.path] };
  assert.equal(cemaWith(false, own), true);
  assert.equal(cemaWith(true, own), true);
  assert.equal(cemaWith(true, { ...own, setup: "passive" }), false);
  assert.equal(cemaWith(true, relayed), false);
  assert.equal(cemaWith(false, relayed), true);
  assert.equal(cemaWith(false, BOBS), false);
});

test("an address of somebody in between shows, whatever the spelling. RFC 6714 §4.4", () => {
  assert.equal(foreignAddress("192.0.2.1", 9, "192.0.2.1:9"), false);
  assert.equal(foreignAddress("192.0.2.1", 8, "192.0.2.1:9"), true);
  assert.equal(foreignAddress("192.0.2.2", 9, "192.0.2.1:9"), true);
  assert.equal(foreignAddress("2001:db8::1", 9, "[2001:0DB8:0:0::0:1]:9"), false);
  assert.equal(foreignAddress("2001:db8::2", 9, "[2001:db8::1]:9"), true);
  assert.equal(foreignAddress("x.example", 9, "192.0.2.1:9"), false);
});

test("an answer without CEMA and with a foreign address needs an offer without it. RFC 6714 §4.2", () => {
  assert.equal(offersAgain("active", {}), true);
  assert.equal(offersAgain("passive", {}), false);
  assert.equal(offersAgain("passive", { path: ["msrp://192.0.2.9:1/r;tcp", ...BOBS.path] }), true);
  assert.equal(offersAgain("active", { cema: true }), false);
  assert.equal(offersAgain("active", { host: BOB.host }), false);
});

/** Where the server goes between two sides that ask for it only when they need it: `media.anchor: auto`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findMessageMedia, parseSdp, readOffer } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { judgeAnchoring } from "./judge-anchoring.ts";

interface Said {
  readonly path?: string;
  readonly address?: string;
  readonly lines?: readonly string[];
}

function media({
  path = "msrp://192.0.2.7:7654/s;tcp",
  address = "IP4 192.0.2.7",
  lines = [],
}: Said) {
  const text = [
    "v=0",
    `o=- 1 1 IN ${address}`,
    "s=-",
    `c=IN ${address}`,
    "t=0 0",
    "m=message 7654 TCP/MSRP *",
    "a=accept-types:text/plain",
    `a=path:${path}`,
    ...lines,
  ];
  const sdp = parseSdp(utf8Bytes(`${text.join("\r\n")}\r\n`));
  assert.ok(sdp.ok);
  const offer = readOffer(sdp.value);
  const found = offer.media[findMessageMedia(offer)];
  assert.equal(found?.kind, "message");
  return found.media;
}

function anchored(said: Said, source: string, more: { web?: boolean; plain?: boolean } = {}) {
  return judgeAnchoring({ media: media(said), source, web: false, plain: false, ...more });
}

test("who is where he says he is needs nobody between, however the address is written", () => {
  assert.equal(anchored({}, "192.0.2.7"), false);
  assert.equal(anchored({}, "::ffff:192.0.2.7"), false);
  const six = { path: "msrp://[2001:DB8:0:0::7]:7654/s;tcp", address: "IP6 2001:db8::7" };
  assert.equal(anchored(six, "2001:db8::7"), false);
  assert.equal(anchored(six, "2001:db8::17"), true);
});

test("an address is compared whole: one that only begins like it is another", () => {
  assert.equal(anchored({ path: "msrp://192.0.2.70:7654/s;tcp" }, "192.0.2.7"), true);
  assert.equal(anchored({ path: "msrp://192.0.2.7.example.com:7654/s;tcp" }, "192.0.2.7"), true);
});

test("who is behind address translation, or has nothing but a name, is anchored", () => {
  assert.equal(anchored({ path: "msrp://10.0.0.7:7654/s;tcp" }, "192.0.2.7"), true);
  assert.equal(anchored({ path: "msrp://phone.example.com/s;tcp" }, "192.0.2.7"), true);
});

test("whose path begins at a relay is reached by way of that (RFC 4976)", () => {
  const path = "msrp://relay.example.com:2855/r;tcp msrp://10.0.0.7:7654/s;tcp";
  assert.equal(anchored({ path }, "192.0.2.7"), false);
});

test("with CEMA the address of the description is what counts (RFC 6714 §4.2)", () => {
  const path = "msrp://10.0.0.7:7654/s;tcp";
  assert.equal(anchored({ path, lines: ["a=msrp-cema"] }, "192.0.2.7"), false);
});

test("who only connects himself needs somebody who can be connected to", () => {
  assert.equal(anchored({ lines: ["a=setup:active"] }, "192.0.2.7"), true);
  assert.equal(anchored({ lines: ["a=setup:passive"] }, "192.0.2.7"), false);
});

test("browsers, and phones that may hold no sessions, are always gone between", () => {
  assert.equal(anchored({}, "192.0.2.7", { web: true }), true);
  assert.equal(anchored({}, "192.0.2.7", { plain: true }), true);
});

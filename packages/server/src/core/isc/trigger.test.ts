/** At which end the core asks, and where its requests may be sent back to. 3GPP TS 24.229 §5.7.1.3A, RFC 5502 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatUri, makeRequest, parseUri, type SipRequest, type SipUri } from "@parlance/sip";
import { hashing } from "../machine-ports.test.ts";
import { CoreHops } from "./core-hops.ts";
import { Marks } from "./marks.ts";
import { readTrigger } from "./trigger.ts";

function triggerOf(headers: Readonly<Record<string, string>>): string {
  const request = makeRequest("MESSAGE", parseUri("sip:bob@example.com"), (edit) => {
    for (const [name, value] of Object.entries(headers)) edit.setText(name, value);
  });
  const { end, served, registered, diverted } = readTrigger(request);
  const who = served === undefined ? "" : ` of ${formatUri(served)}`;
  const state = registered === undefined ? "" : registered ? ", registered" : ", not registered";
  return `${end}${who}${state}${diverted ? ", diverted" : ""}`;
}

test("orig in the topmost Route is the originating end, and its absence the other", () => {
  assert.equal(triggerOf({}), "terminating");
  assert.equal(triggerOf({ Route: "<sip:as;lr;orig>, <sip:core;lr>" }), "originating");
  assert.equal(triggerOf({ Route: "<sip:as;lr>;orig" }), "originating");
  assert.equal(triggerOf({ Route: "<sip:as;lr;term>, <sip:core;lr>" }), "terminating");
  assert.equal(triggerOf({ Route: "<sip:as;lr>, <sip:core;lr;orig>" }), "terminating");
});

test("P-Served-User counts more than Route, and tells who and whether he is registered", () => {
  const served = "<sip:alice@example.com>";
  const route = { Route: "<sip:as;lr;orig>" };
  assert.equal(
    triggerOf({ "P-Served-User": `${served};sescase=orig;regstate=reg` }),
    "originating of sip:alice@example.com, registered",
  );
  assert.equal(
    triggerOf({ ...route, "P-Served-User": `${served};sescase=TERM;regstate=unreg` }),
    "terminating of sip:alice@example.com, not registered",
  );
  assert.equal(
    triggerOf({ ...route, "P-Served-User": served }),
    "originating of sip:alice@example.com",
  );
  assert.equal(
    triggerOf({ "P-Served-User": `${served};orig-cdiv` }),
    "originating of sip:alice@example.com, diverted",
  );
});

const NEXT = "sip:192.0.2.50:6060;transport=tcp";
const hops = new CoreHops(parseUri(NEXT) as SipUri, [
  { name: "core", addresses: ["192.0.2.51", "2001:db8::1"], tlsNames: ["scscf.example.com"] },
]);

test("a request goes back to the element of the core that wants it, and to nobody else", () => {
  const find = (route: string | undefined) =>
    formatUri(hops.find(route === undefined ? undefined : parseUri(route)));
  const next = `${NEXT};lr`;
  assert.equal(
    find("sip:192.0.2.51:5060;transport=tls;lr"),
    "sip:192.0.2.51:5060;transport=tls;lr",
  );
  assert.equal(find("sip:SCSCF.example.com;lr"), "sip:SCSCF.example.com;lr;transport=tcp");
  assert.equal(find("sips:scscf.example.com;lr"), "sips:scscf.example.com;lr");
  assert.equal(find("sip:[2001:db8::1]:5070;lr"), "sip:[2001:db8::1]:5070;lr;transport=tcp");
  for (const route of [undefined, "sip:203.0.113.9;lr", "sip:x@evil.example", "tel:+49123"]) {
    assert.equal(find(route), next, route);
  }
  assert.equal(formatUri(hops.route.uri), next);
});

function cameBy(branch: string, headers: Readonly<Record<string, string>> = {}): SipRequest {
  return makeRequest("MESSAGE", parseUri("sip:bob@example.com"), (edit) => {
    const usual = { Via: `SIP/2.0/TCP as;branch=${branch}`, From: "<sip:a@b>;tag=1" };
    const all = { ...usual, "Call-ID": "c", CSeq: "1 MESSAGE", ...headers };
    for (const [name, value] of Object.entries(all)) edit.setText(name, value);
  });
}

test("a mark holds for what was done, for whom, and for that one request", () => {
  const marks = new Marks(new Uint8Array(32), hashing);
  const mark = marks.make("originated", "alice", cameBy("z9hG4bKx"));
  assert.match(mark, /^[\w-]{22}$/);
  const marked = (headers = {}) => cameBy(`z9hG4bKx.${mark}`, headers);
  assert.equal(marks.has("originated", "alice", marked()), true);
  assert.equal(marks.has("originated", "bob", marked()), false);
  assert.equal(marks.has("pushed", "alice", marked()), false);
  assert.equal(marks.has("originated", "alice", cameBy("z9hG4bKx")), false);
  for (const other of [{ "Call-ID": "d" }, { CSeq: "2 MESSAGE" }, { From: "<sip:a@b>;tag=2" }]) {
    assert.equal(marks.has("originated", "alice", marked(other)), false, JSON.stringify(other));
  }
  const otherKey = new Marks(new Uint8Array(32).fill(1), hashing);
  assert.equal(otherKey.has("originated", "alice", marked()), false);
});

/** A request on its way through a proxy. RFC 3261 §16.3, §16.4, §16.6, RFC 5393, RFC 3327 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetBytes } from "@parlance/wire";
import {
  formatMessage,
  formatNameAddr,
  formatUri,
  MaxForwards,
  type NameAddr,
  Params,
  parseMessage,
  parseUri,
  RecordRoute,
  Route,
  SipRequest,
  type SipUri,
  Via,
} from "../message/index.ts";
import {
  checkForwarding,
  forwardRequest,
  hasLooped,
  incomingBreadth,
  loopMark,
  preprocessRoute,
  readPath,
} from "./index.ts";

const rules = { extensions: new Set<string>(), schemes: new Set(["sip", "sips"]) };

function request(uri: string, ...lines: readonly string[]): SipRequest {
  const text = [
    `MESSAGE ${uri} SIP/2.0`,
    "Via: SIP/2.0/TCP client.test;branch=z9hG4bKclient",
    "From: <sip:alice@parlance.test>;tag=a1",
    "To: <sip:bob@parlance.test>",
    "Call-ID: c1",
    "CSeq: 1 MESSAGE",
    "x-Odd:  kept   as it is",
    ...lines,
    "Content-Length: 2",
    "",
    "hi",
  ].join("\r\n");
  const parsed = parseMessage(octetBytes(text));
  return parsed.ok && parsed.value instanceof SipRequest ? parsed.value : assert.fail(text);
}

function address(uri: string): NameAddr {
  return { name: undefined, uri: parseUri(uri), params: Params.none };
}

function routesOf(message: SipRequest): string[] {
  return (message.get(Route) ?? []).map(formatNameAddr);
}

const isOurs = (uri: SipUri): boolean => uri.host === "proxy.test";

function check(uri: string, ...lines: readonly string[]) {
  return checkForwarding(request(uri, ...lines), rules);
}

test("an unknown scheme, no hops left and unknown extensions are refused (RFC 3261 §16.3)", () => {
  assert.equal(check("sip:bob@parlance.test"), undefined);
  assert.equal(check("sip:bob@parlance.test", "Max-Forwards: 1"), undefined);
  assert.equal(check("tel:+123")?.status, 416);
  assert.equal(check("sip:bob@parlance.test", "Max-Forwards: 0")?.status, 483);
  assert.deepEqual(check("sip:bob@parlance.test", "Proxy-Require: foo, bar"), {
    status: 420,
    unsupported: ["foo", "bar"],
  });
});

test("our own Route value is taken off and told, another's stays (RFC 3261 §16.4)", () => {
  const ours = "Route: <sip:pf@proxy.test;lr;orig>, <sip:next.test;lr>";
  const { request: onward, route } = preprocessRoute(request("sip:bob@x.test", ours), isOurs);
  assert.deepEqual(routesOf(onward), ["<sip:next.test;lr>"]);
  assert.equal(route?.uri.kind === "sip" && route.uri.params.has("orig"), true);
  const foreign = request("sip:bob@x.test", "Route: <sip:next.test;lr>");
  assert.deepEqual(preprocessRoute(foreign, isOurs), { request: foreign, route: undefined });
});

test("what a strict router did to the Request-URI is undone (RFC 3261 §16.4)", () => {
  const strict = request("sip:proxy.test;lr", "Route: <sip:next.test;lr>, <sip:bob@there.test>");
  const { request: onward } = preprocessRoute(strict, isOurs);
  assert.equal(onward.uriText, "sip:bob@there.test");
  assert.deepEqual(routesOf(onward), ["<sip:next.test;lr>"]);
});

test("a contact in our domain is no Record-Route of ours: lr tells them apart (RFC 3261 §16.4)", () => {
  const contact = request("sip:bob@proxy.test", "Route: <sip:next.test;lr>");
  assert.equal(preprocessRoute(contact, isOurs).request, contact);
});

test("a forwarded request differs only where it must (RFC 3261 §16.6)", () => {
  const received = request("sip:bob@parlance.test", "Max-Forwards: 7", "Route: <sip:next.test;lr>");
  const { request: onward, nextHop } = forwardRequest(received, {
    uri: parseUri("sip:bob@192.0.2.9:5070;transport=tcp;method=BYE?Subject=x"),
    routes: [address("sip:edge.test;lr")],
    recordRoutes: [address("sip:proxy.test;lr")],
    maxBreadth: 30,
  });
  assert.equal(onward.uriText, "sip:bob@192.0.2.9:5070;transport=tcp");
  assert.equal(onward.get(MaxForwards), 6);
  assert.deepEqual(routesOf(onward), ["<sip:edge.test;lr>", "<sip:next.test;lr>"]);
  assert.equal(onward.get(RecordRoute)?.length, 1);
  assert.equal(onward.text("Max-Breadth"), "30");
  assert.equal(formatUri(nextHop), "sip:edge.test;lr");
  const text = new TextDecoder().decode(formatMessage(onward));
  assert.match(text, /\r\nx-Odd: {2}kept {3}as it is\r\n/);
  assert.match(text, /\r\n\r\nhi$/);
});

test("Max-Forwards is added where it is missing (RFC 3261 §16.6 item 3)", () => {
  assert.equal(forwardRequest(request("sip:bob@x.test"), {}).request.get(MaxForwards), 70);
});

test("the next hop is the first Route, else the target (RFC 3261 §16.6 item 7)", () => {
  const direct = forwardRequest(request("sip:bob@x.test"), {});
  assert.equal(formatUri(direct.nextHop), "sip:bob@x.test");
  const routed = request("sip:bob@x.test", "Route: <sip:next.test;lr>");
  assert.equal(formatUri(forwardRequest(routed, {}).nextHop), "sip:next.test;lr");
});

test("before a strict router the target moves to the end of Route (RFC 3261 §16.6 item 6)", () => {
  const received = request("sip:bob@x.test", "Route: <sip:strict.test>, <sip:next.test;lr>");
  const { request: onward, nextHop } = forwardRequest(received, {});
  assert.equal(onward.uriText, "sip:strict.test");
  assert.deepEqual(routesOf(onward), ["<sip:next.test;lr>", "<sip:bob@x.test>"]);
  assert.equal(formatUri(nextHop), "sip:strict.test");
});

const fromProxy = ({ host }: { readonly host: string }): boolean => host === "proxy.test";

test("a request that comes back unchanged has looped, one with another target spirals (RFC 5393 §4.2.2)", () => {
  const received = request("sip:a@parlance.test");
  const mark = loopMark(received);
  const via = {
    protocol: "SIP/2.0",
    transport: "TCP",
    host: "proxy.test",
    port: undefined,
    params: Params.of(["branch", `z9hG4bKxyz.${mark}`]),
  };
  const back = received.edit().prepend(Via, via).done();
  assert.equal(hasLooped(back, loopMark(back), fromProxy), true);
  assert.equal(
    hasLooped(back, loopMark(back), () => false),
    false,
  );
  assert.equal(hasLooped(received, mark, fromProxy), false);
  const spiral = back.edit().uri(parseUri("sip:b@parlance.test")).done();
  assert.equal(hasLooped(spiral, loopMark(spiral), fromProxy), false);
  const routed = back
    .edit()
    .set(Route, [address("sip:proxy.test;lr")])
    .done();
  assert.equal(hasLooped(routed, loopMark(routed), fromProxy), false);
});

test("the loop mark does not depend on the method, so that CANCEL and ACK keep the branch (RFC 5393 §4.2.1)", () => {
  const message = request("sip:a@parlance.test");
  assert.equal(loopMark(message), loopMark(message.edit().method("CANCEL").done()));
  assert.notEqual(loopMark(message), loopMark(message, "user part"));
});

test("the breadth of a request is its own up to our limit (RFC 5393 §5.3.3)", () => {
  assert.equal(incomingBreadth(request("sip:a@x.test")), 60);
  assert.equal(incomingBreadth(request("sip:a@x.test", "Max-Breadth: 4")), 4);
  assert.equal(incomingBreadth(request("sip:a@x.test", "Max-Breadth: 400")), 60);
});

test("a path is kept in order when the user agent knows of it (RFC 3327 §5.3)", () => {
  const path = "Path: <sip:p1.test;lr>, <sip:p2.test;lr>";
  const known = readPath(request("sip:parlance.test", path, "Supported: outbound, Path"));
  assert.deepEqual(known.kind === "path" && known.path.map(formatNameAddr), [
    "<sip:p1.test;lr>",
    "<sip:p2.test;lr>",
  ]);
  assert.equal(readPath(request("sip:parlance.test", path)).kind, "not supported");
  assert.deepEqual(readPath(request("sip:parlance.test")), { kind: "path", path: [] });
});

/** A server puts its own hop into a description that passes through. R-17, RFC 4975 §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  commonAttributes,
  formatSdp,
  type HopChange,
  type HopMedia,
  type MessageMedia,
  makeAnswer,
  makeOffer,
  type Outcome,
  parseSdp,
  readAnswer,
  readOffer,
  replaceHop,
  type Sdp,
} from "./index.ts";

const SESSION = { username: "parlance", sessionId: "99", host: "203.0.113.5" };
const HOP: HopMedia = {
  path: ["msrp://203.0.113.5:2855/s7f31kQ0aZ9xLm42;tcp"],
  setup: "actpass",
};
const CLIENT = [
  "v=0",
  "o=alice 1 17 IN IP4 192.0.2.10",
  "s=Zoë",
  "c=IN IP4 192.0.2.10",
  "t=0 0",
  "a=tool:x  y",
  "m=message 7654 TCP/MSRP *",
  "i=title",
  "a=accept-types: message/cpim   text/plain",
  "a=path:msrp://192.0.2.10:7654/jshA7weTQ3;tcp",
  "a=X-private:1",
  "a=setup:active",
  "a=connection:new",
  "a=msrp-cema",
  "a=fingerprint:sha-1 AA",
  "a=sendrecv",
];

function text(...lines: readonly string[]): Uint8Array {
  return utf8Bytes(lines.map((line) => `${line}\r\n`).join(""));
}

function changed(bytes: Uint8Array, media: ReadonlyMap<number, HopMedia | "closed">): string[] {
  const result = replaceHop(bytes, { session: SESSION, media });
  if (!result.ok) throw result.error;
  return new TextDecoder().decode(result.value).split("\r\n").slice(0, -1);
}

function read(bytes: Uint8Array): Sdp {
  const result = parseSdp(bytes);
  if (!result.ok) throw result.error;
  return result.value;
}

function onlyHop(hop: HopMedia): HopChange {
  return { session: SESSION, media: new Map([[0, hop]]) };
}

function roleAndPath(outcome: Outcome | undefined): string {
  return outcome?.kind === "agreed"
    ? `${outcome.media.role} ${outcome.media.remote.path.join(" ")}`
    : "";
}

function otherLines(sdp: Sdp): unknown {
  return sdp.media.map(({ lines }) =>
    lines.filter(
      ({ type, value }) =>
        type !== "c" && !/^(?:path|setup|connection|fingerprint|msrp-cema)\b/.test(value),
    ),
  );
}

function clientMedia(...attributes: readonly string[]): MessageMedia {
  const [one] = readOffer(read(text(...CLIENT, ...attributes))).media;
  assert.ok(one?.kind === "message");
  return one.media;
}

function keptLines(lines: readonly string[]): readonly string[] {
  return lines.filter(
    (one) => !/^a=(?:path|setup|connection|fingerprint|msrp-cema|max-size)\b/.test(one),
  );
}

test("the hop is ours, everything else is as the client wrote it", () => {
  assert.deepEqual(changed(text(...CLIENT), new Map([[0, HOP]])), [
    "v=0",
    "o=parlance 99 17 IN IP4 203.0.113.5",
    "s=Zoë",
    "c=IN IP4 203.0.113.5",
    "t=0 0",
    "a=tool:x  y",
    "m=message 2855 TCP/MSRP *",
    "i=title",
    "a=accept-types: message/cpim   text/plain",
    "a=path:msrp://203.0.113.5:2855/s7f31kQ0aZ9xLm42;tcp",
    "a=setup:actpass",
    "a=X-private:1",
    "a=sendrecv",
  ]);
});

test("TLS, another address, CEMA, fingerprints and a smaller size come with the hop", () => {
  const hop: HopMedia = {
    path: ["msrps://im.example.com:2856/x;tcp"],
    port: 4000,
    host: "2001:db8::5",
    setup: "passive",
    cema: true,
    fingerprints: [{ algorithm: "sha-256", value: "AB:CD" }],
    maxSize: 100,
  };
  const lines = changed(text(...CLIENT.slice(0, 10), "a=max-size:5000"), new Map([[0, hop]]));
  assert.deepEqual(lines.slice(6), [
    "m=message 4000 TCP/TLS/MSRP *",
    "i=title",
    "c=IN IP6 2001:db8::5",
    "a=accept-types: message/cpim   text/plain",
    "a=path:msrps://im.example.com:2856/x;tcp",
    "a=setup:passive",
    "a=msrp-cema",
    "a=fingerprint:sha-256 AB:CD",
    "a=max-size:100",
  ]);
  const small = changed(text(...CLIENT.slice(0, 10), "a=max-size:50"), new Map([[0, hop]]));
  assert.equal(small.at(-1), "a=max-size:50");
  assert.equal(changed(text(...CLIENT.slice(0, 10)), new Map([[0, hop]])).at(-1), "a=max-size:100");
});

test("a hop that turns messages into other forms says itself what may be sent (RFC 4975 §8.6)", () => {
  const client = [...CLIENT, "a=accept-wrapped-types:image/png"];
  const types = { acceptTypes: ["message/cpim", "text/plain"], acceptWrappedTypes: ["text/html"] };
  const lines = changed(text(...client), new Map([[0, { ...HOP, types }]]));
  assert.deepEqual(
    lines.filter((line) => line.startsWith("a=accept-")),
    ["a=accept-types:message/cpim text/plain", "a=accept-wrapped-types:text/html"],
  );
  const bare = { acceptTypes: ["text/plain"], acceptWrappedTypes: [] };
  const without = changed(text(...client), new Map([[0, { ...HOP, types: bare }]]));
  assert.deepEqual(
    without.filter((line) => line.startsWith("a=accept-")),
    ["a=accept-types:text/plain"],
  );
});

test("media that are not ours keep their own, and what the session said for them", () => {
  const bytes = text(
    ...CLIENT.slice(0, 5),
    "a=setup:actpass",
    "a=fingerprint:sha-1 BB",
    "m=audio 4000/2 RTP/AVP 0",
    "a=setup:passive",
    "m=message 1 TCP/MSRP *",
    "c=IN IP4 192.0.2.11",
    "a=path:msrp://192.0.2.11:1/s;tcp",
    "m=video 0 RTP/AVP 31",
  );
  assert.deepEqual(changed(bytes, new Map([[1, HOP]])).slice(3), [
    "c=IN IP4 192.0.2.10",
    "t=0 0",
    "m=audio 4000/2 RTP/AVP 0",
    "a=setup:passive",
    "a=fingerprint:sha-1 BB",
    "m=message 2855 TCP/MSRP *",
    "c=IN IP4 203.0.113.5",
    "a=path:msrp://203.0.113.5:2855/s7f31kQ0aZ9xLm42;tcp",
    "a=setup:actpass",
    "m=video 0 RTP/AVP 31",
  ]);
  const closed = changed(
    bytes,
    new Map<number, HopMedia | "closed">([
      [0, "closed"],
      [1, HOP],
    ]),
  );
  assert.deepEqual(closed.slice(3, 7), [
    "c=IN IP4 203.0.113.5",
    "t=0 0",
    "m=audio 0 RTP/AVP 0",
    "a=setup:passive",
  ]);
});

test("line ends stay as they came, and a missing one is made up for", () => {
  for (const last of ["a=x", "a=x\r"]) {
    const whole = `v=0\no=- 1 1 IN IP4 a\nm=message 1 TCP/MSRP *\na=path:msrp://a:1/s;tcp\n${last}`;
    const result = replaceHop(utf8Bytes(whole), onlyHop({ ...HOP, maxSize: 5 }));
    assert.ok(result.ok);
    assert.ok(octetText(result.value).startsWith("v=0\no=parlance"));
    assert.ok(octetText(result.value).endsWith("a=x\r\na=max-size:5\r\n"));
  }
});

test("what cannot be read does not pass, and mistakes of ours are thrown", () => {
  assert.equal(replaceHop(text("v=0"), { session: SESSION, media: new Map() }).ok, false);
  for (const hop of [
    { ...HOP, path: ["msrp://a:1/s;tcp\r\na=x"] },
    { ...HOP, host: "a b" },
    { ...HOP, port: 70_000 },
  ]) {
    assert.throws(() => replaceHop(text(...CLIENT), onlyHop(hop)), RangeError);
  }
});

test("through a server in the middle both ends agree with the server, each over its own hop", () => {
  const alice = { username: "alice", sessionId: "1", host: "192.0.2.10" };
  const bob = { username: "bob", sessionId: "2", host: "192.0.2.20" };
  const types = { acceptTypes: ["message/cpim"], acceptWrappedTypes: ["*"] };
  const offer = makeOffer(alice, [
    { path: ["msrp://192.0.2.10:9/a;tcp"], ...types, setup: "active" },
  ]);
  const passed = replaceHop(formatSdp(offer), onlyHop(HOP));
  assert.ok(passed.ok);
  const bobs = makeAnswer(readOffer(read(passed.value)), bob, [
    { path: ["msrp://192.0.2.20:2855/b;tcp"], ...types, setup: "active" },
  ]);
  const back: HopMedia = { path: ["msrp://203.0.113.5:2855/other;tcp"], setup: "passive" };
  const answer = replaceHop(formatSdp(bobs.sdp), onlyHop(back));
  assert.ok(answer.ok);

  const towardsBob = readAnswer(read(passed.value), bobs.sdp);
  const towardsAlice = readAnswer(offer, read(answer.value), "answerer");
  const alices = readAnswer(offer, read(answer.value));
  assert.ok(towardsBob.ok && towardsAlice.ok && alices.ok);
  assert.equal(roleAndPath(towardsBob.value[0]), "passive msrp://192.0.2.20:2855/b;tcp");
  assert.equal(roleAndPath(towardsAlice.value[0]), "passive msrp://192.0.2.10:9/a;tcp");
  assert.equal(roleAndPath(alices.value[0]), `active ${back.path[0]}`);
});

test("whatever passes, only lines of the hop differ, and the result can be read", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "sdp-msrp-rfc-examples")) {
    const head = facts["fragment"] === true ? "v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\n" : "";
    const whole = utf8Bytes(head + octetText(bytes));
    const before = read(whole);
    const media = new Map(
      before.media.flatMap(({ kind }, place) => (kind === "message" ? [[place, HOP]] : [])),
    ) as ReadonlyMap<number, HopMedia>; // pairs of place and hop
    const result = replaceHop(whole, { session: SESSION, media });
    assert.ok(result.ok, file);
    const after = read(result.value);
    assert.deepEqual(otherLines(after), otherLines(before), file);
    if (media.size > 0) assert.equal(octetText(result.value).includes("192.0.2"), false, file);
  }
});

test("attributes that both sides name may be passed on, those of one hop never", () => {
  const common = commonAttributes(clientMedia("a=b:1", "a=flag"), clientMedia("a=flag", "a=b:2"));
  assert.deepEqual(common, [
    { name: "X-private", value: "1" },
    { name: "flag", value: undefined },
  ]);
});

test("any lines around the hop stay", () => {
  const line = fc.stringMatching(/^[abkx]=[a-z]{1,8}:[ -~]{0,20}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(line, { maxLength: 6 }), (one, two) => {
      const bytes = text("v=0", "o=- 1 1 IN IP4 a", ...one, "m=message 1 TCP/MSRP *", ...two);
      const lines = changed(bytes, new Map([[0, HOP]]));
      const at = lines.indexOf("m=message 2855 TCP/MSRP *");
      assert.deepEqual(keptLines(lines.slice(2, at)), keptLines(one));
      assert.deepEqual(keptLines(lines.slice(at + 2)), keptLines(two));
    }),
    { seed: 4711, numRuns: 300 },
  );
});

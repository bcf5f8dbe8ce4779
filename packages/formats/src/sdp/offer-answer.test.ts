/** Offer and answer for message media: what is agreed on, and what cannot be. RFC 3264, RFC 4975 §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  compareWithPrevious,
  findMessageMedia,
  formatSdp,
  keepsConnection,
  type LocalMedia,
  makeAnswer,
  makeOffer,
  type Offer,
  originOf,
  parseSdp,
  readAnswer,
  readOffer,
  type Sdp,
} from "./index.ts";
import {
  ALICE,
  ALICES,
  agreed,
  answerTo,
  BOB,
  BOBS,
  messageOffer,
  offerOf,
  reasonOf,
} from "./parties.test.ts";

function reasonAgainst(offer: Offer): string {
  return reasonOf(answerTo(offer));
}

function directionOf(offered: string, direction: "sendrecv" | "sendonly" | "recvonly"): string {
  return agreed(answerTo(messageOffer(offered), { ...BOBS, direction })).local.direction;
}

function wrappedTypesOf(offered: string, own: LocalMedia): readonly string[] {
  return agreed(answerTo(messageOffer(offered), own)).local.acceptWrappedTypes;
}

function roleAnsweredTo(offered: readonly string[], setup: "active" | "passive"): string {
  return agreed(answerTo(messageOffer(...offered), { ...BOBS, setup })).role;
}

test("media of the RFC examples say what is printed", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "sdp-msrp-rfc-examples")) {
    const expected: unknown = facts["media"];
    const head = facts["fragment"] === true ? "v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\n" : "";
    const sdp = parseSdp(utf8Bytes(head + octetText(bytes)));
    assert.ok(sdp.ok && Array.isArray(expected), file);
    for (const [place, offered] of readOffer(sdp.value).media.entries()) {
      const wanted: Record<string, unknown> = expected[place];
      if (wanted["type"] !== "message") assert.equal(offered.kind, "other", file);
      else if (wanted["port"] === "0") assert.equal(offered.kind, "closed", file);
      else {
        assert.ok(offered.kind === "message", file);
        const { media } = offered;
        assert.deepEqual(media.path, wanted["path"], file);
        assert.deepEqual(media.acceptTypes, wanted["accept-types"], file);
        assert.deepEqual(media.acceptWrappedTypes, wanted["accept-wrapped-types"] ?? [], file);
        assert.equal(media.direction, wanted["direction"] ?? "sendrecv", file);
        assert.equal(media.chatroom?.join(" "), wanted["chatroom"], file);
        assert.equal(media.file?.transferId, wanted["file-transfer-id"], file);
        assert.equal(media.file?.disposition, wanted["file-disposition"], file);
      }
    }
  }
});

test("hostile descriptions of the corpus leave no usable medium where one must be refused", (t) => {
  for (const { file, bytes, verdict } of corpusFor(t, "sip-bad")) {
    if (!file.startsWith("sdp-")) continue;
    const body = octetText(bytes).split("\r\n\r\n").slice(1).join("\r\n\r\n");
    const sdp = parseSdp(utf8Bytes(body));
    const usable = sdp.ok && findMessageMedia(readOffer(sdp.value)) !== -1;
    if (verdict === "reject") assert.equal(usable, false, file);
  }
});

test("who is active: the mapping of RFC 4145 §4.1 and RFC 6135", () => {
  assert.equal(roleAnsweredTo(["setup:actpass"], "passive"), "passive");
  assert.equal(roleAnsweredTo(["setup:actpass"], "active"), "active");
  assert.equal(roleAnsweredTo(["setup:active"], "active"), "passive");
  assert.equal(roleAnsweredTo(["setup:passive"], "passive"), "active");
  // RFC 4975 §8.5: who offers opens; RFC 6135 §4.2.1: holdconn is as good as nothing, the port stays.
  assert.equal(roleAnsweredTo([], "active"), "passive");
  assert.equal(roleAnsweredTo(["setup:holdconn"], "active"), "passive");
  const answer = makeAnswer(messageOffer("setup:holdconn"), BOB, [BOBS]).sdp;
  assert.equal(answer.media[0]?.port, 2855);
});

test("an answer without setup, or with holdconn, is of a passive side", () => {
  const offer = makeOffer(ALICE, [ALICES]);
  const answer = makeAnswer(readOffer(offer), BOB, [BOBS]).sdp;
  const said = (setup: string): Sdp => ({
    ...answer,
    media: answer.media.map((media) => ({
      ...media,
      lines: media.lines.flatMap((line) => {
        if (line.value !== "setup:passive") return [line];
        return setup === "" ? [] : [{ type: "a", value: setup }];
      }),
    })),
  });
  for (const setup of ["", "setup:holdconn", "setup:passive", "setup:actpass"]) {
    const read = readAnswer(offer, said(setup));
    assert.equal(read.ok && agreed(read.value[0]).role, "active", setup);
  }
  const read = readAnswer(offer, said("setup:active"));
  assert.equal(read.ok && agreed(read.value[0]).role, "passive");
  const active = makeOffer(ALICE, [{ ...ALICES, setup: "active" }]);
  const both = readAnswer(active, said("setup:active"));
  assert.equal(both.ok && reasonOf(both.value[0]), "nobody opens the connection");
});

test("passive is never offered. RFC 6135 §4.2.2", () => {
  const offer = readOffer(makeOffer(ALICE, [{ ...ALICES, setup: "passive" }]));
  const [media] = offer.media;
  assert.equal(media?.kind === "message" && media.media.setup, "actpass");
});

test("nobody connects to a browser: its address has ws in it. RFC 7977 §5.2.2", () => {
  const browser = ["a=accept-types:*", "a=path:msrps://df7jal23ls0d.invalid:2855/98cjs;ws"];
  const offer = (setup: string): Offer =>
    offerOf("m=message 2855 TCP/TLS/MSRP *", ...browser, `a=setup:${setup}`);
  const ours: LocalMedia = { ...BOBS, path: ["msrps://x.example:2855/s;tcp"], setup: "active" };
  assert.equal(agreed(answerTo(offer("actpass"), ours)).role, "passive");
  assert.equal(reasonOf(answerTo(offer("passive"), ours)), "nobody can open the connection");
});

test("who is behind a WebSocket himself opens it, whatever the path says. RFC 7977 §5.2.2", () => {
  const server = ["a=accept-types:*", "a=path:msrps://im.example.com:443/98cjs;ws"];
  const offer = offerOf("m=message 443 TCP/TLS/MSRP *", ...server, "a=setup:actpass");
  const path = ["msrps://df7jal23ls0d.invalid:2855/s;ws"];
  assert.equal(agreed(answerTo(offer, { ...BOBS, path, setup: "active" })).role, "active");
  assert.equal(agreed(answerTo(offer, { ...BOBS, path })).role, "passive");
});

test("other media and further message media get port 0, and nothing else of them", () => {
  const offer = offerOf(
    "m=audio 4000/2 RTP/AVP 0 8",
    "a=rtpmap:0 PCMU/8000",
    "m=message 7654 TCP/MSRP *",
    "a=path:msrp://192.0.2.1:7654/s;tcp",
    "a=accept-types:*",
    "m=message 7655 TCP/MSRP *",
    "a=path:msrp://192.0.2.1:7655/t;tcp",
    "a=accept-types:*",
    "m=video 0 RTP/AVP 31",
  );
  const place = findMessageMedia(offer);
  assert.equal(place, 1);
  const media = offer.media.map((_, at) => (at === place ? BOBS : undefined));
  const answer = makeAnswer(offer, BOB, media);
  assert.deepEqual(
    answer.sdp.media.map(({ kind, port, formats }) => [kind, port, ...formats]),
    [
      ["audio", 0, "0", "8"],
      ["message", 2855, "*"],
      ["message", 0, "*"],
      ["video", 0, "31"],
    ],
  );
  assert.deepEqual(answer.outcomes.map(reasonOf), ["other", "agreed", "not wanted", "other"]);
  assert.equal(answer.sdp.media[0]?.lines.length, 0);
  assert.equal(answer.sdp.lines.find(({ type }) => type === "t")?.value, "1 2"); // RFC 3264 §6
});

test("what belongs to one hop is never copied into an answer", () => {
  const offer = messageOffer(
    "setup:actpass",
    "connection:new",
    "msrp-cema",
    `fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
    "x-custom:1",
  );
  const answer = octetText(formatSdp(makeAnswer(offer, BOB, [BOBS]).sdp));
  for (const absent of ["192.0.2.1", "connection", "msrp-cema", "fingerprint", "x-custom"]) {
    assert.equal(answer.includes(absent), false, absent);
  }
});

test("media that cannot be used say why", () => {
  const path = "a=path:msrp://192.0.2.1:7654/s;tcp";
  const [line, types] = ["m=message 7654 TCP/MSRP *", "a=accept-types:message/cpim"];
  assert.equal(reasonAgainst(offerOf(line, types)), "no path");
  assert.equal(reasonAgainst(offerOf(line, path)), "no accept-types");
  assert.equal(reasonAgainst(offerOf(line, path, "a=accept-types:image/png")), "no common types");
  for (const bad of ["http://192.0.2.1/", "msrp://192.0.2.1:9/s;tcp%0d%0aX", "msrp://:9/s;tcp"]) {
    assert.match(reasonAgainst(offerOf(line, types, `a=path:${bad}`)), /MSRP addresses/, bad);
  }
  assert.match(reasonAgainst(offerOf(line, types, path.replace("msrp:", "msrps:"))), /scheme/);
  assert.match(reasonAgainst(messageOffer("max-size:-1")), /max-size/);
  assert.match(
    reasonAgainst(messageOffer("path:msrp://192.0.2.2:7654/s;tcp")),
    /path is given twice/,
  );
  assert.match(reasonAgainst(messageOffer("sendonly", "recvonly")), /direction is given twice/);
  assert.equal(reasonAgainst(messageOffer("sendonly", "sendonly")), "agreed");
  const secure = offerOf("m=message 1 TCP/TLS/MSRP *", types, "a=path:msrps://192.0.2.1:1/s;tcp");
  assert.equal(reasonAgainst(secure), "another transport protocol");
});

test("an answer that fits no offer is refused as a whole, or medium by medium", () => {
  const offer = makeOffer(ALICE, [ALICES]);
  const answer = makeAnswer(readOffer(offer), BOB, [BOBS]).sdp;
  assert.equal(readAnswer(offer, { ...answer, media: [] }).ok, false);
  const [first] = answer.media;
  assert.ok(first !== undefined);
  const changed = (change: object): string => {
    const read = readAnswer(offer, { ...answer, media: [{ ...first, ...change }] });
    return read.ok ? reasonOf(read.value[0]) : "all";
  };
  assert.equal(changed({ kind: "audio" }), "all");
  assert.equal(changed({ port: 0 }), "refused by the other side");
  assert.equal(changed({ lines: [] }), "no path");
});

test("direction is what both want. RFC 3264 §6.1", () => {
  assert.equal(directionOf("sendonly", "sendrecv"), "recvonly");
  assert.equal(directionOf("sendonly", "sendonly"), "inactive");
  assert.equal(directionOf("recvonly", "sendrecv"), "sendonly");
  assert.equal(directionOf("sendrecv", "recvonly"), "recvonly");
  assert.equal(directionOf("inactive", "sendrecv"), "inactive");
});

test("what is said for the session holds for its media: direction, setup, fingerprint", () => {
  const head =
    "v=0\r\no=- 1 1 IN IP4 a\r\na=setup:active\r\na=sendonly\r\na=fingerprint:SHA-1 aa:bb\r\n";
  const media = "m=message 1 TCP/MSRP *\r\na=path:msrp://a:1/s;tcp\r\na=accept-types:*\r\n";
  const sdp = parseSdp(utf8Bytes(head + media));
  assert.ok(sdp.ok);
  const [offered] = readOffer(sdp.value).media;
  assert.ok(offered?.kind === "message");
  assert.equal(offered.media.setup, "active");
  assert.equal(offered.media.direction, "sendonly");
  assert.deepEqual(offered.media.fingerprints, [{ algorithm: "sha-1", value: "AA:BB" }]);
});

test("wrapped types: what may stand alone may be wrapped, and is not named twice", () => {
  const cpim: LocalMedia = { ...BOBS, acceptTypes: ["message/cpim"] };
  assert.deepEqual(wrappedTypesOf("x", cpim), ["text/plain"]);
  assert.deepEqual(wrappedTypesOf("accept-wrapped-types:*", cpim), ["text/plain", "*"]);
  const narrow = { ...cpim, acceptWrappedTypes: ["a/b"] };
  assert.deepEqual(wrappedTypesOf("accept-wrapped-types:*", narrow), ["a/b"]);
});

test("an offer that changes nothing keeps its version, another raises it. RFC 3264 §8", () => {
  const first = makeOffer(ALICE, [ALICES]);
  assert.equal(originOf(makeOffer(ALICE, [ALICES], first)).version, "1");
  const second = makeOffer(ALICE, [{ ...ALICES, maxSize: 10 }], first);
  assert.equal(originOf(second).version, "2");
  assert.equal(compareWithPrevious(first, makeOffer(ALICE, [ALICES], first)), "same");
  assert.equal(compareWithPrevious(first, second), "changed");
  assert.equal(compareWithPrevious(first, makeOffer(BOB, [ALICES])), "foreign");
  assert.equal(compareWithPrevious(first, { ...second, media: [] }), "foreign");
});

test("a medium that is over keeps its place, with port 0", () => {
  const first = makeOffer(ALICE, [ALICES, { ...ALICES, title: "two" }]);
  const next = makeOffer(ALICE, [undefined], first);
  assert.deepEqual(
    next.media.map(({ port }) => port),
    [0, 0],
  );
  assert.throws(() => makeOffer(ALICE, [undefined]), RangeError);
});

test("the connection stays while both paths stay", () => {
  const before = agreed(answerTo(messageOffer()));
  assert.equal(keepsConnection(before, agreed(answerTo(messageOffer("max-size:5")))), true);
  const moved = { ...BOBS, path: ["msrp://x.example:1/other;tcp"] };
  assert.equal(keepsConnection(before, agreed(answerTo(messageOffer(), moved))), false);
});

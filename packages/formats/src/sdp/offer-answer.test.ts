/** Offer and answer for message media: what both sides agree on, and what they cannot. RFC 3264, RFC 4975 §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import type { FileOffer } from "../file-transfer/index.ts";
import { ANY_FILE, NO_DATES } from "../file-transfer/index.ts";
import {
  type AgreedMedia,
  compareWithPrevious,
  findMessageMedia,
  formatSdp,
  hasForeignAddress,
  keepsConnection,
  type LocalMedia,
  type LocalSession,
  makeAnswer,
  makeOffer,
  needsOfferWithoutCema,
  type Offer,
  type Outcome,
  originOf,
  parseSdp,
  readAnswer,
  readOffer,
  type Sdp,
} from "./index.ts";

const ALICE: LocalSession = { username: "alice", sessionId: "2890844526", host: "192.0.2.10" };
const BOB: LocalSession = { username: "-", sessionId: "7", host: "2001:db8::1" };
const ALICES: LocalMedia = {
  path: ["msrp://192.0.2.10:7654/jshA7weTQ3;tcp"],
  acceptTypes: ["message/cpim", "text/plain", "application/im-iscomposing+xml"],
  acceptWrappedTypes: ["*"],
  maxSize: 1_048_576,
  cema: true,
};
const BOBS: LocalMedia = {
  path: ["msrp://[2001:db8::1]:2855/s7f31;tcp"],
  acceptTypes: ["message/cpim", "text/plain"],
  acceptWrappedTypes: ["*"],
  setup: "passive",
  chatroom: ["nickname", "private-messages"],
};

/** What arrives on the other side. */
function sent(sdp: Sdp): Sdp {
  const result = parseSdp(formatSdp(sdp));
  if (!result.ok) throw result.error;
  return result.value;
}

function offerOf(...media: readonly string[]): Offer {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=1 2"];
  const text = [...head, ...media].map((line) => `${line}\r\n`).join("");
  const result = parseSdp(utf8Bytes(text));
  if (!result.ok) throw result.error;
  return readOffer(result.value);
}

function messageOffer(...attributes: readonly string[]): Offer {
  return offerOf(
    "m=message 7654 TCP/MSRP *",
    "a=path:msrp://192.0.2.1:7654/s;tcp",
    "a=accept-types:message/cpim text/plain",
    ...attributes.map((one) => `a=${one}`),
  );
}

function agreed(outcome: Outcome | undefined): AgreedMedia {
  assert.equal(outcome?.kind, "agreed", outcome?.kind === "refused" ? outcome.reason : "");
  assert.ok(outcome?.kind === "agreed");
  return outcome.media;
}

function answerTo(offer: Offer, local: LocalMedia = BOBS): Outcome | undefined {
  return makeAnswer(offer, BOB, [local]).outcomes[0];
}

function reasonOf(outcome: Outcome | undefined): string {
  return outcome?.kind === "refused" ? outcome.reason : "agreed";
}

function reasonAgainst(offer: Offer): string {
  return reasonOf(answerTo(offer));
}

function directionOf(offered: string, direction: "sendrecv" | "sendonly" | "recvonly"): string {
  return agreed(answerTo(messageOffer(offered), { ...BOBS, direction })).local.direction;
}

function wrappedTypesOf(offered: string, own: LocalMedia): readonly string[] {
  return agreed(answerTo(messageOffer(offered), own)).local.acceptWrappedTypes;
}

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

test("the offer of the service is written as its profile has it", () => {
  assert.equal(
    octetText(formatSdp(makeOffer(ALICE, [ALICES]))),
    [
      "v=0",
      "o=alice 2890844526 1 IN IP4 192.0.2.10",
      "s=-",
      "c=IN IP4 192.0.2.10",
      "t=0 0",
      "m=message 7654 TCP/MSRP *",
      "a=path:msrp://192.0.2.10:7654/jshA7weTQ3;tcp",
      "a=accept-types:message/cpim text/plain application/im-iscomposing+xml",
      "a=accept-wrapped-types:*",
      "a=max-size:1048576",
      "a=setup:actpass",
      "a=msrp-cema",
      "a=sendrecv",
      "",
    ].join("\r\n"),
  );
});

test("offer, answer and reading it give both sides the same session", () => {
  const offer = makeOffer(ALICE, [ALICES]);
  const answer = makeAnswer(readOffer(sent(offer)), BOB, [BOBS]);
  const bobs = agreed(answer.outcomes[0]);
  const read = readAnswer(offer, sent(answer.sdp));
  assert.ok(read.ok);
  const alices = agreed(read.value[0]);
  assert.deepEqual([alices.role, bobs.role], ["active", "passive"]);
  assert.deepEqual([alices.local, alices.remote], [bobs.remote, bobs.local]);
  assert.deepEqual(alices.remote.acceptTypes, ["message/cpim", "text/plain"]);
  assert.deepEqual(alices.connectTo, {
    secure: false,
    host: "2001:db8::1",
    port: 2855,
    transport: "tcp",
  });
  assert.deepEqual(alices.remote.chatroom, ["nickname", "private-messages"]);
});

test("whatever both sides bring, they agree or refuse alike", () => {
  const types = fc.uniqueArray(
    fc.constantFrom("*", "text/*", "text/plain", "message/cpim", "a/b"),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  const local = fc
    .record(
      {
        secure: fc.boolean(),
        relays: fc.nat(1),
        transport: fc.constantFrom("tcp", "tcp", "ws"),
        acceptTypes: types,
        acceptWrappedTypes: types,
        direction: fc.constantFrom("sendrecv", "sendonly", "recvonly", "inactive"),
        setup: fc.constantFrom("active", "passive", "actpass"),
        cema: fc.boolean(),
        host: fc.constantFrom("192.0.2.7", "2001:db8::7", "x.example"),
      },
      { noNullPrototype: true },
    )
    .map(({ secure, relays, transport, ...rest }): LocalMedia => {
      const scheme = secure ? "msrps" : "msrp";
      const path = [`${scheme}://192.0.2.7:9/s;${transport}`];
      if (relays > 0) path.unshift(`${scheme}://relay.example:2855/r;tcp`);
      return { ...rest, path };
    });
  fc.assert(
    fc.property(fc.array(local, { minLength: 1, maxLength: 3 }), local, (ours, theirs) => {
      const offer = makeOffer(ALICE, ours);
      const answer = makeAnswer(
        readOffer(sent(offer)),
        BOB,
        ours.map(() => theirs),
      );
      const read = readAnswer(offer, sent(answer.sdp));
      assert.ok(read.ok);
      for (const [place, outcome] of answer.outcomes.entries()) {
        const other: Outcome | undefined = read.value[place];
        assert.equal(other?.kind, outcome.kind);
        if (outcome.kind !== "agreed") continue;
        const here = outcome.media;
        const there: AgreedMedia = agreed(other);
        assert.deepEqual([here.local, here.remote], [there.remote, there.local]);
        assert.notEqual(here.role, there.role);
        assert.deepEqual([here.sends, here.receives], [there.receives, there.sends]);
        assert.equal(here.cema, there.cema);
      }
    }),
    { seed: 4711, numRuns: 500 },
  );
});

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
  const roleTo = (offered: readonly string[], setup: "active" | "passive"): string =>
    agreed(answerTo(messageOffer(...offered), { ...BOBS, setup })).role;
  assert.equal(roleTo(["setup:actpass"], "passive"), "passive");
  assert.equal(roleTo(["setup:actpass"], "active"), "active");
  assert.equal(roleTo(["setup:active"], "active"), "passive");
  assert.equal(roleTo(["setup:passive"], "passive"), "active");
  // RFC 4975 §8.5: who offers opens; RFC 6135 §4.2.1: holdconn is as good as nothing, the port stays.
  assert.equal(roleTo([], "active"), "passive");
  assert.equal(roleTo(["setup:holdconn"], "active"), "passive");
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

const PICTURE: FileOffer = {
  selector: {
    name: "map.png",
    type: { essence: "image/png", parameters: new Map() },
    sizeBytes: 40_211,
    hashes: [{ algorithm: "sha-1", value: "00".repeat(20) }],
  },
  transferId: "Q6LMoGymJdh0IKIgD6wD0jkcfgva4xvE",
  disposition: "attachment",
  dates: { ...NO_DATES, creation: Date.UTC(2030, 4, 4, 9, 58) },
  iconId: "icon1@192.0.2.10",
  range: { first: 1, last: 40_211 },
};

test("whoever takes a file mirrors selector, id and range, and adds nothing. RFC 5547 §8.3.1", () => {
  const offer = makeOffer(ALICE, [{ ...ALICES, direction: "sendonly", file: PICTURE }]);
  const { local, remote, receives } = agreed(answerTo(readOffer(sent(offer))));
  assert.deepEqual(remote.file, PICTURE);
  assert.deepEqual([local.direction, receives], ["recvonly", true]);
  assert.deepEqual(local.file, {
    ...PICTURE,
    disposition: undefined,
    dates: NO_DATES,
    iconId: undefined,
  });
});

test("whoever is asked for a file says what it is, under the id of the offer. RFC 5547 §8.3.2", () => {
  const wanted = { ...PICTURE, selector: { ...ANY_FILE, name: "map.png" }, iconId: undefined };
  const offer = makeOffer(ALICE, [{ ...ALICES, direction: "recvonly", file: wanted }]);
  const own = { ...PICTURE, transferId: "other", range: undefined };
  const { local } = agreed(answerTo(readOffer(sent(offer)), { ...BOBS, file: own }));
  assert.equal(local.direction, "sendonly");
  assert.deepEqual(local.file, PICTURE);
});

test("a refused file keeps selector and id as they were spelt. RFC 5547 §8.3", () => {
  const file = ['file-selector:name:"x" foo:bar size:5', "file-transfer-id:abc", "file-icon:cid:i"];
  const answer = makeAnswer(messageOffer(...file, "sendonly"), BOB, [undefined]).sdp;
  assert.deepEqual(
    answer.media[0]?.lines.map(({ value }) => value),
    file.slice(0, 2),
  );
});

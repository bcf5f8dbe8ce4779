/** Everything that may happen to the octets of a session description, for the mutations of bodies. */
import assert from "node:assert/strict";
import {
  type AgreedMedia,
  compareWithPrevious,
  formatSdp,
  hasForeignAddress,
  type LocalMedia,
  type LocalSession,
  makeAnswer,
  makeOffer,
  type Offer,
  type Outcome,
  parseSdp,
  parseSessionBody,
  readAnswer,
  readMessageMedia,
  readOffer,
  replaceDescription,
  replaceHop,
  type Sdp,
  writeMessageMedia,
} from "@parlance/formats";
import { octetText, utf8Bytes } from "@parlance/wire";

export const SDP_SEEDS: readonly Uint8Array[] = [
  'v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=message 7654 TCP/MSRP *\r\ni=é\r\na=path:msrp://192.0.2.10:7654/jshA7weTQ3;tcp\r\na=accept-types:message/cpim text/plain;charset="a b" text/*\r\na=accept-wrapped-types:*\r\na=max-size:1048576\r\na=setup:actpass\r\na=msrp-cema\r\na=fingerprint:sha-256 AB:CD\r\na=chatroom:nickname private-messages\r\na=label:1\r\na=sendrecv\r\na=x:y\r\n',
  'v=0\no=- 1 1 IN IP6 ::1\ns=\na=setup:active\na=sendonly\nm=audio 4000/2 RTP/AVP 0 8\na=rtpmap:0 PCMU/8000\nm=message 2855 TCP/TLS/MSRP *\nc=IN IP6 2001:db8::1\na=path:msrps://r.example:2855/r;tcp msrps://u@x.invalid:9/98=+cjs;ws;p=q\na=accept-types:*\na=file-selector:name:"My %22cool%22 pic.jpg" type:image/jpeg;a="b" size:32349 hash:sha-1:72:24:5F hash:sha-256:9f:86\na=file-transfer-id:vBnG916b\na=file-disposition:attachment\na=file-date:creation:"Mon, 15 May 2006 15:01:31 +0300"\na=file-icon:cid:id2@alicepc\na=file-range:1-32349\nm=message 0 TCP/MSRP *\na=file-selector',
].map((text) => utf8Bytes(text));

const SESSION: LocalSession = { username: "server", sessionId: "1", host: "203.0.113.5" };

function local(secure: boolean): LocalMedia {
  const scheme = secure ? "msrps" : "msrp";
  return {
    path: [`${scheme}://203.0.113.5:2855/x;tcp`],
    acceptTypes: ["message/cpim", "text/*"],
    acceptWrappedTypes: ["*"],
    setup: "passive",
    cema: true,
  };
}

export function checkSdp(bytes: Uint8Array): void {
  checkSessionBody(bytes);
  const result = parseSdp(bytes);
  if (!result.ok) {
    assert.ok(result.error.offset <= bytes.length);
    const hidden = replaceHop(bytes, { session: SESSION, media: new Map() });
    assert.equal(hidden.ok, false);
    return;
  }
  const sdp = result.value;
  assert.deepEqual(parseSdp(formatSdp(sdp)), result);
  assert.equal(compareWithPrevious(sdp, sdp), "same");
  const offer = readOffer(sdp);
  checkMedia(offer);
  checkAnswer(offer);
  checkReplacement(bytes, offer);
  readAnswer(sdp, sdp);
}

/** What was read of a medium is written so that it reads the same. */
function checkMedia({ sdp, media }: Offer): void {
  for (const offered of media) {
    if (offered.kind !== "message") continue;
    hasForeignAddress(offered.media);
    const alone: Sdp = {
      lines: sdp.lines.filter(({ type }) => type === "v" || type === "o"),
      media: [writeMessageMedia(offered.media)],
    };
    const [written] = reread(alone).media;
    assert.ok(written !== undefined);
    assert.deepEqual(readMessageMedia(alone, written), { ok: true, value: offered.media });
  }
}

function checkAnswer(offer: Offer): void {
  const media = offer.media.map((one) =>
    one.kind === "message" ? local(one.media.proto === "TCP/TLS/MSRP") : undefined,
  );
  const answer = makeAnswer(offer, SESSION, media);
  const read = readAnswer(offer.sdp, reread(answer.sdp));
  assert.ok(read.ok);
  for (const [place, outcome] of answer.outcomes.entries()) {
    const theirs: Outcome | undefined = read.value[place];
    if (outcome.kind === "refused") assert.equal(answer.sdp.media[place]?.port, 0);
    else assert.deepEqual(sides(theirs), sides(outcome).toReversed());
  }
  makeOffer(SESSION, [], answer.sdp);
}

function sides(outcome: Outcome | undefined): readonly AgreedMedia["local"][] {
  assert.ok(outcome?.kind === "agreed");
  return [outcome.media.local, outcome.media.remote];
}

function checkReplacement(bytes: Uint8Array, { media }: Offer): void {
  const hop = { path: ["msrp://203.0.113.5:2855/x;tcp"], setup: "actpass", maxSize: 100 } as const;
  const places = media.flatMap((one, place) => (one.kind === "message" ? [place] : []));
  const result = replaceHop(bytes, {
    session: SESSION,
    media: new Map(places.map((place) => [place, hop])),
  });
  assert.ok(result.ok);
  const after = parseSdp(result.value);
  assert.ok(after.ok);
  const replaced = readOffer(after.value);
  for (const place of places) {
    const [before, now] = [media[place], replaced.media[place]];
    assert.ok(before?.kind === "message" && now?.kind === "message");
    assert.deepEqual(now.media.path, hop.path);
    assert.deepEqual(now.media.acceptTypes, before.media.acceptTypes);
    assert.deepEqual(now.media.file, before.media.file);
    assert.deepEqual(now.media.extra, before.media.extra);
  }
}

function checkSessionBody(bytes: Uint8Array): void {
  const type = 'multipart/mixed;boundary="b"';
  const body = { headers: [["Content-Type", type]] as const, content: bytes };
  const read = parseSessionBody(body);
  if (!read.ok || read.value.description === undefined) return;
  const replaced = replaceDescription(body, utf8Bytes("v=0\r\n"));
  assert.ok(replaced.ok);
  const again = parseSessionBody(replaced.value);
  assert.ok(again.ok && again.value.description !== undefined);
  assert.equal(octetText(again.value.description), "v=0\r\n");
}

function reread(sdp: Sdp): Sdp {
  const result = parseSdp(formatSdp(sdp));
  if (!result.ok) throw result.error;
  return result.value;
}

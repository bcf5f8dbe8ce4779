/** Alice and Bob, and what they say to each other, for the tests of offer and answer. */
import assert from "node:assert/strict";
import { utf8Bytes } from "@parlance/wire";
import {
  type AgreedMedia,
  formatSdp,
  type LocalMedia,
  type LocalSession,
  makeAnswer,
  type Offer,
  type Outcome,
  parseSdp,
  readOffer,
  type Sdp,
} from "./index.ts";

export const ALICE: LocalSession = {
  username: "alice",
  sessionId: "2890844526",
  host: "192.0.2.10",
};
export const BOB: LocalSession = { username: "-", sessionId: "7", host: "2001:db8::1" };
export const ALICES: LocalMedia = {
  path: ["msrp://192.0.2.10:7654/jshA7weTQ3;tcp"],
  acceptTypes: ["message/cpim", "text/plain", "application/im-iscomposing+xml"],
  acceptWrappedTypes: ["*"],
  maxSize: 1_048_576,
  cema: true,
};
export const BOBS: LocalMedia = {
  path: ["msrp://[2001:db8::1]:2855/s7f31;tcp"],
  acceptTypes: ["message/cpim", "text/plain"],
  acceptWrappedTypes: ["*"],
  setup: "passive",
  chatroom: ["nickname", "private-messages"],
};

/** What arrives on the other side. */
export function sent(sdp: Sdp): Sdp {
  const result = parseSdp(formatSdp(sdp));
  if (!result.ok) throw result.error;
  return result.value;
}

export function offerOf(...media: readonly string[]): Offer {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=1 2"];
  const text = [...head, ...media].map((line) => `${line}\r\n`).join("");
  const result = parseSdp(utf8Bytes(text));
  if (!result.ok) throw result.error;
  return readOffer(result.value);
}

export function messageOffer(...attributes: readonly string[]): Offer {
  return offerOf(
    "m=message 7654 TCP/MSRP *",
    "a=path:msrp://192.0.2.1:7654/s;tcp",
    "a=accept-types:message/cpim text/plain",
    ...attributes.map((one) => `a=${one}`),
  );
}

export function agreed(outcome: Outcome | undefined): AgreedMedia {
  assert.equal(outcome?.kind, "agreed", outcome?.kind === "refused" ? outcome.reason : "");
  assert.ok(outcome?.kind === "agreed");
  return outcome.media;
}

export function answerTo(offer: Offer, local: LocalMedia = BOBS): Outcome | undefined {
  return makeAnswer(offer, BOB, [local]).outcomes[0];
}

export function reasonOf(outcome: Outcome | undefined): string {
  return outcome?.kind === "refused" ? outcome.reason : "agreed";
}

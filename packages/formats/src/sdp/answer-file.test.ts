/** What an answer says of a file. RFC 5547 §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ANY_FILE, type FileOffer, NO_DATES } from "../file-transfer/index.ts";
import { makeAnswer, makeOffer, readOffer } from "./index.ts";
import { ALICE, ALICES, agreed, answerTo, BOB, BOBS, messageOffer, sent } from "./parties.test.ts";

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

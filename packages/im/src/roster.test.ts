/** Who is who in a conference, and who must not be known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUri } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import {
  type Appearance,
  displayTextOf,
  endpointEntity,
  isAnonymousEntity,
  missedBy,
  namedEntity,
  participantEntity,
} from "./index.ts";

const ALICE: Appearance = {
  entity: "sip:alice@example.com",
  anonymous: false,
  alias: undefined,
  displayName: undefined,
  groupName: undefined,
  profileName: undefined,
};
const OWL: Appearance = {
  ...ALICE,
  entity: "sip:anonymous-5f2c91aa@anonymous.invalid",
  anonymous: true,
  displayName: "Alice Smith",
  groupName: "Alice",
  profileName: "Alice",
};

function counting(...bytes: readonly number[]): Random {
  let at = 0;
  return {
    token: () => "",
    bytes: (count) => {
      const octet = bytes[at] ?? 0;
      at += 1;
      return new Uint8Array(count).fill(octet);
    },
  };
}

test("the entity is the bare address, or one that leads nowhere and that nobody else has", () => {
  const address = parseUri("sip:alice:secret@example.com;transport=tcp?a=b");
  assert.equal(
    participantEntity(address, false, counting(), () => false),
    "sip:alice@example.com",
  );
  const taken = "sip:anonymous-01010101@anonymous.invalid";
  const entity = participantEntity(address, true, counting(1, 1, 2), (one) => one === taken);
  assert.equal(entity, "sip:anonymous-02020202@anonymous.invalid");
  assert.equal(isAnonymousEntity(entity), true);
  assert.throws(() => participantEntity(address, true, counting(), () => true));
});

test("an anonymous entity is known by its form alone", () => {
  for (const other of [
    "sip:anonymous@anonymous.invalid",
    "sip:anonymous-5f2c91a@anonymous.invalid",
    "sip:anonymous-5f2c91aag@anonymous.invalid",
    "sip:anonymous-5f2c91aa@example.com",
    "sips:anonymous-5f2c91aa@anonymous.invalid",
    "sip:anonymous-5f2c91aa@anonymous.invalid;x",
  ]) {
    assert.equal(isAnonymousEntity(other), false, other);
  }
});

test("names come in the order alias, display name, group, profile, user part", () => {
  const named: Appearance = {
    ...ALICE,
    alias: "Owl",
    displayName: "Alice Smith",
    groupName: "A",
    profileName: "P",
  };
  assert.equal(displayTextOf(named), "Owl");
  assert.equal(displayTextOf({ ...named, alias: undefined }), "Alice Smith");
  assert.equal(displayTextOf({ ...ALICE, groupName: "A", profileName: "P" }), "A");
  assert.equal(displayTextOf({ ...ALICE, profileName: "P" }), "P");
  assert.equal(displayTextOf(ALICE), "alice");
  assert.equal(displayTextOf({ ...ALICE, entity: "tel:+15550001" }), "+15550001");
});

test("of one who hides nothing is shown but the alias", () => {
  assert.equal(displayTextOf(OWL), "Anonymous");
  assert.deepEqual(namedEntity({ ...OWL, alias: "Night Owl" }), {
    name: "Night Owl",
    uri: "sip:anonymous-5f2c91aa@anonymous.invalid",
  });
  assert.equal(endpointEntity(OWL, "sip:alice@192.0.2.10"), OWL.entity);
  assert.equal(endpointEntity(ALICE, "sip:alice@192.0.2.10"), "sip:alice@192.0.2.10");
});

test("an invitation that is refused leaves its receiver busy or failed", () => {
  assert.deepEqual([486, 600, 603].map(missedBy), ["busy", "busy", "busy"]);
  assert.deepEqual([404, 408, 480, 487, 500].map(missedBy), Array(5).fill("failed"));
});

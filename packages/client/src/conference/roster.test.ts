/** What documents of conference state come to. RFC 4575, Appendix M */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyConference, type KnownConference, parseConference } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { membersOf, namesIn, ownEntity, type RosterChange, rosterChanges } from "./roster.ts";

const ALICE = "sip:alice@example.com";

function applied(
  known: KnownConference | undefined,
  version: number,
  users: string,
): KnownConference {
  const state = known === undefined ? "full" : "partial";
  const text = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:im-1@example.com" state="${state}" version="${version}">
    <conference-description><subject>S${version > 2 ? 3 : 1}</subject><conf-uris><entry><uri>sip:pool@example.com</uri></entry></conf-uris></conference-description>
    <users state="${state}">${users}</users></conference-info>`;
  const document = parseConference(utf8Bytes(text));
  assert.ok(document.ok);
  const application = applyConference(known, document.value);
  assert.ok(application.kind === "applied", application.kind);
  return application.known;
}

function user(entity: string, status: string, more = "", own = false): string {
  const mark = own ? ' yourown="true"' : "";
  return `<user entity="${entity}" state="full"${mark}><display-text>${entity.slice(4, 7)}</display-text>${more}<endpoint entity="x" state="full"><status>${status}</status></endpoint></user>`;
}

const kinds = (changes: readonly RosterChange[]): readonly string[] =>
  changes.map((change) =>
    change.type === "removed"
      ? `removed ${change.member.name} ${change.why}`
      : "member" in change
        ? `${change.type} ${change.member.name}`
        : change.type,
  );

test("oneself is marked, or else known by one's own address (IM-7.1.3.2.1-04, IM-7.1.3.2.1-04a)", () => {
  const marked = applied(
    undefined,
    0,
    user(ALICE, "connected") + user("sip:anonymous-1@anonymous.invalid", "connected", "", true),
  );
  assert.equal(ownEntity(marked, ALICE), "sip:anonymous-1@anonymous.invalid");
  const unmarked = applied(
    undefined,
    0,
    user("sip:bob@example.com", "connected") + user(ALICE, "connected"),
  );
  assert.equal(ownEntity(unmarked, ALICE), ALICE);
  assert.deepEqual(
    membersOf(unmarked, ALICE).map(({ me }) => me),
    [false, true],
  );
  assert.equal(ownEntity(unmarked, "sip:carol@example.com"), undefined);
  assert.deepEqual(namesIn(unmarked), ["sip:im-1@example.com", "sip:pool@example.com"]);
});

test("each change is told once: asked, come, renamed, given a role, gone for whatever reason", () => {
  const bob = "sip:bob@example.com";
  const first = applied(undefined, 0, user(ALICE, "connected"));
  assert.deepEqual(kinds(rosterChanges(undefined, first, ALICE)), ["known"]);
  const asked = applied(first, 1, user(bob, "alerting"));
  assert.deepEqual(kinds(rosterChanges(first, asked, ALICE)), ["invited bob"]);
  const come = applied(asked, 2, user(bob, "connected"));
  assert.deepEqual(kinds(rosterChanges(asked, come, ALICE)), ["added bob"]);
  const roles = applied(come, 3, user(bob, "connected", "<roles><entry>moderator</entry></roles>"));
  assert.deepEqual(kinds(rosterChanges(come, roles, ALICE)), ["role bob", "subject"]);
  const gone = applied(
    roles,
    4,
    `<user entity="${bob}" state="full"><endpoint entity="x"><status>disconnected</status><disconnection-method>booted</disconnection-method></endpoint></user>`,
  );
  assert.deepEqual(kinds(rosterChanges(roles, gone, ALICE)), ["removed bob expelled"]);
  const deleted = applied(gone, 5, `<user entity="${bob}" state="deleted"/>`);
  assert.deepEqual(kinds(rosterChanges(gone, deleted, ALICE)), []);
  assert.equal(membersOf(deleted, ALICE).length, 1);
  // All of it once more, in another subscription.
  const again = applied(undefined, 0, user(ALICE, "connected") + user(bob, "connected"));
  assert.deepEqual(kinds(rosterChanges(deleted, again, ALICE)), ["added bob", "subject"]);
});

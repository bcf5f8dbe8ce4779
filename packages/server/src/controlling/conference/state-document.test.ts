/** The documents of one subscriber: never too long, and in the end all there is to know. RFC 4575 §4.4, clause 10.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applyConference,
  type Conference,
  type ConferenceUser,
  type KnownConference,
  parseConference,
} from "@parlance/formats";
import { PersistentMap } from "@parlance/wire";
import * as fc from "fast-check";
import { fitting } from "./state-document.ts";

const MOST = 4_000;

function userCalled(name: string, displayText = name): ConferenceUser {
  return {
    entity: `sip:${name}@example.com`,
    yourOwn: false,
    displayText,
    nickname: undefined,
    associatedAors: [],
    roles: [],
    languages: [],
    cascadedFocus: undefined,
    endpoints: [],
  };
}

function conferenceOf(users: readonly ConferenceUser[]): Conference {
  return {
    entity: "sip:im-1@example.com",
    description: undefined,
    host: undefined,
    status: { userCount: users.length, active: true, locked: undefined },
    users: PersistentMap.from(users.map((one) => [one.entity, one])),
  };
}

/** Plays documents to a subscriber until he knows everything; how many it took. */
function play(
  to: { told: Conference | undefined; known: KnownConference | undefined; version: number },
  now: Conference,
): number {
  for (let count = 1; ; count += 1) {
    const made = fitting(to.told, now, { entity: undefined, version: to.version }, MOST);
    assert.ok(made.bytes.length <= MOST);
    const document = parseConference(made.bytes);
    assert.ok(document.ok);
    const applied = applyConference(to.known, document.value);
    assert.ok(applied.kind === "applied", applied.kind);
    to.told = made.told;
    to.known = applied.known;
    to.version += 1;
    if (!made.more) return count;
  }
}

function namesIn(conference: Conference | undefined): readonly string[] {
  return [...(conference?.users ?? [])].map((one) => `${one.entity} ${one.displayText}`).toSorted();
}

test("a thousand users come in pieces, each of which says how many there are", () => {
  const now = conferenceOf(Array.from({ length: 1_000 }, (_, at) => userCalled(`user${at}`)));
  const to = { told: undefined, known: undefined, version: 0 };
  const pieces = play(to, now);
  assert.ok(pieces > 10 && pieces < 100, String(pieces));
  assert.deepEqual(namesIn(to.known), namesIn(now));
  const first = fitting(undefined, now, { entity: undefined, version: 0 }, MOST);
  const document = parseConference(first.bytes);
  assert.equal(document.ok && document.value.status?.userCount, 1_000);
});

test("one who came is told in one short document, however many there are", () => {
  const many = Array.from({ length: 1_000 }, (_, at) => userCalled(`user${at}`));
  const before = conferenceOf(many);
  const now = {
    ...before,
    status: { userCount: 1_001, active: true, locked: undefined },
    users: before.users.with("sip:new@example.com", userCalled("new")),
  };
  const made = fitting(before, now, { entity: "sip:new@example.com", version: 7 }, MOST);
  assert.equal(made.more, false);
  assert.ok(made.bytes.length < 600);
});

test("whatever happens to a roster, its subscribers end with the same one", () => {
  const roster = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
  const change = fc.tuple(roster, fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const to = { told: undefined, known: undefined, version: 0 };
      let now = conferenceOf([]);
      for (const [present, names] of changes) {
        const wanted = conferenceOf(present.map((one) => userCalled(`u${one}`, `n${names}`)));
        let { users } = now;
        for (const { entity } of now.users) {
          if (wanted.users.get(entity) === undefined) users = users.without(entity);
        }
        for (const one of wanted.users) users = users.with(one.entity, one);
        now = { ...now, status: wanted.status, users };
        play(to, now);
        assert.deepEqual(namesIn(to.known), namesIn(now));
      }
    }),
    { seed: 4711, numRuns: 100 },
  );
});

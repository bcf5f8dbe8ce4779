/** From one roster to the next: what a subscriber is told, and that he ends up with the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentMap, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import {
  applyConference,
  type Conference,
  type ConferenceDocument,
  type ConferenceUser,
  diffConference,
  type Endpoint,
  type EndpointElement,
  endedConference,
  formatConference,
  fullConference,
  KNOWN_LIMITS,
  type KnownConference,
  parseConference,
  type UserElement,
} from "./index.ts";

const ALICE = "sip:alice@example.com";
const BOB = "sip:bob@example.com";
const OWL = "sip:anonymous-5f2c91aa@anonymous.invalid";

function endpoint(entity: string, said: Partial<Endpoint> = {}): Endpoint {
  return {
    entity,
    displayText: undefined,
    referred: undefined,
    status: "connected",
    joiningMethod: "dialed-in",
    joiningInfo: undefined,
    disconnectionMethod: undefined,
    disconnectionInfo: undefined,
    media: [],
    ...said,
  };
}

function user(entity: string, said: Partial<ConferenceUser> = {}): ConferenceUser {
  return {
    entity,
    yourOwn: false,
    displayText: undefined,
    nickname: undefined,
    associatedAors: [],
    roles: [],
    languages: [],
    cascadedFocus: undefined,
    endpoints: [endpoint(entity)],
    ...said,
  };
}

function room(...users: readonly ConferenceUser[]): Conference {
  return {
    entity: "sip:im-7f31c0de@cf.example.com",
    description: undefined,
    host: undefined,
    status: { userCount: users.length, active: true, locked: undefined },
    users: PersistentMap.from(users.map((one) => [one.entity, one])),
  };
}

/** As a subscriber gets it: over the wire. */
function sent(document: ConferenceDocument): ConferenceDocument {
  const result = parseConference(formatConference(document));
  assert.ok(result.ok);
  return result.value;
}

function apply(known: KnownConference | undefined, document: ConferenceDocument): KnownConference {
  const result = applyConference(known, sent(document));
  assert.ok(result.kind === "applied", result.kind);
  return result.known;
}

function element(entity: string, said: Partial<UserElement>): UserElement {
  return { ...user(entity), state: "full", endpoints: [], ...said };
}

function partial(version: number, ...users: readonly UserElement[]): ConferenceDocument {
  return {
    entity: "sip:r@x",
    state: "partial",
    version,
    description: undefined,
    host: undefined,
    status: undefined,
    users: { state: "partial", users },
  };
}

test("a full document tells each subscriber of all, and which one he is", () => {
  const conference = room(user(ALICE), user(OWL, { displayText: "Night Owl" }));
  const own = (entity: string | undefined) =>
    fullConference(conference, { entity, version: 0 })
      .users?.users.filter(({ yourOwn }) => yourOwn)
      .map((one) => one.entity);
  assert.deepEqual(own(OWL), [OWL]);
  assert.deepEqual(own(ALICE), [ALICE]);
  assert.deepEqual(own(undefined), []);
  const text = utf8Text(formatConference(fullConference(conference, { entity: OWL, version: 0 })));
  assert.match(text, /<conference-description\/?>/); // RFC 4575 §5.2
  assert.match(text, /state="full" version="0"/);
});

test("an expelled user is told of once as booted, and with the next document is gone", () => {
  const before = room(user(ALICE), user(BOB));
  const booted = user(BOB, {
    endpoints: [
      endpoint("sip:bob@192.0.2.20", {
        status: "disconnected",
        joiningMethod: undefined,
        disconnectionMethod: "booted",
        disconnectionInfo: { when: "2030-05-04T10:20:00Z", reason: "expelled", by: undefined },
      }),
    ],
  });
  const after: Conference = {
    ...before,
    status: { userCount: 1, active: true, locked: undefined },
    users: before.users.with(BOB, booted),
  };
  const first = diffConference(before, after, { entity: ALICE, version: 7 });
  assert.ok(first !== undefined);
  assert.equal(
    utf8Text(formatConference(first)),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:im-7f31c0de@cf.example.com" state="partial" version="7">' +
      "<conference-state><user-count>1</user-count><active>true</active></conference-state>" +
      '<users state="partial"><user entity="sip:bob@example.com" state="full">' +
      '<endpoint entity="sip:bob@192.0.2.20" state="full"><status>disconnected</status>' +
      "<disconnection-method>booted</disconnection-method>" +
      "<disconnection-info><when>2030-05-04T10:20:00Z</when><reason>expelled</reason></disconnection-info>" +
      "</endpoint></user></users></conference-info>",
  );
  const second = diffConference(
    after,
    { ...after, users: after.users.without(BOB) },
    { entity: ALICE, version: 8 },
  );
  assert.ok(second !== undefined);
  assert.match(
    utf8Text(formatConference(second)),
    /<users state="partial"><user entity="sip:bob@example.com" state="deleted"\/?>/,
  );
});

test("when nothing changed there is nothing to tell", () => {
  const conference = room(user(ALICE));
  assert.equal(diffConference(conference, conference, { entity: ALICE, version: 1 }), undefined);
  const again = { ...conference, users: conference.users.with(BOB, user(BOB)).without(BOB) };
  assert.equal(diffConference(conference, again, { entity: ALICE, version: 1 }), undefined);
});

test("a room of a thousand in its shortest form is within the limits of XML", () => {
  const members = Array.from({ length: 1000 }, (_, at) =>
    user(`sip:member${at}@example.com`, { displayText: `Member ${at}` }),
  );
  const document = sent(fullConference(room(...members), { entity: ALICE, version: 0 }));
  assert.equal(document.users?.users.length, 1000);
});

test("in a room of a thousand a change is told without reading who did not change", () => {
  let looked = 0;
  const watched = (one: ConferenceUser): ConferenceUser =>
    new Proxy(one, {
      get: (target, name) => {
        looked += 1;
        return Reflect.get(target, name);
      },
    });
  const members = Array.from({ length: 1000 }, (_, at) => watched(user(`sip:m${at}@example.com`)));
  const before = room(...members);
  looked = 0;
  const named = user("sip:m500@example.com", { displayText: "New" });
  const users = before.users.with(named.entity, named).without("sip:m3@example.com");
  const document = diffConference(before, { ...before, users }, { entity: ALICE, version: 1 });
  assert.deepEqual(
    document?.users?.users.map(({ entity, state }) => [entity, state]),
    [
      ["sip:m3@example.com", "deleted"],
      ["sip:m500@example.com", "full"],
    ],
  );
  assert.equal(looked, 0);
});

test("who was told of every change knows what the focus knows", () => {
  const entity = fc.constantFrom(ALICE, BOB, OWL, "sip:c@d", "sip:e@f");
  const change = fc.record({
    entity,
    name: fc.constantFrom(undefined, "A", "B"),
    leaves: fc.boolean(),
    subject: fc.option(fc.constantFrom("x", "y")),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat({ max: 3 }), (changes, every) => {
      let now = room(user(ALICE));
      let told = now;
      const to = { entity: ALICE, version: 0 };
      let known = apply(undefined, fullConference(now, to));
      for (const [at, one] of changes.entries()) {
        const users = one.leaves
          ? now.users.without(one.entity)
          : now.users.with(one.entity, user(one.entity, { displayText: one.name }));
        const status = { userCount: users.size, active: true, locked: undefined };
        now = { ...now, users, status };
        if (at % (every + 1) !== 0) continue;
        const document = diffConference(told, now, { ...to, version: known.version + 1 });
        if (document !== undefined) known = apply(known, document);
        told = now;
      }
      const own = (one: ConferenceUser) => ({ ...one, yourOwn: one.entity === ALICE });
      assert.deepEqual(
        new Map([...known.users].map((one) => [one.entity, one])),
        new Map([...told.users].map((one) => [one.entity, own(one)])),
      );
      assert.deepEqual(known.status, told.status);
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("an old document is discarded, a gap asks for everything, the end is told", () => {
  const conference = room(user(ALICE));
  const known = apply(undefined, fullConference(conference, { entity: ALICE, version: 3 }));
  const full = (version: number) => fullConference(conference, { entity: ALICE, version });
  assert.equal(applyConference(undefined, partial(0)).kind, "gap");
  assert.equal(applyConference(known, partial(3)).kind, "stale");
  assert.equal(applyConference(known, partial(5)).kind, "gap");
  assert.equal(applyConference(known, partial(4)).kind, "applied");
  assert.equal(applyConference(known, full(3)).kind, "stale");
  assert.equal(applyConference(known, full(9)).kind, "applied");
  const ended = sent(endedConference(conference, { entity: ALICE, version: 4 }));
  assert.equal(applyConference(known, ended).kind, "ended");
});

test("a full document keeps as they were those who did not change", () => {
  const conference = room(user(ALICE), user(BOB));
  const first = apply(undefined, fullConference(conference, { entity: ALICE, version: 0 }));
  const renamed = {
    ...conference,
    users: conference.users.with(BOB, user(BOB, { nickname: "B" })),
  };
  const second = apply(first, fullConference(renamed, { entity: ALICE, version: 1 }));
  assert.deepEqual(
    second.users.changesSince(first.users).map(({ key }) => key),
    [BOB],
  );
  const alone = { ...conference, users: conference.users.without(ALICE) };
  const third = apply(second, fullConference(alone, { entity: ALICE, version: 2 }));
  assert.deepEqual(
    [...third.users].map(({ entity }) => entity),
    [BOB],
  );
});

test("partial users and endpoints change what they name and leave the rest", () => {
  const home = endpoint("home", { joiningInfo: { when: "1", reason: undefined, by: undefined } });
  const start = room(user(ALICE, { displayText: "Alice", roles: ["creator"], endpoints: [home] }));
  const known = apply(undefined, fullConference(start, { entity: ALICE, version: 0 }));
  const held: EndpointElement = {
    ...endpoint("home", { status: "on-hold", joiningMethod: undefined }),
    state: "partial",
  };
  const away: EndpointElement = { ...endpoint("away"), state: "full" };
  const next = apply(
    known,
    partial(1, element(ALICE, { state: "partial", nickname: "Owl", endpoints: [held, away] })),
  );
  assert.deepEqual(next.users.get(ALICE), {
    ...user(ALICE, { yourOwn: true, displayText: "Alice", nickname: "Owl", roles: ["creator"] }),
    endpoints: [{ ...home, status: "on-hold" }, endpoint("away")],
  });
  const left = apply(
    next,
    partial(
      2,
      element(ALICE, { state: "partial", endpoints: [{ ...home, state: "deleted" }] }),
      element(BOB, { state: "partial", displayText: "Bob" }),
      element("sip:nobody@x", { state: "deleted" }),
    ),
  );
  assert.deepEqual(left.users.get(ALICE)?.endpoints, [endpoint("away")]);
  assert.equal(left.users.get(BOB)?.displayText, "Bob");
  assert.equal(left.users.size, 2);
});

test("a full users element in a partial document is all there is, a deleted one nothing", () => {
  const known = apply(
    undefined,
    fullConference(room(user(ALICE), user(BOB)), { entity: ALICE, version: 0 }),
  );
  const only = apply(known, {
    ...partial(1),
    users: { state: "full", users: [element("sip:c@d", {})] },
  });
  assert.deepEqual(
    [...only.users].map(({ entity }) => entity),
    ["sip:c@d"],
  );
  const none = apply(only, { ...partial(2), users: { state: "deleted", users: [] } });
  assert.equal(none.users.size, 0);
});

test("no peer makes a roster grow past its limit", () => {
  let known = apply(undefined, fullConference(room(), { entity: ALICE, version: 0 }));
  for (let version = 1; version <= KNOWN_LIMITS.users / 1000 + 2; version += 1) {
    const more = Array.from({ length: 1000 }, (_, at) => element(`sip:${version}-${at}@x`, {}));
    const result = applyConference(known, partial(version, ...more));
    assert.ok(result.kind === "applied");
    known = result.known;
  }
  assert.equal(known.users.size, KNOWN_LIMITS.users);
  const devices = Array.from({ length: KNOWN_LIMITS.endpointsAUser + 9 }, (_, at) => ({
    ...endpoint(`${at}`),
    state: "full" as const,
  }));
  const [first] = known.users;
  assert.ok(first !== undefined);
  const crowded = applyConference(
    known,
    partial(known.version + 1, element(first.entity, { state: "partial", endpoints: devices })),
  );
  assert.ok(crowded.kind === "applied");
  assert.equal(
    crowded.known.users.get(first.entity)?.endpoints.length,
    KNOWN_LIMITS.endpointsAUser,
  );
});

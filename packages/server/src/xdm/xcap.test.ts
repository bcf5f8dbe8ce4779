/** Documents, elements and attributes over HTTP. RFC 4825 §7, §8 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXcapCapabilities, parseXcapDirectory, parseXcapError } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { casesFor } from "../../../../tools/test/corpora.ts";
import type { Bounds } from "../limits.ts";
import {
  ATT,
  EL,
  GROUP_TYPE,
  LISTS,
  LISTS_TYPE,
  ROOT,
  RULES_TYPE,
  type Told,
  XcapWorld,
} from "./xcap-world.test.ts";

const BOB = '<entry uri="sip:bob@example.com"/>';
const FRIENDS = `<?xml version="1.0"?>
<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">
  <!-- mine -->
  <list name="friends">
    ${BOB}
  </list>
</resource-lists>
`;
const LIST = `${LISTS}/~~/resource-lists/list%5b@name=%22friends%22%5d`;
const entry = (who: string) => `${LIST}/entry%5b@uri=%22sip:${who}@example.com%22%5d`;

async function withFriends(limits: Partial<Bounds> = {}): Promise<XcapWorld> {
  const world = new XcapWorld(limits);
  assert.equal((await world.put(LISTS, FRIENDS, { type: LISTS_TYPE })).status, 201);
  return world;
}

async function codeOf(told: Promise<Told>): Promise<number> {
  return (await told).status;
}

function when(headers: Record<string, string>) {
  return { headers, type: EL };
}

function groupBody(uri: string, inside = ""): string {
  return `<group xmlns="urn:oma:xml:poc:list-service"><list-service uri="${uri}">${inside}</list-service></group>`;
}

function groupPath(user: string, name: string): string {
  return `org.openmobilealliance.groups/users/sip:${user}@example.com/${name}`;
}

function reasonOf({ status, type, text }: Told): string {
  if (type !== "application/xcap-error+xml") return String(status);
  const read = parseXcapError(utf8Bytes(text));
  assert.ok(read.ok);
  const { value } = read;
  if (value.kind === "no-parent") return `${status} no-parent ${value.ancestor}`;
  if (value.kind !== "uniqueness-failure") return `${status} ${value.kind}`;
  const fields = value.exists.map(({ field, alternatives }) => [field, ...alternatives].join(" "));
  return `${status} uniqueness-failure ${fields.join(", ")}`;
}

test("a document is put, read and deleted, with a tag for each version (RFC 4825 §7.1 to §7.3)", async () => {
  const world = new XcapWorld();
  assert.equal((await world.get(LISTS)).status, 404);
  const made = await world.put(LISTS, FRIENDS, { type: `${LISTS_TYPE}; charset=utf-8` });
  assert.deepEqual([made.status, made.text], [201, ""]);
  assert.match(made.etag ?? "", /^"[^"]{12,}"$/);
  const read = await world.get(LISTS);
  assert.deepEqual([read.status, read.type, read.text], [200, LISTS_TYPE, FRIENDS]);
  assert.equal(read.etag, made.etag);
  assert.equal((await world.ask("HEAD", LISTS, "", {})).headers.get("content-length"), "192");
  const changed = await world.put(LISTS, FRIENDS.replace("mine", "ours"), { type: LISTS_TYPE });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.etag, made.etag);
  assert.equal((await world.delete(LISTS)).status, 200);
  assert.equal((await world.delete(LISTS)).status, 404);
  assert.equal((await world.get(LISTS)).status, 404);
});

test("an element is put in its place, and every other octet stays (§7.4, §8.2)", async () => {
  const world = await withFriends();
  const carol = '<entry uri="sip:carol@example.com"/>';
  assert.equal((await world.put(entry("carol"), carol, { type: EL })).status, 201);
  const { text } = await world.get(LISTS);
  assert.equal(text, FRIENDS.replace(BOB, `${BOB}${carol}`));
  const named = '<entry uri="sip:carol@example.com"><display-name>C</display-name></entry>';
  const replaced = await world.put(entry("carol"), named, { type: EL });
  assert.equal(replaced.status, 200);
  const read = await world.get(entry("carol"));
  assert.deepEqual([read.status, read.type, read.text], [200, EL, named]);
  assert.equal(read.etag, replaced.etag);
  assert.equal((await world.delete(entry("carol"))).status, 200);
  assert.equal((await world.get(LISTS)).text, FRIENDS);
  assert.equal((await world.delete(entry("carol"))).status, 404);
});

test("an attribute is put, read and deleted (§7.7 to §7.9)", async () => {
  const world = await withFriends();
  const uri = `${LIST}/entry%5b1%5d/@uri`;
  const read = await world.get(uri);
  assert.deepEqual([read.type, read.text], [ATT, '"sip:bob@example.com"']);
  assert.equal((await world.put(uri, '"sip:dave@example.com"', { type: ATT })).status, 200);
  assert.equal((await world.get(uri)).text, '"sip:dave@example.com"');
  assert.equal(reasonOf(await world.delete(uri)), "409 schema-validation-error");
  assert.equal(reasonOf(await world.put(uri, "<", { type: ATT })), "409 not-xml-att-value");
});

test("bindings in scope are read and never written (§7.10)", async () => {
  const world = await withFriends();
  const read = await world.get(`${LIST}/namespace::*`);
  assert.equal(read.type, "application/xcap-ns+xml");
  assert.match(read.text, /^<list xmlns="urn:ietf:params:xml:ns:resource-lists"\/>$/);
  const put = await world.put(`${LIST}/namespace::*`, "x", { type: "application/xcap-ns+xml" });
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "GET, HEAD"]);
  assert.equal((await world.delete(`${LIST}/namespace::*`)).status, 405);
});

test("conditions are about the tag of the document, a star about the very thing (§7.11)", async () => {
  const world = await withFriends();
  const { etag = "" } = await world.get(LISTS);
  assert.equal(await codeOf(world.get(LISTS, when({ "if-none-match": etag }))), 304);
  assert.equal(await codeOf(world.get(LIST, when({ "if-none-match": `"x", ${etag}` }))), 304);
  assert.equal(await codeOf(world.get(LISTS, when({ "if-none-match": '"x"' }))), 200);
  assert.equal(await codeOf(world.get(LISTS, when({ "if-match": '"x"' }))), 412);
  const carol = '<entry uri="sip:carol@example.com"/>';
  const put = (who: string, headers: Record<string, string>) =>
    codeOf(world.put(entry(who), who === "bob" ? BOB : carol, when(headers)));
  assert.equal(await put("carol", { "if-match": '"x"' }), 412);
  assert.equal(await put("carol", { "if-match": "*" }), 412);
  assert.equal(await put("bob", { "if-none-match": "*" }), 412);
  assert.equal(await put("carol", { "if-none-match": "*", "if-match": etag }), 201);
  assert.equal(await codeOf(world.delete(LISTS, when({ "if-match": etag }))), 412);
  assert.equal(await put("carol", { "if-match": "unquoted" }), 400);
  assert.equal(await codeOf(world.delete(LISTS, when({ "if-match": "*" }))), 200);
});

test("what changes nothing is no new version", async () => {
  const world = await withFriends();
  const before = await world.get(LISTS);
  assert.equal((await world.put(LISTS, FRIENDS, { type: LISTS_TYPE })).etag, before.etag);
  assert.equal((await world.put(entry("bob"), BOB, { type: EL })).etag, before.etag);
});

test("two that edit at the same moment both find their edit in the document", async () => {
  const world = new XcapWorld({}, { commit: () => Promise.resolve() });
  await world.put(LISTS, FRIENDS, { type: LISTS_TYPE });
  const names = ["carol", "dave", "erin", "frank"];
  const puts = names.map((who) =>
    world.put(entry(who), `<entry uri="sip:${who}@example.com"/>`, { type: EL }),
  );
  assert.deepEqual(
    (await Promise.all(puts)).map(({ status }) => status),
    [201, 201, 201, 201],
  );
  const { text } = await world.get(LISTS);
  for (const who of names) assert.ok(text.includes(`sip:${who}@`), who);
});

test("every conflict says what is wrong with it (§11.2)", async () => {
  const world = await withFriends();
  const doc = (body: string | Uint8Array) => world.put(LISTS, body, { type: LISTS_TYPE });
  const el = (path: string, body: string | Uint8Array) => world.put(path, body, { type: EL });
  assert.equal(reasonOf(await doc("hello")), "409 not-well-formed");
  assert.equal(reasonOf(await doc("<!DOCTYPE x><x/>")), "409 not-well-formed");
  assert.equal(reasonOf(await doc(new Uint8Array([0x3c, 0xff]))), "409 not-utf-8");
  assert.equal(reasonOf(await doc("<other/>")), "409 schema-validation-error");
  assert.equal(reasonOf(await el(LIST, '<list name="friends">')), "409 not-xml-frag");
  assert.equal(reasonOf(await el(LIST, '<list name="other"/>')), "409 cannot-insert");
  assert.equal(
    reasonOf(await el(entry("x").replace("friends", "nosuch"), '<entry uri="sip:x@example.com"/>')),
    `409 no-parent /xcap/${LISTS}/~~/resource-lists`,
  );
  assert.equal(
    reasonOf(await el(LIST.replace("index", "absent"), "<list/>")),
    "409 no-parent /xcap/resource-lists/users/sip:alice@example.com",
  );
  await el(entry("carol"), '<entry uri="sip:carol@example.com"/>');
  assert.equal(reasonOf(await world.delete(`${LIST}/entry%5b1%5d`)), "409 cannot-delete");
  assert.equal(
    reasonOf(await el(`${LIST}/entry%5b1%5d`, '<entry uri="sip:carol@example.com"/>')),
    "409 uniqueness-failure resource-lists/list%5b1%5d/entry%5b2%5d/@uri",
  );
  const anchor = `<list name="l"><external anchor="https://elsewhere.example/xcap/x"/></list>`;
  const lists = LISTS.concat("/~~/resource-lists/list%5b@name=%22l%22%5d");
  assert.equal(reasonOf(await el(lists, anchor)), "409 constraint-failure");
  const own = `<list name="l"><external anchor="${ROOT}${LIST}"/></list>`;
  assert.equal(reasonOf(await el(lists, own)), "201");
  const others = own.replace("alice", "bob");
  assert.equal(reasonOf(await el(lists, others)), "409 constraint-failure");
});

test("types, codings and names are looked at before the body (§8.2.1)", async () => {
  const world = await withFriends();
  assert.equal(await codeOf(world.put(LISTS, FRIENDS, { type: "text/xml" })), 415);
  assert.equal(await codeOf(world.put(LISTS, FRIENDS)), 415);
  assert.equal(await codeOf(world.put(LIST, "<list/>", { type: LISTS_TYPE })), 415);
  const latin = `${LISTS_TYPE};charset=iso-8859-1`;
  assert.equal(await codeOf(world.put(LISTS, FRIENDS, { type: latin })), 415);
  const gzip = { type: LISTS_TYPE, headers: { "content-encoding": "gzip" } };
  assert.equal(await codeOf(world.put(LISTS, FRIENDS, gzip)), 415);
  assert.equal(await codeOf(world.ask("POST", LISTS, "", {})), 405);
  const sub = LISTS.replace("index", "a/b");
  assert.equal(
    reasonOf(await world.put(sub, FRIENDS, { type: LISTS_TYPE })),
    "409 no-parent /xcap/resource-lists/users/sip:alice@example.com/a",
  );
  const rules = "org.openmobilealliance.access-rules/users/sip:alice@example.com/other";
  const ruleset = '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"/>';
  assert.equal(
    reasonOf(await world.put(rules, ruleset, { type: RULES_TYPE })),
    "409 constraint-failure",
  );
});

test("nobody else reads or writes a document, whether it is there or not (security rule 18)", async () => {
  const world = await withFriends();
  for (const path of [LISTS, LISTS.replace("index", "absent"), LIST]) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const told = await world.ask(method, path, FRIENDS, { user: "mallory", type: LISTS_TYPE });
      assert.deepEqual([told.status, told.text], [403, '{"error":"forbidden"}'], path);
    }
  }
  assert.equal((await world.get(LISTS, { user: "" })).status, 401);
  assert.equal((await world.get(LISTS)).text, FRIENDS);
  const byTelephone = LISTS.replace("sip:alice@example.com", "tel:+15555");
  assert.equal((await world.get(byTelephone)).text, FRIENDS);
});

test("a user keeps so many documents, and so many octets (security §6)", async () => {
  const world = new XcapWorld({ documentsPerUser: 3, documentBytesPerUser: 700 });
  const put = (name: string, body = FRIENDS) =>
    world.put(LISTS.replace("index", name), body, { type: LISTS_TYPE });
  for (const name of ["a", "b", "c"]) assert.equal((await put(name)).status, 201);
  assert.equal((await put("d")).status, 507);
  assert.equal((await put("a", FRIENDS.replace("mine", "m".repeat(200)))).status, 507);
  assert.deepEqual(world.hits.limits, ["documentsPerUser", "documentsPerUser"]);
  await world.delete(LISTS.replace("index", "b"));
  assert.equal((await put("d")).status, 201);
  const small = new XcapWorld({ documentBytes: 200 });
  assert.equal((await small.put(LISTS, FRIENDS, { type: LISTS_TYPE })).status, 201);
  const long = `<entry uri="sip:carol@example.com"><display-name>Carol</display-name></entry>`;
  assert.equal((await small.put(entry("carol"), long, { type: EL })).status, 413);
  const more = { type: LISTS_TYPE, headers: { "content-length": "201" } };
  assert.equal((await small.put(LISTS, FRIENDS, more)).status, 413);
  assert.equal((await small.get(LISTS)).text, FRIENDS);
});

test("a user asks so often, and then has to wait", async () => {
  const world = new XcapWorld({ documentRequestsPerSecond: 1, documentRequestBurst: 2 });
  const codes = [await codeOf(world.get(LISTS)), await codeOf(world.get(LISTS))];
  const third = await world.get(LISTS);
  assert.deepEqual([...codes, third.status], [404, 404, 429]);
  assert.equal(third.headers.get("retry-after"), "1");
  assert.equal(await codeOf(world.get(LISTS.replace("alice", "bob"), { user: "bob" })), 404);
  assert.deepEqual(world.hits.limits, ["documentRequestsPerSecond"]);
  await world.clock.pass(1_000);
  assert.equal(await codeOf(world.get(LISTS)), 404);
});

test("groups have an address of the domain that nobody else has (OMA IM 17.3)", async () => {
  const world = new XcapWorld();
  const put = (user: string, name: string, uri: string, inside?: string) =>
    world.put(groupPath(user, name), groupBody(uri, inside), { user, type: GROUP_TYPE });
  assert.equal((await put("alice", "pool", "sip:pool@example.com")).status, 201);
  assert.equal(
    reasonOf(await put("bob", "mine", "sip:pool@example.com")),
    "409 uniqueness-failure group/list-service/@uri sip:pool-2@example.com",
  );
  assert.equal(
    reasonOf(await put("bob", "mine", "sip:team@example.com")),
    "409 uniqueness-failure group/list-service/@uri sip:team-2@example.com",
  );
  assert.equal(
    reasonOf(await put("bob", "x", "sip:x@elsewhere.example")),
    "409 constraint-failure",
  );
  const many = "<max-participant-count>201</max-participant-count>";
  assert.equal(
    reasonOf(await put("bob", "x", "sip:x@example.com", many)),
    "409 constraint-failure",
  );
  const twice = `<list>${BOB}${BOB}</list>`;
  assert.equal(
    reasonOf(await put("bob", "x", "sip:x@example.com", twice)),
    "409 uniqueness-failure group/list-service/list/entry%5b2%5d/@uri",
  );
  assert.equal((await world.delete(groupPath("alice", "pool"))).status, 200);
  assert.equal((await put("bob", "mine", "sip:pool@example.com")).status, 201);
  const audited = (await world.stores.audit.page(undefined, 10)).map(
    ({ actor, action }) => `${actor}: ${action}`,
  );
  assert.deepEqual(audited, [
    "bob: document created",
    "alice: document removed",
    "alice: document created",
  ]);
});

test("the server tells what it understands, and a user what he has (§12, OMA XDM Core)", async () => {
  const world = await withFriends();
  const caps = await world.get("xcap-caps/global/index");
  assert.equal(caps.type, "application/xcap-caps+xml");
  const read = parseXcapCapabilities(utf8Bytes(caps.text));
  assert.ok(read.ok);
  assert.ok(read.value.auids.includes("resource-lists"));
  assert.ok(read.value.auids.includes("xcap-caps"));
  assert.ok(read.value.namespaces.includes("urn:oma:xml:poc:list-service"));
  const again = { headers: { "if-none-match": caps.etag ?? "" } };
  assert.equal((await world.get("xcap-caps/global/index", again)).status, 304);
  assert.equal((await world.put("xcap-caps/global/index", "x")).status, 405);
  const directory = await world.get(
    "org.openmobilealliance.xcap-directory/users/sip:alice@example.com/directory.xml",
  );
  const told = parseXcapDirectory(utf8Bytes(directory.text));
  assert.ok(told.ok);
  const { etag = "" } = await world.get(LISTS);
  assert.deepEqual(told.value.folders, [
    {
      auid: "resource-lists",
      documents: [
        {
          uri: LISTS,
          etag: etag.slice(1, -1),
          lastModified: told.value.folders[0]?.documents[0]?.lastModified,
          sizeBytes: 192,
        },
      ],
    },
  ]);
});

test("what the server writes is read and deleted by its user, and never put (OMA IM 17.5)", async () => {
  const removed: (string | undefined)[] = [];
  const list =
    '<history-list xmlns="urn:oma:xml:im:history-list"><history history-reference="sip:def-1@x"><size>5</size></history></history-list>';
  const world = new XcapWorld({}, undefined, {
    read: async () => ({ bytes: utf8Bytes(list) }),
    remove: async (_, reference) => {
      removed.push(reference);
      return true;
    },
    onChange: () => undefined,
  });
  const path = "org.openmobilealliance.deferred-list/users/sip:alice@example.com/deferred-list";
  const read = await world.get(path);
  assert.equal(read.type, "application/vnd.oma.im.deferred-list+xml");
  assert.equal(read.text, list);
  assert.equal((await world.get(path)).etag, read.etag);
  const put = await world.put(path, list, { type: read.type ?? "" });
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "GET, HEAD, DELETE"]);
  const one = `${path}/~~/history-list/history%5b@history-reference=%22sip:def-1@x%22%5d`;
  assert.equal((await world.delete(one)).status, 200);
  assert.equal((await world.delete(one.replace("def-1", "def-2"))).status, 404);
  assert.equal((await world.delete(`${one}/size`)).status, 405);
  assert.equal((await world.delete(path)).status, 200);
  assert.deepEqual(removed, ["sip:def-1@x", undefined]);
  const others = await world.delete(path, { user: "bob" });
  assert.equal(others.status, 403);
});

const profileOf = (name: string): string =>
  `org.openmobilealliance.user-profile/users/sip:${name}@example.com/user-profile`;

test("of a profile others read the name, and nothing else, unless they are blocked (OMA IM 17.7)", async () => {
  const world = new XcapWorld();
  const type = "application/vnd.oma.user-profile+xml";
  const profile =
    '<user-profile xmlns="urn:oma:xml:xdm:user-profile"><display-name xml:lang="de">Robert</display-name><hobbies>chess</hobbies></user-profile>';
  for (const user of ["bob", "carol"]) {
    assert.equal((await world.put(profileOf(user), profile, { user, type })).status, 201);
  }
  const read = await world.get(profileOf("bob"));
  assert.deepEqual([read.status, read.type], [200, type]);
  assert.match(read.text, /uri="sip:bob@example\.com"/);
  assert.match(read.text, /<display-name>Robert<\/display-name>/);
  assert.doesNotMatch(read.text, /chess/);
  const again = { headers: { "if-none-match": read.etag ?? "" } };
  assert.equal((await world.get(profileOf("bob"), again)).status, 304);
  const name = await world.get(`${profileOf("bob")}/~~/user-profile/display-name`);
  assert.equal(name.text, "<display-name>Robert</display-name>");
  assert.equal((await world.get(`${profileOf("bob")}/~~/user-profile/hobbies`)).status, 404);
  for (const method of ["PUT", "DELETE"]) {
    assert.equal((await world.ask(method, profileOf("bob"), profile, { type })).status, 403);
  }
  // Nobody learns who is blocked, or who there is.
  for (const user of ["carol", "dave"]) {
    const told = await world.get(profileOf(user));
    assert.deepEqual([told.status, told.text], [403, '{"error":"forbidden"}'], user);
  }
  assert.equal((await world.get(profileOf("bob"), { user: "bob" })).text, profile);
});

test("a disk that fails is told, and changes nothing", async () => {
  let broken = false;
  const commit = () => (broken ? Promise.reject(new Error("no space")) : Promise.resolve());
  const world = new XcapWorld({}, { commit });
  await world.put(LISTS, FRIENDS, { type: LISTS_TYPE });
  broken = true;
  assert.equal((await world.delete(LISTS)).status, 500);
  broken = false;
  assert.equal((await world.get(LISTS)).text, FRIENDS);
});

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const HEAVY = new Set([
  "put-2mb",
  "put-chunked-endless",
  "put-slow",
  "put-gzip-bomb",
  "quota-docs",
]);

test("forbidden and hostile requests get the answers of the corpus", async (t) => {
  for (const one of casesFor(t, "xcap-bad")) {
    const world = await withFriends();
    const corpusList = FRIENDS.replace("sip:bob@example.com", "sip:bob@im.example.com");
    await world.put(LISTS, corpusList, { type: LISTS_TYPE });
    const path = String(one["path"])
      .replace("/xcap-root/", "")
      .replaceAll("im.example.com", "example.com");
    // Those of HTTP itself, and those of bodies that never end, are for a server with a socket.
    const ofTheDoor = ["http", "web"].includes(String(one["class"]));
    if (ofTheDoor || path.startsWith("/xcap-root") || HEAVY.has(String(one["name"]))) continue;
    const headers = Object.fromEntries(
      Object.entries(one["headers"] ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]),
    );
    const told = await world.ask(String(one["method"]), path, textOf(one["body"]), {
      user: textOf(one["user"]),
      headers,
      type: textOf(one["contentType"]),
    });
    const expected = one["expect"];
    assert.ok(Array.isArray(expected));
    assert.ok(expected.includes(told.status), `${String(one["name"])}: ${told.status}`);
    if (told.status >= 400) assert.equal((await world.get(LISTS)).text, corpusList);
  }
});

test("whatever the path and the body, nothing is thrown and nobody else's document is touched", async () => {
  const world = await withFriends({ documentRequestBurst: 10_000 });
  const pieces = fc.array(
    fc.constantFrom(
      "~~",
      "resource-lists",
      "users",
      "sip:alice@example.com",
      "index",
      "list",
      "[1]",
      "%5b",
      "*",
      "@name",
      "..",
      "%2f",
      '"',
      "'",
      "namespace::*",
      "?xmlns(a=b)",
      "é",
      "%ff",
      "",
    ),
    { maxLength: 9 },
  );
  await fc.assert(
    fc.asyncProperty(
      pieces,
      fc.constantFrom("GET", "PUT", "DELETE"),
      fc.constantFrom("<list/>", "x", '<list name="a"><entry uri="b"/></list>', FRIENDS),
      fc.constantFrom(EL, ATT, LISTS_TYPE),
      async (path, method, body, type) => {
        const { status } = await world.ask(method, path.join("/"), body, { type, user: "mallory" });
        assert.ok(status >= 400, `${method} ${path.join("/")}`);
        const own = await world.ask(method, `${LISTS}/~~/${path.join("/")}`, body, { type });
        assert.ok(own.status < 500);
        await world.put(LISTS, FRIENDS, { type: LISTS_TYPE });
      },
    ),
    { numRuns: 300, seed: 4 },
  );
});

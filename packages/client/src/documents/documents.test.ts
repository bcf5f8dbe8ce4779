/** Documents of users as applications read, write and change them, over the server of a world. RFC 4825 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { codeOf, worldFor } from "../people.test.ts";
import { DocumentConflict } from "./document-error.ts";
import { pathOf } from "./document-place.ts";
import { RESOURCE_LISTS } from "./usages.ts";

const INDEX = { usage: RESOURCE_LISTS, name: "index" };
const FRIENDS = 'resource-lists/list[@name="friends"]';
const bob = `${FRIENDS}/entry[@uri="sip:bob@parlance.test"]`;
const EMPTY =
  '<?xml version="1.0"?>\n<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">\n  <list name="friends"/>\n</resource-lists>\n';

test("a document is written, read, and deleted (RFC 4825 §7)", async (t) => {
  const world = await worldFor(t);
  const { documents } = await world.client("alice");
  assert.equal(await world.until(documents.read(INDEX)), undefined);
  const made = await world.until(documents.write(INDEX, utf8Bytes(EMPTY)));
  assert.equal(made.created, true);
  const read = await world.until(documents.read(INDEX));
  assert.equal(read && utf8Text(read.content), EMPTY);
  assert.deepEqual([read?.etag, read?.type], [made.etag, "application/resource-lists+xml"]);
  assert.deepEqual(await world.until(documents.read(INDEX)), read); // which was not sent again
  assert.deepEqual(await world.until(documents.list(RESOURCE_LISTS)), ["index"]);
  assert.equal(await world.until(documents.remove(INDEX)), true);
  assert.equal(await world.until(documents.remove(INDEX)), false);
  assert.deepEqual(await world.until(documents.list(RESOURCE_LISTS)), []);
});

test("elements and attributes are written and read by themselves, whatever their names (RFC 4825 §7.4, §7.7)", async (t) => {
  const world = await worldFor(t);
  const { documents } = await world.client("alice");
  await world.until(documents.write(INDEX, utf8Bytes(EMPTY)));
  const entry = '<entry uri="sip:bob@parlance.test"/>';
  const put = await world.until(documents.write({ ...INDEX, node: bob }, utf8Bytes(entry)));
  assert.equal(put.created, true);
  const read = await world.until(documents.read({ ...INDEX, node: bob }));
  assert.equal(read && utf8Text(read.content), entry);
  assert.equal(read?.type, "application/xcap-el+xml");
  const name = { ...INDEX, node: `${FRIENDS}/@name` };
  assert.equal(
    utf8Text((await world.until(documents.read(name)))?.content ?? EMPTY_BYTES),
    '"friends"',
  );
  const prefixed = {
    ...INDEX,
    node: 'r:resource-lists/r:list[@name="friends"]/r:entry[1]/@uri',
    prefixes: { r: "urn:ietf:params:xml:ns:resource-lists" },
  };
  const uri = await world.until(documents.read(prefixed));
  assert.equal(utf8Text(uri?.content ?? EMPTY_BYTES), '"sip:bob@parlance.test"');
  assert.equal(await world.until(documents.remove({ ...INDEX, node: bob })), true);
  const whole = await world.until(documents.read(INDEX));
  assert.match(utf8Text(whole?.content ?? EMPTY_BYTES), /<list name="friends">\s*<\/list>/);
});

const EMPTY_BYTES = new Uint8Array(0);

test("what does not fit is refused with its reason, as a value to act on (RFC 4825 §11)", async (t) => {
  const world = await worldFor(t);
  const { documents } = await world.client("alice");
  const why = async (place: typeof INDEX & { node?: string }, text: string) => {
    try {
      await world.until(documents.write(place, utf8Bytes(text)));
      return "written";
    } catch (error) {
      assert.ok(error instanceof DocumentConflict);
      assert.deepEqual([error.code, error.status], ["conflict", 409]);
      return error.conflict.kind;
    }
  };
  assert.equal(await why(INDEX, "<resource-lists"), "not-well-formed");
  assert.equal(await why(INDEX, "<other/>"), "schema-validation-error");
  assert.equal(await why({ ...INDEX, node: bob }, '<entry uri="sip:x@y"/>'), "no-parent");
  await world.until(documents.write(INDEX, utf8Bytes(EMPTY)));
  assert.equal(await why({ ...INDEX, node: bob }, '<entry uri="sip:x@y"/>'), "cannot-insert");
  const twice = EMPTY.replace("/>", '/><list name="friends"/>');
  assert.equal(await why(INDEX, twice), "uniqueness-failure");
});

test("a version that is no more is not written over (RFC 4825 §7.11)", async (t) => {
  const world = await worldFor(t);
  const { documents } = await world.client("alice");
  const { etag } = await world.until(documents.write(INDEX, utf8Bytes(EMPTY), { ifNone: true }));
  const other = utf8Bytes(EMPTY.replace("friends", "others"));
  const again = documents.write(INDEX, other, { ifNone: true });
  assert.equal(await world.until(codeOf(again)), "changed meanwhile");
  await world.until(documents.write(INDEX, other, { ifEtag: etag }));
  const late = documents.write(INDEX, utf8Bytes(EMPTY), { ifEtag: etag });
  assert.equal(await world.until(codeOf(late)), "changed meanwhile");
  assert.equal(
    await world.until(codeOf(documents.remove(INDEX, { ifEtag: etag }))),
    "changed meanwhile",
  );
});

test("changes of two devices at once are both there in the end", async (t) => {
  const world = await worldFor(t);
  const devices = [await world.client("alice"), await world.client("alice", { device: "second" })];
  const names = Array.from({ length: 8 }, (_, at) => `list-${at}`);
  const added = names.map((name, at) =>
    devices[at % 2]?.documents.change(INDEX, (before) => {
      const text = utf8Text(before ?? utf8Bytes(EMPTY));
      return utf8Bytes(
        text.replace("</resource-lists>", `<list name="${name}"/></resource-lists>`),
      );
    }),
  );
  await world.until(Promise.all(added));
  const read = await world.until(devices[0]?.documents.read(INDEX) ?? Promise.reject());
  const text = utf8Text(read?.content ?? EMPTY_BYTES);
  for (const name of names) assert.ok(text.includes(`"${name}"`), name);
});

test("an edit that throws or changes nothing writes nothing", async (t) => {
  const world = await worldFor(t);
  const { documents } = await world.client("alice");
  const { etag } = await world.until(documents.write(INDEX, utf8Bytes(EMPTY)));
  const thrown = documents.change(INDEX, () => {
    throw new RangeError("not so");
  });
  await assert.rejects(world.until(thrown), RangeError);
  await world.until(documents.change(INDEX, (before) => before));
  assert.equal((await world.until(documents.read(INDEX)))?.etag, etag);
  assert.equal(await world.until(documents.change(INDEX, () => undefined)), undefined);
  assert.equal(await world.until(documents.read(INDEX)), undefined);
});

test("who may not, and where nobody is, is told apart", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const foreign = { ...INDEX, owner: world.address("bob") };
  assert.equal(await world.until(codeOf(alice.documents.read(foreign))), "refused");
  await assert.rejects(
    world.until(alice.documents.read({ usage: "..", name: "index" })),
    TypeError,
  );
  await assert.rejects(
    world.until(alice.documents.write({ usage: "x", name: "y" }, EMPTY_BYTES)),
    TypeError,
  );
  const unknown = alice.documents.write({ usage: "x", name: "y" }, EMPTY_BYTES, { type: "a/b" });
  assert.equal(await world.until(codeOf(unknown)), "not found");
  const wrong = await world.client("bob", { documents: "https://elsewhere.test/xcap" });
  assert.equal(await world.until(codeOf(wrong.documents.read(INDEX))), "offline");
  world.crashServer();
  assert.equal(await world.until(codeOf(alice.documents.read(INDEX))), "offline");
});

test("places are written as URIs want them (RFC 4825 §6)", () => {
  const self = "sip:alice@parlance.test";
  const path = (place: Parameters<typeof pathOf>[0]) => pathOf(place, self);
  assert.equal(path(INDEX), "resource-lists/users/sip:alice@parlance.test/index");
  assert.equal(
    path({ ...INDEX, node: bob }),
    "resource-lists/users/sip:alice@parlance.test/index/~~/resource-lists/list%5B@name=%22friends%22%5D/entry%5B@uri=%22sip:bob@parlance.test%22%5D",
  );
  assert.equal(
    path({ ...INDEX, name: "ä b", node: "a:x", prefixes: { a: "urn:(x)^" } }),
    "resource-lists/users/sip:alice@parlance.test/%C3%A4%20b/~~/a:x?xmlns(a=urn%3A%5E(x%5E)%5E%5E)",
  );
  for (const name of ["", ".", "..", "a/b"])
    assert.throws(() => path({ ...INDEX, name }), TypeError);
  assert.throws(() => path({ ...INDEX, node: "x", prefixes: { "1": "urn:x" } }), TypeError);
});

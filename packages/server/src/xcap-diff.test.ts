/** Watching documents through the running server. RFC 5875, RFC 5874 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXcapDiff, XCAP_DIFF_TYPE, type XcapDiff } from "@parlance/formats";
import type { SipResponse } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { DOMAIN, type Phone, type PhoneOptions, World } from "./core/world.test.ts";
import { Keeper } from "./testing/keeper.test.ts";

const ME = `sip:bob@${DOMAIN}`;
const INDEX = `resource-lists/users/${ME}/index`;
const FRIENDS = `${INDEX}/~~/resource-lists/list%5b@name=%22friends%22%5d`;
const entry = (who: string) => `<entry uri="sip:${who}@${DOMAIN}"/>`;
const friends = (...who: readonly string[]) =>
  `<list name="friends">${who.map(entry).join("")}</list>`;

async function watching(
  uris: readonly string[],
  processing = "",
  more: PhoneOptions = {},
): Promise<{ world: World; bob: Phone; keeper: Keeper; answer: SipResponse }> {
  const world = await World.open();
  const bob = world.phone("bob", more);
  await bob.register();
  const keeper = new Keeper(world, "bob");
  await keeper.lists(friends("alice"));
  const answer = await subscribe(bob, uris, processing);
  await world.settle();
  return { world, bob, keeper, answer };
}

function subscribe(
  phone: Phone,
  uris: readonly string[],
  processing = "",
  to = phone.address,
): Promise<SipResponse> {
  const entries = uris.map((uri) => `<entry uri="${uri}"/>`).join("");
  const list = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`;
  return phone.request("SUBSCRIBE", to, (edit) => {
    edit.setText("Event", `xcap-diff${processing}`).setText("Expires", "600");
    edit.setText("Contact", `<${phone.contact}>`).setText("Accept", XCAP_DIFF_TYPE);
    edit.body(utf8Bytes(list), "application/resource-lists+xml");
  });
}

function documents(phone: Phone): readonly XcapDiff[] {
  return phone.received
    .filter(({ method }) => method === "NOTIFY")
    .map(({ body }) => {
      const read = parseXcapDiff(body);
      assert.ok(read.ok, utf8Text(body));
      return read.value;
    });
}

/** What each NOTIFY tells, tags as letters in the order of their coming. */
function told(phone: Phone): readonly (readonly string[])[] {
  const letters = new Map<string, string>();
  const letter = (etag: string | undefined) => {
    if (etag === undefined) return "-";
    const known = letters.get(etag) ?? String.fromCharCode(97 + letters.size);
    letters.set(etag, known);
    return known;
  };
  return documents(phone).map(({ changes }) =>
    changes.map((change) => {
      if (change.kind === "attribute") return change.exists ? `@ ${change.value}` : "@ gone";
      if (change.kind === "element") {
        const { exists, content } = change;
        if (!exists) return "<> gone";
        return content === undefined ? "<> there" : utf8Text(content);
      }
      const { sel, previousEtag, newEtag, patch } = change;
      const name = sel.split("/").at(-1) ?? "";
      return [name, letter(previousEtag), letter(newEtag), ...patch.map((one) => one.do)].join(" ");
    }),
  );
}

const add = (keeper: Keeper, who: string) =>
  keeper.put(
    `${FRIENDS}/entry%5b@uri=%22sip:${who}@${DOMAIN}%22%5d`,
    entry(who),
    "application/xcap-el+xml",
  );

test("the first NOTIFY names what there is, those after it what has changed (RFC 5875 §4.7)", async () => {
  const { world, bob, keeper, answer } = await watching([INDEX, `${INDEX}-absent`]);
  assert.equal(answer.status, 200);
  const [first] = documents(bob);
  assert.equal(first?.root, `https://${DOMAIN}/xcap/`);
  assert.equal(first?.changes[0]?.sel, INDEX);
  await add(keeper, "carol");
  await world.settle();
  await keeper.remove(INDEX);
  await world.settle();
  await keeper.lists(friends());
  await world.settle();
  assert.deepEqual(told(bob), [["index - a"], ["index a b"], ["index b -"], ["index - c"]]);
});

test("with xcap-patching each change comes as a patch, in its order (§4.3)", async () => {
  const { world, bob, keeper } = await watching([INDEX], ";diff-processing=xcap-patching");
  await add(keeper, "carol");
  await add(keeper, "dave");
  await world.settle();
  await keeper.remove(`${FRIENDS}/entry%5b@uri=%22sip:dave@${DOMAIN}%22%5d`);
  await world.settle();
  assert.deepEqual(told(bob).flat(), [
    "index - a",
    "index a b add",
    "index b c add",
    "index c d remove",
  ]);
});

test("changes that come while a NOTIFY is on its way are told together; without patches as one", async () => {
  const { world, bob, keeper } = await watching([INDEX]);
  bob.answer = () => 100;
  await add(keeper, "carol");
  await world.settle();
  await add(keeper, "dave");
  await add(keeper, "erin");
  await world.settle();
  assert.deepEqual(told(bob), [["index - a"], ["index a b"]]);
});

test("a part of a document is told as it is now, when it comes and when it goes (§4.1)", async () => {
  const dave = `${FRIENDS}/entry%5b@uri=%22sip:dave@${DOMAIN}%22%5d`;
  const { world, bob, keeper } = await watching([dave, `${FRIENDS}/@name`]);
  await add(keeper, "carol"); // nothing that is watched
  await world.settle();
  await add(keeper, "dave");
  await world.settle();
  await keeper.remove(dave);
  await world.settle();
  assert.deepEqual(told(bob), [["@ friends"], [entry("dave")], ["<> gone"]]);
});

test("a collection holds what comes into it, and nothing of others (§4.1)", async () => {
  const { world, bob, keeper } = await watching([
    `resource-lists/users/${ME}/`,
    "org.openmobilealliance.groups/",
    `resource-lists/users/sip:alice@${DOMAIN}/index`,
  ]);
  const alice = new Keeper(world, "alice");
  await alice.lists(friends("bob"));
  await alice.group("pool", `<list>${entry("bob")}</list>`);
  await world.settle();
  await keeper.group("lake", `<list>${entry("alice")}</list>`);
  await world.settle();
  assert.deepEqual(told(bob), [["index - a"], ["lake - b"]]);
  const [, second] = documents(bob);
  assert.equal(second?.changes[0]?.sel, `org.openmobilealliance.groups/users/${ME}/lake`);
});

test("nobody watches documents of others, or without a list that can be read", async () => {
  const { world, bob } = await watching([INDEX]);
  const alice = world.phone("alice");
  await alice.register();
  assert.equal((await subscribe(alice, [INDEX], "", bob.address)).status, 403);
  assert.equal((await subscribe(alice, [INDEX])).status, 200);
  await world.settle();
  assert.deepEqual(told(alice), [[]]);
  const many = Array.from({ length: 101 }, (_, at) => `${INDEX}-${at}`);
  assert.equal((await subscribe(bob, many)).status, 403);
  const bare = await bob.request("SUBSCRIBE", bob.address, (edit) =>
    edit.setText("Event", "xcap-diff").setText("Contact", `<${bob.contact}>`),
  );
  assert.equal(bare.status, 400);
});

test("what does not fit into a datagram is told without its content, and in pieces", async () => {
  const { world, bob, keeper } = await watching(
    [`resource-lists/users/${ME}/`, FRIENDS],
    ";diff-processing=xcap-patching",
    { transport: "UDP" },
  );
  const names = Array.from({ length: 30 }, (_, at) => `user-with-a-long-name-${at}`);
  await keeper.lists(friends(...names));
  await world.settle();
  for (const { body } of bob.received) assert.ok(body.length < 1_000, String(body.length));
  assert.deepEqual(told(bob).slice(1).flat(), ["index a b", "<> there"]);
});

test("who loses his account, or its password, is told nothing more", async () => {
  const { world } = await watching([INDEX]);
  assert.equal(world.server.stats.subscriptions, 1);
  await world.server.admin.users.setPassword("bob", "another");
  await world.settle();
  assert.equal(world.server.stats.subscriptions, 0);
});

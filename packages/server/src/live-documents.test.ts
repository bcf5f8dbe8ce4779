/** Rules and groups that users keep, obeyed from the moment in which they are kept. OMA IM 16, 17.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Build, DOMAIN, type Phone, World } from "./core/world.test.ts";
import { inSession, two } from "./session-world.test.ts";
import { ConferenceWorld, told } from "./testing/conference-world.test.ts";
import { Keeper } from "./testing/keeper.test.ts";

const REJECT = "<actions><p:allow-invite>reject</p:allow-invite></actions>";
const from = (...who: readonly string[]) =>
  `<identity>${who.map((name) => `<one id="sip:${name}@${DOMAIN}"/>`).join("")}</identity>`;

const LIST = (name: string) =>
  `https://${DOMAIN}/xcap/resource-lists/users/sip:bob@${DOMAIN}/index/~~/resource-lists/list%5b@name=%22${name}%22%5d`;
const entries = (...who: readonly string[]) =>
  who.map((name) => `<entry uri="sip:${name}@${DOMAIN}"/>`).join("");

async function three(): Promise<{
  world: World;
  alice: Phone;
  bob: Phone;
  carol: Phone;
  keeper: Keeper;
}> {
  const world = await World.open();
  const [alice, bob, carol] = [world.phone("alice"), world.phone("bob"), world.phone("carol")];
  for (const phone of [alice, bob, carol]) await phone.register();
  return { world, alice, bob, carol, keeper: new Keeper(world, "bob") };
}

const anonymous: Build = (edit) => edit.setText("Privacy", "id");

async function tries(bob: Phone, ...phones: readonly Phone[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const phone of phones) statuses.push((await phone.message(bob.address, "hi")).status);
  return statuses;
}

test("a block holds from the answer on that keeps it, in one call, and ends in one (OMA IM 16.2)", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  await keeper.rules(`<conditions>${from("alice")}</conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice, carol), [403, 200]);
  const refused = await alice.message(bob.address, "why");
  assert.equal(refused.has("Warning"), false); // the rule is not told
  await bob.hangUp();
  assert.deepEqual(await tries(bob, alice, carol), [403, 202]);
  assert.deepEqual(
    world.stores.image().deferred.map(({ originator }) => originator),
    [carol.address],
  );
  await keeper.remove("org.openmobilealliance.access-rules/users/ME/access-rules");
  assert.deepEqual(await tries(bob, alice), [202]);
});

test("a block list is one entry more or less in a list that the rules name (OMA IM 17.4)", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  await keeper.lists(`<list name="blocked">${entries("mallory")}</list>`);
  const named = `<conditions><o:external-list><o:entry anc="${LIST("blocked")}"/></o:external-list></conditions>`;
  await keeper.rules(`${named}${REJECT}`);
  assert.deepEqual(await tries(bob, alice, carol), [200, 200]);
  const entry = `resource-lists/users/ME/index/~~/resource-lists/list%5b@name=%22blocked%22%5d/entry%5b@uri=%22sip:alice@${DOMAIN}%22%5d`;
  await keeper.put(entry, entries("alice"), "application/xcap-el+xml");
  assert.deepEqual(await tries(bob, alice, carol), [403, 200]);
  await world.start({}, world.crash());
  for (const phone of [alice, bob, carol]) {
    phone.connect();
    await phone.register();
  }
  assert.deepEqual(await tries(bob, alice, carol), [403, 200]);
  await keeper.remove(entry);
  assert.deepEqual(await tries(bob, alice), [200]);
});

test("every condition is asked anew for each request (RFC 4745 §7, OMA IM 16.2)", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  await keeper.rules(`<conditions><o:anonymous-request/></conditions>${REJECT}`);
  assert.equal((await alice.message(bob.address, "hidden", anonymous)).status, 403);
  assert.deepEqual(await tries(bob, alice), [200]);
  // Who hides is none of those whom a rule names.
  await keeper.rules(`<conditions>${from("alice")}</conditions>${REJECT}`);
  assert.equal((await alice.message(bob.address, "hidden", anonymous)).status, 200);
  const others = `<conditions><o:other-identity/></conditions>${REJECT}`;
  await keeper.rules(
    others,
    `<conditions>${from("carol")}</conditions><actions><p:allow-invite>pass</p:allow-invite></actions>`,
  );
  assert.deepEqual(await tries(bob, alice, carol), [403, 200]);
  const many = `<identity><many domain="${DOMAIN}"><except id="sip:carol@${DOMAIN}"/></many></identity>`;
  await keeper.rules(`<conditions>${many}</conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice, carol), [403, 200]);
  const at = (ms: number) => new Date(world.clock.now() + ms).toISOString();
  const soon = `<validity><from>${at(10_000)}</from><until>${at(20_000)}</until></validity>`;
  await keeper.rules(`<conditions>${soon}</conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice), [200]);
  await world.clock.pass(10_000);
  assert.deepEqual(await tries(bob, alice), [403]);
  await world.clock.pass(10_000);
  assert.deepEqual(await tries(bob, alice), [200]);
  await keeper.rules(`<conditions><sphere value="work"/></conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice), [200]);
  const files = "<x:media-list><x:file-transfer/></x:media-list>";
  await keeper.rules(`<conditions>${files}</conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice), [200]);
  const pager = "<x:media-list><x:pager-mode-message/></x:media-list>";
  await keeper.rules(`<conditions>${pager}</conditions>${REJECT}`);
  assert.deepEqual(await tries(bob, alice), [403]);
  assert.deepEqual(await tries(bob, world.phone("bob")), [200]); // his other device
});

test("what is allowed adds up, and a rejection goes before it (D-22)", async () => {
  const { alice, bob, keeper } = await three();
  const accept = "<actions><p:allow-invite>accept</p:allow-invite></actions>";
  await keeper.rules(REJECT, accept);
  assert.deepEqual(await tries(bob, alice), [200]);
  await keeper.rules(
    accept,
    "<actions><x:allow-reject-invite>true</x:allow-reject-invite></actions>",
  );
  assert.deepEqual(await tries(bob, alice), [403]);
  await keeper.rules('<actions><x:allow-offline-storage x:allow="false"/></actions>');
  assert.deepEqual(await tries(bob, alice), [200]);
  await bob.hangUp();
  assert.deepEqual(await tries(bob, alice), [480]);
});

test("rules are about sessions as well: refused, ringing, or answered at once (OMA IM 9.3)", async () => {
  const { alice, bob, world, settle } = await two();
  const keeper = new Keeper(world, "bob");
  bob.automatic = false;
  const asked = async () => {
    alice.invite(`sip:bob@${DOMAIN}`);
    await settle();
    const mode = bob.incoming?.request.text("Answer-Mode");
    bob.incoming?.refuse(486);
    await settle();
    const failure = alice.failures.at(-1);
    return [failure?.kind === "refused" && failure.response.status, mode];
  };
  assert.deepEqual(await asked(), [486, undefined]);
  await keeper.rules("<actions><p:allow-invite>accept</p:allow-invite></actions>");
  assert.deepEqual(await asked(), [486, "Auto"]);
  const sessions = "<x:media-list><x:message-session/></x:media-list>";
  await keeper.rules(`<conditions>${sessions}</conditions>${REJECT}`);
  assert.equal((await asked())[0], 403);
});

test("a block ends the session that runs with the one who is blocked, whoever has called, and tells nobody why", async () => {
  for (const [blocker, other] of [
    ["bob", "alice"],
    ["alice", "bob"],
  ] as const) {
    const made = await inSession();
    const { world, settle } = made;
    const [own, blocked] = [made[blocker], made[other]];
    const keeper = new Keeper(world, blocker);
    await keeper.rules(`<conditions>${from("carol")}</conditions>${REJECT}`);
    await settle();
    blocked.device.say(blocked.peerPath, "still welcome");
    assert.deepEqual(own.device.texts, ["still welcome"]);
    await keeper.rules(`<conditions>${from("carol", other)}</conditions>${REJECT}`);
    await settle();
    assert.equal(world.server.stats.sessions, 0);
    for (const { ends } of [own, blocked]) {
      assert.deepEqual(
        ends.map((end) => end.by === "peer" && end.reasons),
        [[]],
      );
    }
    const late = blocked.device.say(blocked.peerPath, "why?");
    assert.equal(blocked.device.responses.at(-1), `${late} 481`);
    assert.deepEqual(own.device.texts, ["still welcome"]);
  }
});

test("a block ends a call that rings yet, and not one that its rules are not about", async () => {
  const { alice, bob, world, phone, settle } = await two();
  const carol = await phone("carol");
  carol.invite(`sip:bob@${DOMAIN}`);
  await settle();
  bob.automatic = false;
  alice.invite(`sip:bob@${DOMAIN}`);
  await settle();
  bob.incoming?.ring();
  await settle();
  assert.equal(world.server.stats.sessions, 2);
  const files = `<conditions>${from("carol")}<x:media-list><x:file-transfer/></x:media-list></conditions>${REJECT}`;
  await new Keeper(world, "bob").rules(`<conditions>${from("alice")}</conditions>${REJECT}`, files);
  await settle();
  assert.equal(bob.cancelled, 1);
  assert.equal(alice.failures.length, 1);
  assert.deepEqual([carol.ends.length, world.server.stats.sessions], [0, 1]);
});

test("a list that grows ends whom it blocks now; whom a user called in spite of his rules stays", async () => {
  const { alice, bob, world, phone, settle } = await two();
  const carol = await phone("carol");
  const keeper = new Keeper(world, "bob");
  await keeper.lists(`<list name="blocked">${entries("alice")}</list>`);
  const named = `<conditions><o:external-list><o:entry anc="${LIST("blocked")}"/></o:external-list></conditions>`;
  await keeper.rules(`${named}${REJECT}`);
  bob.invite(`sip:alice@${DOMAIN}`);
  carol.invite(`sip:bob@${DOMAIN}`);
  await settle();
  assert.equal(world.server.stats.sessions, 2);
  await keeper.lists(`<list name="blocked">${entries("alice", "carol")}</list>`);
  await settle();
  assert.deepEqual([alice.ends.length, carol.ends.length], [0, 1]);
});

test("what an operator says holds where no rule does", async () => {
  const world = await World.open({ access: { invite: "refuse" } });
  const [alice, bob] = [world.phone("alice"), world.phone("bob")];
  for (const phone of [alice, bob]) await phone.register();
  assert.deepEqual(await tries(bob, alice, world.phone("bob")), [403, 200]);
  const pass = "<actions><p:allow-invite>pass</p:allow-invite></actions>";
  await new Keeper(world, "bob").rules(`<conditions>${from("alice")}</conditions>${pass}`);
  assert.deepEqual(await tries(bob, alice, world.phone("carol")), [200, 403]);
});

test("a group that is kept takes messages at once, from its members and for them (OMA IM 17.3)", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  const pool = `sip:pool@${DOMAIN}`;
  const write = async (phone: Phone) => {
    const { status } = await phone.message(pool, "hi all");
    await world.clock.pass(100);
    return status;
  };
  assert.equal(await write(alice), 404);
  await keeper.group("pool", `<list>${entries("alice", "bob")}</list>`);
  assert.equal(await write(alice), 202);
  assert.deepEqual([bob.received.length, carol.received.length], [1, 0]);
  assert.equal(await write(carol), 403);
  await keeper.put(
    `org.openmobilealliance.groups/users/ME/pool/~~/group/list-service/list/entry%5b@uri=%22${carol.address}%22%5d`,
    entries("carol"),
    "application/xcap-el+xml",
  );
  assert.equal(await write(carol), 202);
  await world.start({}, world.crash());
  for (const phone of [alice, bob, carol]) {
    phone.connect();
    await phone.register();
  }
  assert.equal(await write(carol), 202);
  await keeper.remove("org.openmobilealliance.groups/users/ME/pool");
  assert.equal(await write(carol), 404);
});

test("lists elsewhere belong to a group, and change it as they change (OMA IM 17.4)", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  await keeper.lists(`<list name="friends">${entries("alice")}</list>`);
  await keeper.group("pool", `<list><external anchor="${LIST("friends")}"/></list>`);
  const write = async (phone: Phone) => {
    const { status } = await phone.message(`sip:pool@${DOMAIN}`, "hi");
    await world.settle();
    return status;
  };
  assert.deepEqual([await write(alice), await write(carol), await write(bob)], [202, 403, 202]);
  await keeper.lists(`<list name="friends">${entries("carol")}</list>`);
  assert.deepEqual([await write(alice), await write(carol)], [403, 202]);
});

test("a session of a group obeys its document as it changes, and ends with it (OMA IM 16.6, 17.3)", async () => {
  const world = await ConferenceWorld.open();
  const keeper = new Keeper(world.world, "alice");
  const pool = `sip:pool@${DOMAIN}`;
  await keeper.group(
    "pool",
    `<display-name>Pool</display-name><list>${entries("alice", "bob")}</list>`,
  );
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  const join = async (one: typeof alice) => {
    one.phone.invite(pool);
    await world.settle();
    const failure = one.phone.failures.at(-1);
    return one.phone.call === undefined && failure?.kind === "refused"
      ? failure.response.status
      : 200;
  };
  assert.deepEqual([await join(alice), await join(bob), await join(carol)], [200, 200, 403]);
  await alice.watch();
  await world.settle();
  assert.deepEqual(told(alice.documents[0]), [
    `sip:alice@${DOMAIN} connected own`,
    `sip:bob@${DOMAIN} connected`,
  ]);
  await keeper.group("pool", `<list>${entries("alice", "carol")}</list>`);
  assert.equal(await join(carol), 200);
  await world.pass(1_000);
  assert.equal(bob.phone.ends.length, 1); // who is off its list is out of it
  await keeper.remove("org.openmobilealliance.groups/users/ME/pool");
  await world.settle();
  assert.deepEqual(
    [alice, bob, carol].map(({ phone }) => phone.ends.length),
    [1, 1, 1],
  );
  assert.equal(world.world.server.stats.conferences, 0);
});

const WORDS = 'xmlns="urn:parlance:group"';

test("who may write in a group is what its document says, also in the session that runs and for what is written to it", async () => {
  const world = await ConferenceWorld.open();
  const keeper = new Keeper(world.world, "alice");
  const pool = `sip:pool@${DOMAIN}`;
  const list = `<list>${entries("alice", "bob", "carol")}</list>`;
  await keeper.group("pool", list);
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  for (const one of [alice, bob]) {
    one.phone.invite(pool);
    await world.settle();
    one.connect();
    await world.settle();
  }
  await alice.watch();
  const says = async (one: typeof alice): Promise<string | undefined> => {
    const content = `From: <${one.below.address}>\r\nTo: <${pool}>\r\n\r\nContent-Type: text/plain\r\n\r\nhi`;
    one.phone.device.say(one.phone.peerPath, content, { type: "message/cpim" });
    await world.settle();
    return one.phone.device.responses.at(-1)?.split(" ")[1];
  };
  const writes = async (one: typeof alice): Promise<number> =>
    (await one.below.message(pool, "hi")).status;
  const rolesOf = (document: (typeof alice.documents)[number] | undefined) =>
    document?.users?.users.map(({ entity, roles }) => `${entity} ${roles.join()}`);
  assert.deepEqual([await says(alice), await says(bob), await writes(bob)], ["200", "200", 202]);
  for (const said of [
    `<readers ${WORDS}><entry uri="sip:bob@${DOMAIN}"/></readers>`,
    `<writers ${WORDS}>moderators</writers>`,
  ]) {
    await keeper.group("pool", `${list}${said}`);
    await world.pass(1_000);
    assert.ok(rolesOf(alice.documents.at(-1))?.includes(`sip:bob@${DOMAIN} reader`));
    assert.deepEqual([await says(alice), await says(bob)], ["200", "403"]);
    assert.deepEqual([await writes(alice), await writes(bob)], [202, 403]);
    await keeper.group("pool", list);
    await world.pass(1_000);
    assert.ok(rolesOf(alice.documents.at(-1))?.includes(`sip:bob@${DOMAIN} `));
    assert.equal(await says(bob), "200");
  }
});

test("who may write is refused where it is nonsense, or more than a group may hold", async () => {
  const { keeper } = await three();
  const many = Array.from({ length: 201 }, (_, at) => `<entry uri="sip:u${at}@${DOMAIN}"/>`);
  for (const wrong of [
    `<writers ${WORDS}>nobody</writers>`,
    `<readers ${WORDS}><entry/></readers>`,
    `<readers ${WORDS}>${many.join("")}</readers>`,
  ]) {
    await assert.rejects(keeper.group("pool", wrong), /^AssertionError.*409/);
  }
});

test("with an account its documents go, its groups and its rules", async () => {
  const { world, alice, bob, carol, keeper } = await three();
  await keeper.group("pool", `<list>${entries("alice", "carol")}</list>`);
  await keeper.rules(`<conditions>${from("carol")}</conditions>${REJECT}`);
  await world.server.admin.users.remove("bob");
  assert.deepEqual(world.stores.image().documents, []);
  assert.equal((await alice.message(`sip:pool@${DOMAIN}`, "hi")).status, 404);
  await world.server.admin.users.add({ name: "bob", password: "bob-secret" });
  assert.deepEqual(await tries(bob, carol), [202]);
});

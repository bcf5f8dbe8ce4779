/** Service settings as their user sees them: set on one device, seen on all, kept over cuts and restarts. OMA IM 5.2.4 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseMessage, SipRequest } from "@parlance/sip";
import type { World, WorldClientOptions } from "@parlance/testkit";
import { utf8Text } from "@parlance/wire";
import type { ImClient } from "../client.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { ServiceSettings } from "./service-settings.ts";

const USUAL: ServiceSettings = {
  barSessions: false,
  barMessages: false,
  barFiles: false,
  visible: true,
  pushDeferred: true,
  keepSessions: false,
  keepMessages: false,
};

/** A client, and every PUBLISH that it sends from the start. */
async function publishing(
  world: World,
  name: string,
  options: WorldClientOptions = {},
): Promise<{ readonly client: ImClient; readonly published: readonly SipRequest[] }> {
  const published: SipRequest[] = [];
  const client = await world.client(name, {
    ...options,
    trace: (step) => {
      const bytes = step.protocol === "sip" && step.direction === "out" ? step.message : undefined;
      const read = bytes instanceof Uint8Array ? parseMessage(bytes) : undefined;
      if (read?.ok !== true || !(read.value instanceof SipRequest)) return;
      if (read.value.method === "PUBLISH") published.push(read.value);
    },
  });
  return { client, published };
}

async function alone(t: TestContext): Promise<{ readonly world: World; readonly bob: ImClient }> {
  const world = await worldFor(t);
  return { world, bob: await world.client("bob") };
}

function seen(client: ImClient): ServiceSettings[] {
  const all: ServiceSettings[] = [];
  client.on("settings", (settings) => all.push(settings));
  return all;
}

test("what is set holds for the next request, and the server says what holds (IM-5.2.4-P1, IM-5.2.4-K1, IM-5.2.4-08b)", async (t) => {
  const { world, bob } = await alone(t);
  const alice = await world.client("alice", { sessions: { mode: "never" } });
  assert.deepEqual(await world.until(bob.settings.get()), USUAL);
  const after = await world.until(bob.settings.set({ barMessages: true }));
  assert.deepEqual(after, { ...USUAL, barMessages: true });
  const barred = alice.send(bob.address, "barred");
  assert.equal(await world.until(codeOf(barred.accepted)), "not reachable");
  await world.until(bob.settings.set({ barMessages: false }));
  await world.until(alice.send(bob.address, "heard").delivered);
  assert.deepEqual(await world.until(bob.settings.get()), USUAL);
});

test("each of the seven settings reaches the server, and comes back as it was said (IM-5.2.4-08a, IM-5.2.4-08c, IM-5.2.4-08d, IM-5.2.4-08e, IM-5.2.4-08f, IM-5.2.4-08g)", async (t) => {
  const { world, bob } = await alone(t);
  const second = await world.client("bob", { device: "second" });
  const changes: readonly Partial<ServiceSettings>[] = [
    { barSessions: true },
    { barMessages: true },
    { barFiles: true },
    { visible: false },
    { pushDeferred: false },
    { keepSessions: true },
    { keepMessages: true },
  ];
  let expected = USUAL;
  for (const change of changes) {
    expected = { ...expected, ...change };
    assert.deepEqual(await world.until(bob.settings.set(change)), expected);
  }
  assert.deepEqual(await world.until(second.settings.get()), expected);
  assert.deepEqual(await world.until(bob.settings.set(USUAL)), USUAL);
  await world.run(2_000);
  assert.deepEqual(await world.until(second.settings.get()), USUAL);
});

test("who changes one setting after another, without waiting for the server, changes both", async (t) => {
  const { world, bob } = await alone(t);
  const second = await world.client("bob", { device: "second" });
  await world.until(bob.settings.get());
  const first = bob.settings.set({ keepMessages: true });
  await world.until(bob.settings.set({ keepSessions: true }));
  await world.until(first);
  const both = { ...USUAL, keepMessages: true, keepSessions: true };
  assert.deepEqual(await world.until(bob.settings.get()), both);
  await world.run(2_000);
  assert.deepEqual(await world.until(second.settings.get()), both);
});

test("the PUBLISH is as the clause wants it, and goes by the way of the network (IM-5.2.4-01, IM-5.2.4-02, IM-5.2.4-03, IM-5.2.4-04, IM-5.2.4-05, IM-5.2.4-06, IM-5.2.4-07, IM-5.2.4-08, IM-5.2.4-09, IM-5.2.4-X1)", async (t) => {
  const route = "<sip:192.0.2.1:5060;lr>";
  const world = await worldFor(t, { server: { core: { serviceRoute: [route] } } });
  const { client, published } = await publishing(world, "bob");
  await world.until(client.settings.set({ visible: false }));
  const [request] = published;
  assert.ok(request);
  const texts = ["Accept-Contact", "Event", "Expires", "P-Preferred-Identity", "Route"];
  assert.deepEqual(
    texts.map((name) => request.text(name)),
    ["*;+g.oma.sip-im", "poc-settings", "600000", "<sip:bob@parlance.test>", route],
  );
  assert.match(request.text("User-Agent") ?? "", /^IM-client\/OMA1\.0/);
  assert.equal(request.text("Content-Type"), "application/poc-settings+xml");
  assert.match(utf8Text(request.body), /<im:vis-status active="false"\/>/);
  assert.equal(request.uri.kind === "sip" && request.uri.user, "bob");
});

test("a publication is refreshed by its tag for as long as the client runs (IM-5.2.4-P1, RFC 3903 §4.1)", async (t) => {
  const limits = { maxPublicationSeconds: 3_600 };
  const world = await worldFor(t, { server: { limits } });
  const { client, published } = await publishing(world, "bob");
  await world.until(client.settings.set({ barSessions: true }));
  await world.run(3 * 3_600_000); // longer than it was given
  const refreshes = published.slice(1).filter(({ body }) => body.length === 0);
  assert.ok(refreshes.length >= 1);
  for (const { text } of refreshes.map((one) => ({ text: one.text("SIP-If-Match") }))) {
    assert.match(text ?? "", /^\S{16,}$/);
  }
  assert.equal((await world.until(client.settings.get())).barSessions, true);
});

test("a server that has forgotten it is told anew (RFC 3903 §4.3)", async (t) => {
  const world = await worldFor(t);
  const { client, published } = await publishing(world, "bob");
  await world.until(client.settings.set({ barMessages: true }));
  await world.stores.serviceSettings.remove("bob");
  await world.restartServer();
  await world.until(client.settings.set({ keepMessages: true }));
  const now = await world.until(client.settings.get());
  assert.deepEqual([now.barMessages, now.keepMessages], [true, true]);
  const [first, second, ...others] = published.map((one) => one.text("SIP-If-Match"));
  assert.deepEqual([first, others.at(-1)], [undefined, undefined]); // the last after a 412
  assert.match(second ?? "", /\S/);
});

test("a server that wants longer times gets them (RFC 3903 §4.6)", async (t) => {
  const limits = { minPublicationSeconds: 700_000, maxPublicationSeconds: 800_000 };
  const world = await worldFor(t, { server: { limits } });
  const { client, published } = await publishing(world, "bob");
  await world.until(client.settings.set({ barMessages: true }));
  const times = published.map((one) => one.text("Expires"));
  assert.deepEqual(times, ["600000", "700000"]);
});

test("what another device changes is seen at once (IM-5.2.4-K1, RFC 4354 §5)", async (t) => {
  const { world, bob } = await alone(t);
  const changes = seen(bob);
  await world.run(1_000);
  assert.deepEqual(changes, [USUAL]);
  const second = await world.client("bob", { device: "second" });
  await world.until(second.settings.set({ visible: false, keepMessages: true }));
  await world.run(1_000);
  assert.deepEqual(changes, [USUAL, { ...USUAL, visible: false, keepMessages: true }]);
  // What this one says of other things takes nothing of that back.
  await world.until(bob.settings.set({ barFiles: true }));
  await world.run(1_000);
  const last = { ...USUAL, visible: false, keepMessages: true, barFiles: true };
  assert.deepEqual(changes.at(-1), last);
  assert.deepEqual(await world.until(second.settings.get()), last);
});

test("a device may bar itself alone, and a word for all of them takes that back (IM-5.2.4-08a, D-03)", async (t) => {
  const { world, bob } = await alone(t);
  const second = await world.client("bob", { device: "second" });
  const alice = await world.client("alice", { sessions: { mode: "never" } });
  const [first, other] = [reading(bob), reading(second)];
  await world.until(bob.settings.set({ barMessages: true }, { onlyHere: true }));
  assert.equal((await world.until(second.settings.get())).barMessages, false);
  await world.until(alice.send(bob.address, "for the other").accepted);
  await world.run(1_000);
  assert.deepEqual([first.map(textOf), other.map(textOf)], [[], ["for the other"]]);
  const all = await world.until(bob.settings.set({ barMessages: false }));
  assert.equal(all.barMessages, false);
  await world.until(alice.send(bob.address, "for both").accepted);
  await world.run(1_000);
  assert.deepEqual([first.map(textOf), other.map(textOf).at(-1)], [["for both"], "for both"]);
});

test("settings outlive a cut: what was said meanwhile reaches the server when there is a line again", async (t) => {
  const { world, bob } = await alone(t);
  await world.until(bob.settings.get());
  world.link("bob").silence();
  const said = bob.settings.set({ visible: false });
  await world.run(90_000);
  world.link("bob").restore();
  assert.equal((await world.until(said)).visible, false);
  const second = await world.client("bob", { device: "second" });
  assert.equal((await world.until(second.settings.get())).visible, false);
});

test("the next run of the program goes on with what the one before has set (IM-5.2.4-P1)", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const first = await world.client("bob", { store });
  await world.until(first.settings.set({ barSessions: true }));
  world.kill("bob");
  const { client, published } = await publishing(world, "bob", { store });
  await world.run(2_000);
  assert.equal(published.length, 1);
  assert.equal(published[0]?.body.length, 0);
  await world.until(client.settings.set({ barSessions: false }));
  assert.deepEqual(await world.until(client.settings.get()), USUAL);
});

test("wrong arguments, an end, and a wait that is given up are told apart", async (t) => {
  const { world, bob } = await alone(t);
  const wrong: object = { quiet: true };
  await assert.rejects(world.until(bob.settings.set(wrong)), TypeError);
  await assert.rejects(
    world.until(bob.settings.set({ visible: false }, { onlyHere: true })),
    TypeError,
  );
  world.link("bob").silence();
  const stop = new AbortController();
  const given = codeOf(bob.settings.set({ visible: false }, { signal: stop.signal }));
  await world.run(1_000);
  stop.abort();
  assert.equal(await world.until(given), "aborted");
  const open = codeOf(bob.settings.set({ barFiles: true }));
  await world.until(bob.close());
  assert.equal(await world.until(open), "closed");
  assert.equal(await world.until(codeOf(bob.settings.get())), "closed");
});

test("a client that does not register may set and ask all the same, and is found by nobody", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { sessions: { mode: "never" } });
  await world.until(alice.send(world.address("bob"), "waits").reached("deferred"));
  const asker = await world.client("bob", { registrationSeconds: 0 });
  const shown = reading(asker);
  assert.equal((await world.until(asker.settings.set({ keepMessages: true }))).keepMessages, true);
  await world.until(asker.blocked.add(world.address("carol")));
  await world.run(10_000);
  assert.deepEqual(shown, []);
  await world.until(asker.close());
  const bob = await world.client("bob");
  const all = reading(bob);
  await world.run(10_000);
  assert.deepEqual(all.map(textOf), ["waits"]);
  assert.equal((await world.until(bob.settings.get())).keepMessages, true);
});

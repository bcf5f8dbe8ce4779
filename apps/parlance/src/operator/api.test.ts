/** The operator's API: every route is called, and what it answers is as the document says. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connect, type ImClient } from "@parlance/client/node";
import { type Answer, DOMAIN, OperatorWorld } from "./testing/operator-world.ts";

const WITHIN = { timeout: 60_000 };
const ALICE = { params: { name: "alice" } };
const CAROL = { params: { name: "carol" } };

async function client(t: TestContext, world: OperatorWorld, name: string): Promise<ImClient> {
  const made = await connect({
    user: `sip:${name}@${DOMAIN}`,
    password: `secret of ${name}`,
    server: world.listener("sip"),
  });
  t.after(() => made.close());
  return made;
}

/** Asks until it is so. */
async function until(ask: () => Promise<Answer>, so: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (so(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test(
  "every route answers as its document says, and what changes is in the audit log",
  WITHIN,
  async (t) => {
    const world = await OperatorWorld.open(t, ["limits.connections=321"]);
    const ask = world.ask.bind(world);
    const alice = await client(t, world, "alice");
    const bob = await client(t, world, "bob");

    // Accounts.
    const made = await ask("POST", "/users", {
      body: { name: "dave", password: "secret of dave" },
    });
    assert.deepEqual([made.status, made.body.address], [201, `sip:dave@${DOMAIN}`]);
    const dave = { params: { name: "dave" } };
    const renamed = await ask("PATCH", "/users/{name}", {
      ...dave,
      body: { displayName: "David", identities: ["tel:+15550100"] },
    });
    assert.deepEqual(
      [renamed.body.displayName, renamed.body.identities],
      ["David", [`sip:dave@${DOMAIN}`, "tel:+15550100"]],
    );
    const locked = await ask("PATCH", "/users/{name}", { ...dave, body: { disabled: true } });
    assert.deepEqual([locked.body.disabled, locked.body.displayName], [true, "David"]);
    assert.equal((await ask("GET", "/users/{name}", dave)).body.disabled, true);
    const body = { password: "another one" };
    assert.equal((await ask("PUT", "/users/{name}/password", { ...dave, body })).status, 204);
    const page = await ask("GET", "/users", { query: "?limit=2" });
    assert.deepEqual([page.body.users.length, page.body.next], [2, "bob"]);
    const found = await ask("GET", "/users", { query: "?search=5550" });
    assert.deepEqual(
      found.body.users.map(({ name }: { name: string }) => name),
      ["dave"],
    );
    assert.equal((await ask("DELETE", "/users/{name}", dave)).status, 204);
    const contacts = await ask("GET", "/users/{name}/contacts", ALICE);
    assert.equal(contacts.body.contacts.length, 1);
    const settings = await ask("GET", "/users/{name}/settings", ALICE);
    assert.deepEqual([settings.body.visible, settings.body.offlineDelivery], [true, "push"]);

    // What waits, and what is kept.
    for (const text of ["quiet word 1", "quiet word 2", "quiet word 3"]) {
      await alice.conversation(`sip:carol@${DOMAIN}`).send(text).accepted;
    }
    const waiting = await ask("GET", "/deferred");
    assert.deepEqual(
      waiting.body.users.map(({ user }: { user: string }) => user),
      ["carol"],
    );
    const list = await ask("GET", "/users/{name}/deferred", CAROL);
    assert.equal(list.body.usage.messages, 3);
    assert.match(list.body.messages[0].from, /<sip:alice@im\.example\.com>$/);
    assert.doesNotMatch(JSON.stringify(list.body), /quiet/);
    const one = { params: { name: "carol", id: list.body.messages[0].id } };
    assert.equal((await ask("DELETE", "/users/{name}/deferred/{id}", one)).status, 204);
    assert.equal((await ask("DELETE", "/users/{name}/deferred/{id}", one)).status, 404);
    const rest = await ask("DELETE", "/users/{name}/deferred", CAROL);
    assert.deepEqual(rest.body, { deleted: 2, more: false });
    assert.equal((await ask("GET", "/users/{name}/history", ALICE)).body.held, false);
    assert.equal((await ask("PUT", "/users/{name}/history-hold", ALICE)).status, 204);
    assert.equal((await ask("GET", "/users/{name}/history-hold", ALICE)).body.held, true);
    assert.equal((await ask("DELETE", "/users/{name}/history-hold", ALICE)).status, 204);
    assert.equal((await ask("DELETE", "/users/{name}/history", ALICE)).body.deleted, 0);

    // Groups and rooms.
    const den = { params: { group: "den" } };
    const group = { body: { kind: "group", name: "den", members: ["alice", "bob"] } };
    assert.equal((await ask("POST", "/groups", group)).status, 201);
    assert.equal((await ask("POST", "/groups", group)).body.code, "address taken");
    const renamedGroup = await ask("PATCH", "/groups/{group}", {
      ...den,
      body: { subject: "Rest" },
    });
    assert.equal(renamedGroup.body.subject, "Rest");
    const one3 = { params: { group: "den", address: "carol" } };
    const more = await ask("PUT", "/groups/{group}/members/{address}", one3);
    assert.equal(more.body.members.length, 3);
    const less = await ask("DELETE", "/groups/{group}/members/{address}", one3);
    assert.deepEqual(less.body.members, [`sip:alice@${DOMAIN}`, `sip:bob@${DOMAIN}`]);
    await ask("POST", "/groups", { body: { kind: "room", name: "attic" } });
    const chief = { params: { group: "attic", address: "alice" } };
    const chiefs = await ask("PUT", "/groups/{group}/moderators/{address}", chief);
    assert.deepEqual(chiefs.body.moderators, [`sip:alice@${DOMAIN}`]);
    assert.equal((await ask("DELETE", "/groups/{group}/moderators/{address}", chief)).status, 200);
    const attic = await alice.join(`sip:attic@${DOMAIN}`);
    const inAttic = await ask("GET", "/groups/{group}", { params: { group: "attic" } });
    assert.deepEqual([inAttic.body.kind, inAttic.body.present], ["room", 1]);
    const groups = await ask("GET", "/groups", { query: "?limit=2" });
    assert.deepEqual(
      groups.body.groups.map(({ identity }: { identity: string }) => identity),
      [`sip:attic@${DOMAIN}`, `sip:den@${DOMAIN}`],
    );
    assert.equal(groups.body.next, `sip:den@${DOMAIN}`);
    const left = Promise.withResolvers<void>();
    attic.on("state", (state) => {
      if (state === "left") left.resolve();
    });
    const atticGone = await ask("DELETE", "/groups/{group}", { params: { group: "attic" } });
    assert.equal(atticGone.status, 204);
    await left.promise;
    const fixed = await ask("DELETE", "/groups/{group}", { params: { group: "lobby" } });
    assert.equal(fixed.body.code, "not the operator's group");

    // Sessions.
    const room = await alice.join(`sip:lobby@${DOMAIN}`);
    await bob.join(`sip:lobby@${DOMAIN}`);
    await room.send("good morning").accepted;
    const sessions = await ask("GET", "/sessions");
    const [lobby] = sessions.body.sessions;
    assert.deepEqual([lobby.kind, lobby.group], ["chat room", `sip:lobby@${DOMAIN}`]);
    assert.equal(lobby.participants.length, 2);
    assert.equal(lobby.legs.length, 2);
    const aliceLeg = lobby.legs.find(({ party }: { party: string }) => party.includes("alice"));
    assert.match(aliceLeg.connection, /^tcp 127\.0\.0\.1:\d+$/);
    assert.ok(aliceLeg.received.bytes > 0);
    const inLobby = { id: lobby.id };
    assert.equal((await ask("GET", "/sessions/{id}", { params: inLobby })).body.id, lobby.id);
    assert.equal((await ask("GET", "/users/{name}/sessions", ALICE)).body.sessions[0].id, lobby.id);
    const ofRoom = await ask("GET", "/groups/{group}/session", { params: { group: "lobby" } });
    assert.deepEqual(
      ofRoom.body.participants.map(({ name, roles, muted }: Record<string, unknown>) => [
        name,
        roles,
        muted,
      ]),
      [
        ["alice", ["moderator"], false],
        ["bob", [], false],
      ],
    );
    const about = { params: inLobby, body: { subject: "Quiet please", locked: true } };
    const quiet = (await ask("PATCH", "/sessions/{id}", about)).body;
    assert.deepEqual([quiet.subject, quiet.locked], ["Quiet please", true]);
    const twoLines = { params: inLobby, body: { subject: "a\nb" } };
    const broken = await ask("PATCH", "/sessions/{id}", twoLines);
    assert.deepEqual([broken.status, broken.body.code], [400, "subject not usable"]);
    const bobs = { params: { ...inLobby, address: "bob" } };
    const silent = (await ask("PUT", "/sessions/{id}/muted/{address}", bobs)).body;
    assert.equal(silent.participants[1].muted, true);
    const spoken = (await ask("DELETE", "/sessions/{id}/muted/{address}", bobs)).body;
    assert.equal(spoken.participants[1].muted, false);
    const strangers = { params: { ...inLobby, address: "carol" } };
    const nobodys = await ask("PUT", "/sessions/{id}/muted/{address}", strangers);
    assert.equal(nobodys.body.code, "no such participant");
    const open = { params: inLobby, body: { locked: false } };
    assert.equal((await ask("PATCH", "/sessions/{id}", open)).body.locked, false);
    const expelled = { params: inLobby, body: { address: "bob" } };
    assert.equal((await ask("POST", "/sessions/{id}/expel", expelled)).status, 204);
    const leg = { params: { ...inLobby, leg: aliceLeg.id } };
    assert.equal((await ask("DELETE", "/sessions/{id}/legs/{leg}", leg)).status, 204);
    assert.equal((await ask("DELETE", "/sessions/{id}/legs/{leg}", leg)).status, 404);
    await alice.join(`sip:lobby@${DOMAIN}`);
    assert.equal((await ask("DELETE", "/users/{name}/sessions", ALICE)).body.ended, 1);
    await alice.join(`sip:lobby@${DOMAIN}`);
    const [last] = (await ask("GET", "/sessions")).body.sessions;
    const ended = { params: { id: last.id } };
    assert.equal((await ask("DELETE", "/sessions/{id}", ended)).status, 204);
    assert.equal((await ask("DELETE", "/sessions/{id}", ended)).status, 404);

    // Traces.
    const traced = await ask("POST", "/trace/users", { body: { user: "alice", minutes: 1 } });
    assert.equal(traced.body.user, `sip:alice@${DOMAIN}`);
    assert.equal((await ask("GET", "/trace/users")).body.users.length, 1);
    await alice.conversation(`sip:bob@${DOMAIN}`).send("traced").accepted;
    assert.match((await ask("GET", "/trace", { query: "?user=alice" })).body, /MESSAGE sip:bob@/);
    await world.watch("/trace/live", "?user=alice&past=1", /^event: steps$/m);
    const user = { params: { user: "alice" } };
    assert.equal((await ask("DELETE", "/trace/users/{user}", user)).status, 204);
    assert.equal((await ask("DELETE", "/trace/users/{user}", user)).status, 404);

    // The service.
    const health = await ask("GET", "/health");
    assert.deepEqual([health.body.status, health.body.domain], ["ready", DOMAIN]);
    assert.equal((await ask("GET", "/stats")).body.users, 3);
    const metrics = await ask("GET", "/metrics");
    assert.ok(metrics.body.metrics.some(({ name }: { name: string }) => name === "sip_users"));
    const limits = await ask("GET", "/limits");
    const names = limits.body.limits.map(({ name }: { name: string }) => name);
    assert.ok(names.includes("messagesPerSecond"));
    const limit = (name: string) =>
      limits.body.limits.find((row: { name: string }) => row.name === name);
    const used = (name: string) => limit(name).used;
    assert.deepEqual([limit("connections").value, limit("connections").usual], [321, 15_000]);
    assert.deepEqual([used("conferences"), used("historyBytesPerUser") >= 0], [0, true]);
    assert.deepEqual([used("connections") > 0, used("roomGatheredBytes")], [true, 0]);
    assert.deepEqual(
      [used("messagesPerSecond"), limit("messagesPerSecond").usedIn],
      [undefined, "messageBurst"],
    );
    const config = await ask("GET", "/config");
    assert.doesNotMatch(JSON.stringify(config.body), /secret of/);
    const users = config.body.keys.find(({ path }: { path: string }) => path === "users");
    assert.deepEqual([users.value[0].password, users.changed], ["***", true]);

    // Backups.
    const backup = await ask("POST", "/backups");
    assert.equal(backup.status, 201);
    const named = { params: { name: backup.body.name } };
    assert.equal((await ask("GET", "/backups")).body.backups.length, 1);
    assert.equal((await ask("DELETE", "/backups/{name}", named)).status, 204);
    assert.equal((await ask("POST", "/backups/{name}/restore", named)).status, 404);
    const second = await ask("POST", "/backups");

    // The way in.
    const shown = { body: { token: world.token }, headers: {} };
    assert.equal((await ask("POST", "/login", shown)).status, 200);
    assert.deepEqual((await ask("GET", "/login")).body, { by: "token" });
    assert.equal((await ask("POST", "/logout")).status, 204);

    assert.equal((await ask("DELETE", "/users/{name}/contacts", ALICE)).status, 204);
    const audit = await ask("GET", "/audit", { query: "?limit=1000" });
    const done = audit.body.entries.map(({ action }: { action: string }) => action);
    for (const action of [
      "user added",
      "user changed",
      "user locked",
      "password changed",
      "user removed",
      "user disconnected",
      "deferred messages deleted",
      "history held",
      "history released",
      "session ended",
      "leg cut",
      "participant expelled",
      "participant muted",
      "participant unmuted",
      "session moderated",
      "trace started",
      "trace read",
      "operator logged in",
      "backup taken",
      "backup deleted",
    ]) {
      assert.ok(done.includes(action), action);
    }
    const filtered = await ask("GET", "/audit", { query: "?action=user&subject=dave&limit=3" });
    assert.equal(filtered.body.entries.length, 3);
    assert.doesNotMatch(JSON.stringify(audit.body), /secret of|another one/);

    const restoring = { params: { name: second.body.name } };
    assert.equal((await ask("POST", "/backups/{name}/restore", restoring)).status, 202);
    const drained = { body: { patienceSeconds: 0, stop: true } };
    assert.equal((await ask("POST", "/drain", drained)).status, 202);
    assert.equal(await world.node.askedToStop, 10_000);
    await until(
      () => ask("GET", "/health"),
      ({ body: now }) => now.status === "not ready",
    );
    const uncalled = world.operations.filter((operation) => !world.called.has(operation));
    assert.deepEqual(uncalled, [], "routes that this test has not called");
  },
);

test(
  "whoever asks for what is not there, or wrongly, is told why with a code",
  WITHIN,
  async (t) => {
    const world = await OperatorWorld.open(t);
    const nobody = { params: { name: "nobody" } };
    for (const [method, path, of, status, code] of [
      ["GET", "/users/{name}", nobody, 404, "no such user"],
      ["DELETE", "/users/{name}", nobody, 404, "no such user"],
      ["GET", "/users/{name}/contacts", nobody, 404, "no such user"],
      ["GET", "/users/{name}/deferred", nobody, 404, "no such user"],
      ["GET", "/users/{name}/history", nobody, 404, "no such user"],
      ["GET", "/users/{name}/settings", nobody, 404, "no such user"],
      ["GET", "/users/{name}/sessions", nobody, 404, "no such user"],
      ["GET", "/sessions/{id}", { params: { id: "x" } }, 404, "no such session"],
      ["PATCH", "/sessions/{id}", { params: { id: "x" }, body: {} }, 404, "no such session"],
      ["GET", "/groups/{group}/session", { params: { group: "x" } }, 404, "no such session"],
      ["DELETE", "/trace/users/{user}", { params: { user: "x" } }, 404, "not traced"],
      ["GET", "/users", { query: "?limit=0" }, 400, "bad request"],
      ["GET", "/users", { query: "?limits=1" }, 400, "bad request"],
      ["POST", "/users", { body: { name: "x" } }, 400, "bad request"],
      ["POST", "/users", { body: { name: "alice", password: "x" } }, 409, "name taken"],
      ["POST", "/users", { body: { name: "a b", password: "x" } }, 400, "name not usable"],
      [
        "PATCH",
        "/users/{name}",
        { ...ALICE, body: { identities: [`sip:bob@${DOMAIN}`] } },
        409,
        "identity taken",
      ],
      [
        "PATCH",
        "/users/{name}",
        { ...ALICE, body: { identities: ["x:y"] } },
        400,
        "identity not usable",
      ],
    ] as const) {
      const answer = await world.ask(method, path, of);
      assert.deepEqual([answer.status, answer.body.code], [status, code], `${method} ${path}`);
      assert.ok(answer.body.error.length > 5);
    }
    const absent = await fetch(`${world.url}/api/nothing`, {
      headers: { authorization: `Bearer ${world.token}` },
    });
    assert.equal(((await absent.json()) as { code: string }).code, "no such route");
  },
);

test("no route can be asked without the token, and nothing is done", WITHIN, async (t) => {
  const world = await OperatorWorld.open(t);
  const document = (await (
    await fetch(`${world.url}/api/openapi.json`, {
      headers: { authorization: `Bearer ${world.token}` },
    })
  ).json()) as { paths: Record<string, Record<string, unknown>> };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      const response = await fetch(world.url + path.replaceAll(/\{\w+\}/g, "alice"), {
        method: method.toUpperCase(),
        ...(method === "get" || method === "delete"
          ? {}
          : { body: "{}", headers: { "content-type": "application/json" } }),
      });
      assert.equal(response.status, 401, `${method} ${path}`);
    }
  }
  assert.equal((await world.ask("GET", "/audit")).body.entries.length, 0);
});

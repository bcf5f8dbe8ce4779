/** A phone that sleeps is woken by way of the operator's webhook, with the SDK at both ends and real sockets in between. RFC 8599 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, type ImClient } from "@parlance/client/node";
import { DOMAIN, OperatorWorld } from "./operator/testing/operator-world.ts";

const PUSH = { provider: "fcm", prid: "the phone of bob", param: "app" };

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function webhook(t: TestContext) {
  const asked: { readonly body: string; readonly headers: IncomingMessage["headers"] }[] = [];
  const listeners: (() => void)[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push({ body: await textOf(request), headers: request.headers });
    response.writeHead(204).end();
    for (const run of listeners.splice(0)) run();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const next = (): Promise<void> => new Promise((resolve) => listeners.push(resolve));
  return { url: `http://127.0.0.1:${port}/wake`, asked, next };
}

test("a message for a phone that sleeps wakes it, and is there as soon as it is", {
  timeout: 60_000,
}, async (t) => {
  const hook = await webhook(t);
  const world = await OperatorWorld.open(t, [`push.webhook=${hook.url}`]);
  const client = async (name: string, more = {}): Promise<ImClient> => {
    const made = await connect({
      user: `sip:${name}@${DOMAIN}`,
      password: `secret of ${name}`,
      server: world.listener("sip"),
      ...more,
    });
    t.after(() => made.close());
    return made;
  };
  const alice = await client("alice");
  const device = { push: PUSH, instance: "urn:uuid:6f1c8a70-2c8e-4c9f-9a61-1d5a2f3b4c5d" };
  const bob = await client("bob", device);
  assert.equal(bob.wakeable, true);
  assert.equal(alice.wakeable, false);
  await bob.close({ wakeable: true });

  const woken = hook.next();
  const sent = alice.send(bob.address, "wake up");
  await woken;
  const [{ body, headers } = assert.fail()] = hook.asked;
  assert.deepEqual(JSON.parse(body), { type: "wake", ...PUSH, reason: "message" });
  const secret = readFileSync(join(world.data, "push.secret"), "utf8").trim().slice(6);
  const signed = [headers["webhook-id"], headers["webhook-timestamp"], body].join(".");
  const made = createHmac("sha256", Buffer.from(secret, "base64")).update(signed).digest("base64");
  assert.equal(headers["webhook-signature"], `v1,${made}`);

  const back = await client("bob", device);
  const { value: message } = await back.messages().next();
  assert.equal(message.text, "wake up");
  await sent.delivered;
  const asleep = await world.ask("GET", "/users/{name}/contacts", { params: { name: "bob" } });
  assert.equal(asleep.body.contacts.length, 1);
  assert.doesNotMatch(JSON.stringify(asleep.body), /the phone of bob|the%20phone/);
});

test("a device that renews its registration itself says so, and is told how long before its end", {
  timeout: 60_000,
}, async (t) => {
  const hook = await webhook(t);
  const world = await OperatorWorld.open(t, [`push.webhook=${hook.url}`, "trace.everybody=true"]);
  const bob = await connect({
    user: `sip:bob@${DOMAIN}`,
    password: "secret of bob",
    server: world.listener("sip"),
    push: { ...PUSH, renewsItself: true },
  });
  t.after(() => bob.close());
  assert.equal(bob.wakeable, true);
  const traced = await world.ask("GET", "/trace", { query: "?user=bob&form=full" });
  assert.match(traced.body, /^Contact: .*;\+sip\.pnsreg\s*$/m);
  assert.match(traced.body, /^Feature-Caps: .*\+sip\.pnsreg="121"/m);
});

test("who asks for a push service that is not served is told so, and does not try for ever", {
  timeout: 60_000,
}, async (t) => {
  const hook = await webhook(t);
  const world = await OperatorWorld.open(t, [`push.webhook=${hook.url}`]);
  const wrong = connect({
    user: `sip:bob@${DOMAIN}`,
    password: "secret of bob",
    server: world.listener("sip"),
    push: { ...PUSH, provider: "other" },
  });
  await assert.rejects(wrong, { name: "ImError", code: "refused", status: 555 });
});

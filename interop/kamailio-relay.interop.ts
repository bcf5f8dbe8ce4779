/** Sessions of a client behind Kamailio 5.6 (Debian) as an MSRP relay, in chunks as long as it takes them. RFC 4976 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ImClient, TextMessage } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { within } from "../tools/test/deadline.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import type { Kamailio } from "./kamailio/kamailio.ts";
import { logIn, startRelay } from "./kamailio/msrp-relay.ts";
import { SessionCaller } from "./session-caller.ts";

const DOMAIN = "im.example.com";
const ALICE = { name: "alice", password: "alice-secret" };
const BOB = { name: "bob", password: "bob-secret" };
const WAIT_MS = 20_000;
/** It loses the frame when there are more octets than this in it. */
const CHUNK_BYTES = 7_000;

suite("an MSRP relay of somebody else between a client and the server", () => {
  let server: ServerProcess;
  let relay: Kamailio;
  let alice: SessionCaller;
  let bob: ImClient;

  before(async () => {
    server = await ServerProcess.start({ domain: DOMAIN, users: [ALICE, BOB] });
    relay = await startRelay();
    alice = await SessionCaller.open(
      server,
      { ...ALICE, domain: DOMAIN },
      await logIn(relay, "alice"),
    );
    bob = await connect({
      user: `sip:bob@${DOMAIN}`,
      password: BOB.password,
      server: `tcp://127.0.0.1:${server.address("tcp").port}`,
      connectionOriented: true,
      sessions: { mode: "always" },
    });
  });
  after(async () => {
    alice?.close();
    await bob?.close();
    await relay?.stop();
    await server?.stop();
  });

  test("texts go both ways through it", async () => {
    const hello = next(bob);
    assert.equal(await alice.invite(`sip:bob@${DOMAIN}`), 200);
    assert.equal(await alice.says("hello bob"), 200);
    assert.equal((await hello).text, "hello bob");
    bob.send(`sip:alice@${DOMAIN}`, "hello alice");
    await alice.hears(/hello alice/);
  });

  test("a message of 100 KB comes through it in chunks, octet by octet", async () => {
    const long = Array.from({ length: 10_000 }, (_, at) => String(at).padStart(10, "0")).join("");
    const came = next(bob);
    assert.equal(await alice.says(long, "text/plain", CHUNK_BYTES), 200);
    assert.ok((await came).text === long);
  });
});

function next(im: ImClient): Promise<TextMessage> {
  const came = Promise.withResolvers<TextMessage>();
  const off = im.on("message", (message) => {
    if (message.kind === "text") came.resolve(message);
  });
  return within(WAIT_MS, came.promise.finally(off), () => "nothing has come");
}

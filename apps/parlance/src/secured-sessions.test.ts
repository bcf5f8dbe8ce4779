/** A session between a device that speaks MSRP over TLS and a browser: real sockets, real certificates. RFC 4975 §14, RFC 7977 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Identity, makeIdentity, writeCertificate } from "../../../tools/test/certificates.ts";
import { MediaListener } from "../../../tools/test/media-listener.ts";
import { mediaAddress } from "../../../tools/test/media-peer.ts";
import type { Transport } from "../../../tools/test/peers.ts";
import { type Party, RawSession, registerForSessions } from "../../../tools/test/raw-session.ts";
import type { RawUser } from "../../../tools/test/raw-user.ts";
import { Victim } from "../../../tools/test/victim.ts";
import type { WireFrame } from "../../../tools/test/wire-frame.ts";

const LONG = 300_000;

describe("secured sessions", () => {
  let victim: Victim;
  let device: Identity;
  let other: Identity;

  before(async () => {
    [device, other] = [await makeIdentity("device"), await makeIdentity("other")];
    victim = await Victim.start({
      set: {
        "listen.sip": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
        "listen.msrp": ["tls://127.0.0.1:0"],
        "tls.certificates": [writeCertificate(await makeIdentity())],
      },
    });
  });
  after(() => victim.stop());

  const user = async (name: string, transport: Transport): Promise<RawUser> => {
    const made = await victim.user(name, transport);
    await registerForSessions(made);
    return made;
  };

  for (const [near, far] of [
    ["TLS", "WS"],
    ["WS", "TLS"],
  ] as const) {
    test(`${near} calls ${far}: each has the address that it can reach, and both hear each other`, async () => {
      const [alice, bob] = [await user("alice", near), await user("bob", far)];
      const announced = { fingerprint: device.fingerprint };
      const session = await RawSession.open(
        alice,
        bob,
        near === "TLS" ? { caller: announced } : { callee: announced },
      );
      const { caller, callee } = session;
      const transports = [caller, callee].map(({ server }) => mediaAddress(server).transport);
      assert.deepEqual(transports, near === "TLS" ? ["tls", "ws"] : ["ws", "tls"]);
      for (const party of [caller, callee]) {
        await party.join({ cert: device.cert, key: device.key });
      }
      await assertTalk(caller, callee);
      await assertTalk(callee, caller);
      await session.end();
    });
  }

  test("a device that is connected to is met over TLS when it shows what it has announced", async () => {
    const listener = await MediaListener.open(device);
    const session = await call(listener, device.fingerprint);
    const { caller, callee } = session;
    callee.takes(await listener.connected());
    callee.listen();
    await caller.join();
    caller.listen();
    assert.equal(await caller.says("over TLS"), 200);
    assert.equal(await callee.says("so it is"), 200);
    await session.end();
    listener.close();
  });

  test("one that shows another certificate is left at once, and the caller is told", async () => {
    const listener = await MediaListener.open(other);
    const session = await call(listener, device.fingerprint);
    await session.bye("caller");
    assert.ok(await listener.unheard());
    session.close();
    listener.close();
    await victim.assertWell();
    victim.assertCleanLog();
  });

  /** Alice, a browser, calls bob, who wants to be connected to. */
  async function call(at: MediaListener, fingerprint: string): Promise<RawSession> {
    const [alice, bob] = [await user("alice", "WS"), await user("bob", "TLS")];
    const callee = { fingerprint, setup: "passive", path: at.uri };
    return RawSession.open(alice, bob, { callee });
  }
});

/** A text, and something long. */
async function assertTalk(from: Party, to: Party): Promise<void> {
  from.listen();
  const heard = to.listen();
  assert.equal(await from.says(`from ${from.user.address}`), 200);
  const long = "abcdefghij".repeat(LONG / 10);
  assert.equal(await sayInChunks(from, long), 200);
  const [first, ...more] = heard.map(bodyOf);
  assert.equal(first, `from ${from.user.address}`);
  assert.ok(more.join("") === long);
}

/** A WebSocket message is a chunk. */
async function sayInChunks(from: Party, text: string): Promise<number> {
  const each = 60_000;
  let status = 0;
  for (let at = 0; at < text.length; at += each) {
    const chunk = text.slice(at, at + each);
    const end = at + chunk.length;
    const range = `Byte-Range: ${at + 1}-${end}/${text.length}`;
    const headers = ["Message-ID: long", range, "Content-Type: text/plain"];
    status = await from.send(headers, chunk, end === text.length ? "$" : "+");
  }
  return status;
}

function bodyOf({ body }: WireFrame): string {
  return body?.toString("latin1") ?? "";
}

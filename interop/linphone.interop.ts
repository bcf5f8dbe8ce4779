/** linphone 5.1 (Debian) chats with the SDK through the server: both transports, both digests. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { deflateSync } from "node:zlib";
import { connectPeer } from "../tools/test/peers.ts";
import { RawUser } from "../tools/test/raw-user.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { Linphonec } from "./linphone/linphonec.ts";
import { SdkUser, soon } from "./sdk-user.ts";

const DOMAIN = "im.example.com";
const LINUS = { name: "linus", password: "linus-secret", domain: DOMAIN };
const BOB = { name: "bob", password: "bob-secret", domain: DOMAIN };
const LINUS_URI = `sip:linus@${DOMAIN}`;
const BOB_URI = `sip:bob@${DOMAIN}`;

for (const transport of ["udp", "tcp"] as const) {
  for (const digest of ["SHA-256", "MD5"] as const) {
    suite(`linphone over ${transport}, with ${digest}`, () => {
      let server: ServerProcess;
      let sdk: SdkUser;
      let phone: Linphonec;

      before(async () => {
        const users = [LINUS, BOB].map(({ name, password }) => ({ name, password }));
        server = await ServerProcess.start({ domain: DOMAIN, users });
        sdk = await SdkUser.open(server, { user: BOB_URI, password: BOB.password });
      });
      after(async () => {
        await phone?.stop();
        await sdk?.close();
        await server?.stop();
      });

      test("what was sent before it registers is kept, pushed then, and its receipt comes back", async () => {
        const early = sdk.im.send(LINUS_URI, "while you were away");
        await early.reached("deferred");
        phone = await Linphonec.start(
          { ...LINUS, digest },
          { transport, port: server.address(transport).port },
        );
        await phone.hears(/Message received from .*: while you were away/);
        await soon(early.delivered);
        const digits = digest === "MD5" ? 32 : 64;
        assert.match(
          phone.said,
          new RegExp(`^Authorization: .*response="[0-9a-f]{${digits}}"`, "m"),
        );
      });

      test("its messages reach the SDK", async () => {
        phone.chat(BOB_URI, "hello from linphone");
        const { from, text } = await sdk.text("hello from linphone");
        assert.equal(from, LINUS_URI);
        assert.equal(text, "hello from linphone");
      });

      test("messages of the SDK reach it, whatever alphabet, and its receipt comes back", async () => {
        const sent = sdk.im.send(LINUS_URI, "grüße, 你好");
        await phone.hears(/Message received from .*: grüße, 你好/);
        await soon(sent.delivered);
      });

      test("a message to many that names its recipients does not harm it", async () => {
        const names = [LINUS_URI, `sip:carol@${DOMAIN}`];
        sdk.im.send(names, "to you and carol", { namesRecipients: true });
        await phone.hears(/Message received from .*: to you and carol/);
        sdk.im.send(LINUS_URI, "still there");
        await phone.hears(/Message received from .*: still there/);
      });

      test("composing is told to it, and it takes the news", async () => {
        const answer = sdk.answerTo("application/im-iscomposing+xml");
        sdk.im.conversation(LINUS_URI).composing();
        assert.equal((await answer).status, 200);
      });

      test("a compressed body passes as it is, and it reads it", async () => {
        const peer = await connectPeer(server, "TCP");
        const bob = new RawUser(peer, BOB);
        const answer = await bob.ask({
          method: "MESSAGE",
          uri: LINUS_URI,
          headers: ["Content-Type: text/plain", "Content-Encoding: deflate"],
          body: deflateSync("squeezed ".repeat(20)),
        });
        assert.equal(answer.status, 200);
        await phone.hears(/Message received from .*: (?:squeezed ){20}/);
        peer.close();
      });

      test("nothing in the log speaks of a fault", () => {
        assert.doesNotMatch(server.errors, /"level":"error"/);
      });
    });
  }
}

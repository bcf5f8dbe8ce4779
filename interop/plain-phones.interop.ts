/** baresip 1.0, Twinkle 1.10 and rakia 0.8 (Debian): pager mode, and no idea of envelopes, receipts or composing. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { ServerProcess } from "../tools/test/server-process.ts";
import { Baresip } from "./baresip/baresip.ts";
import { md5Path, type Path } from "./md5-path.ts";
import { Rakia } from "./rakia/rakia.ts";
import { SdkUser, soon } from "./sdk-user.ts";
import { Twinkle } from "./twinkle/twinkle.ts";

const DOMAIN = "im.example.com";
const BOB = { name: "bob", password: "bob-secret", domain: DOMAIN };
const BOB_URI = `sip:bob@${DOMAIN}`;
const ALICE = { user: `sip:alice@${DOMAIN}`, password: "alice-secret" };

interface Phone {
  message(text: string): void | Promise<void>;
  shows(pattern: RegExp): Promise<unknown>;
  stop(): Promise<void>;
}

interface Kind {
  readonly name: string;
  /** What it says to composing indications. */
  readonly saysToComposing: number;
  readonly start: (server: ServerProcess, path: Path) => Promise<Phone>;
}

const KINDS: readonly Kind[] = [
  {
    name: "baresip",
    saysToComposing: 415,
    start: (_, { port }) => Baresip.start(BOB, port, ALICE.user),
  },
  {
    name: "twinkle",
    saysToComposing: 200, // it takes nearly everything, and shows what is text
    async start(server) {
      const phone = await Twinkle.start(BOB, server.address("udp").port);
      return {
        message: (text) => phone.message(ALICE.user, text),
        shows: (pattern) => phone.hears(pattern),
        stop: () => phone.stop(),
      };
    },
  },
  {
    name: "rakia",
    saysToComposing: 415,
    async start(_, { port }) {
      const phone = await Rakia.start(BOB, port);
      return {
        message: (text) => phone.message(ALICE.user, text),
        shows: (pattern) => phone.shows(pattern),
        stop: () => phone.stop(),
      };
    },
  },
];

for (const { name, saysToComposing, start } of KINDS) {
  suite(name, () => {
    let server: ServerProcess;
    let path: Path;
    let alice: SdkUser;
    let phone: Phone;

    before(async () => {
      const users = ["alice", "bob"].map((user) => ({ name: user, password: `${user}-secret` }));
      server = await ServerProcess.start({ domain: DOMAIN, users });
      path = await md5Path("UDP", server.address("udp"));
      alice = await SdkUser.open(server, ALICE);
    });
    after(async () => {
      await phone?.stop();
      await alice?.close();
      path?.close();
      await server?.stop();
    });

    test("it registers, and gets what was written before, as text", async () => {
      const early = alice.im.send(BOB_URI, "while you were away");
      await soon(early.reached("deferred"));
      phone = await start(server, path);
      await phone.shows(/while you were away/);
    });

    test("messages of the SDK reach it as text, whatever alphabet", async () => {
      const sent = alice.im.send(BOB_URI, "grüße, 你好");
      await phone.shows(/grüße, 你好/);
      await soon(sent.accepted);
    });

    test("its messages reach the SDK", async () => {
      await phone.message("hello from a phone");
      const { from } = await alice.text("hello from a phone");
      assert.equal(from, BOB_URI);
    });

    test("a message to many that names its recipients reaches it as text", async () => {
      const names = [BOB_URI, `sip:nobody@${DOMAIN}`];
      alice.im.send(names, "to you and nobody", { namesRecipients: true });
      await phone.shows(/to you and nobody/);
    });

    test("composing and receipts that it refuses make no message fail", async () => {
      const answer = alice.answerTo("application/im-iscomposing+xml");
      alice.im.conversation(BOB_URI).composing();
      assert.equal((await answer).status, saysToComposing);
      const sent = alice.im.send(BOB_URI, "after it");
      await phone.shows(/after it/);
      await soon(sent.accepted);
    });

    test("nothing in the log speaks of a fault", () => {
      assert.doesNotMatch(server.errors, /"level":"error"/);
    });
  });
}

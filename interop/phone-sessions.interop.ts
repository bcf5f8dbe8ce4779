/** Sessions with baresip 1.0, linphone 5.1, Twinkle 1.10 and rakia 0.8 (Debian), none of which holds any. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { ServerProcess } from "../tools/test/server-process.ts";
import { Baresip } from "./baresip/baresip.ts";
import { Linphonec } from "./linphone/linphonec.ts";
import { md5Path, type Path } from "./md5-path.ts";
import { Rakia } from "./rakia/rakia.ts";
import { SessionCaller } from "./session-caller.ts";
import { Twinkle } from "./twinkle/twinkle.ts";

const DOMAIN = "im.example.com";
const BOB = { name: "bob", password: "bob-secret", domain: DOMAIN };
const ALICE = { name: "alice", password: "alice-secret", domain: DOMAIN };
const [BOB_URI, ALICE_URI] = [`sip:bob@${DOMAIN}`, `sip:alice@${DOMAIN}`];

interface Phone {
  message(text: string): void | Promise<void>;
  shows(pattern: RegExp): Promise<unknown>;
  stop(): Promise<void>;
}

const KINDS: readonly {
  readonly name: string;
  readonly start: (server: ServerProcess, path: Path) => Promise<Phone>;
}[] = [
  { name: "baresip", start: (_, { port }) => Baresip.start(BOB, port, ALICE_URI) },
  {
    name: "linphone",
    async start(server) {
      const { port } = server.address("tcp");
      const phone = await Linphonec.start(
        { ...BOB, digest: "SHA-256" },
        { transport: "tcp", port },
      );
      return {
        message: (text) => phone.chat(ALICE_URI, text),
        shows: (pattern) => phone.hears(pattern),
        stop: () => phone.stop(),
      };
    },
  },
  {
    name: "twinkle",
    async start(server) {
      const phone = await Twinkle.start(BOB, server.address("udp").port);
      return {
        message: (text) => phone.message(ALICE_URI, text),
        shows: (pattern) => phone.hears(pattern),
        stop: () => phone.stop(),
      };
    },
  },
  {
    name: "rakia",
    async start(_, { port }) {
      const phone = await Rakia.start(BOB, port);
      return {
        message: (text) => phone.message(ALICE_URI, text),
        shows: (pattern) => phone.shows(pattern),
        stop: () => phone.stop(),
      };
    },
  },
];

for (const { name, start } of KINDS) {
  suite(`a session with ${name}`, () => {
    let server: ServerProcess;
    let path: Path;
    let alice: SessionCaller;
    let phone: Phone;

    before(async () => {
      const users = [ALICE, BOB].map(({ name: user, password }) => ({ name: user, password }));
      server = await ServerProcess.start({ domain: DOMAIN, users });
      path = await md5Path("UDP", server.address("udp"));
      alice = await SessionCaller.open(server, ALICE);
      phone = await start(server, path);
    });
    after(async () => {
      await phone?.stop();
      alice?.close();
      path?.close();
      await server?.stop();
    });

    test("it refuses the session, and the server takes its place", async () => {
      assert.equal(await alice.invite(BOB_URI), 200);
    });

    test("what is said in it is shown by the phone, in an envelope or without", async () => {
      assert.equal(await alice.says("bare words"), 200);
      await phone.shows(/bare words/);
      const envelope = `From: <${ALICE_URI}>\r\nTo: <${BOB_URI}>\r\n\r\nContent-Type: text/plain\r\n\r\nin an envelope`;
      assert.equal(await alice.says(envelope, "message/cpim"), 200);
      await phone.shows(/in an envelope/);
    });

    test("what the phone writes comes in the session", async () => {
      await phone.message("hello from a phone");
      await alice.hears(/hello from a phone/);
    });

    test("nothing in the log speaks of a fault", () => {
      assert.doesNotMatch(server.errors, /"level":"error"/);
    });
  });
}

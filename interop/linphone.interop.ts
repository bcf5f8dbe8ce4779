/** linphone 5.1 (Debian) chats with the SDK through the server: both transports, both digests. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { deflateSync } from "node:zlib";
import type { ImClient, IncomingMessage } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { formatMessage, type SipMessage } from "@parlance/sip";
import { within } from "../tools/test/deadline.ts";
import { connectPeer } from "../tools/test/peers.ts";
import { RawUser } from "../tools/test/raw-user.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { readWireMessage, type WireMessage } from "../tools/test/wire-message.ts";
import { Linphonec } from "./linphone/linphonec.ts";

const DOMAIN = "im.example.com";
const LINUS = { name: "linus", password: "linus-secret", domain: DOMAIN };
const BOB = { name: "bob", password: "bob-secret", domain: DOMAIN };
const LINUS_URI = `sip:linus@${DOMAIN}`;
const BOB_URI = `sip:bob@${DOMAIN}`;
const WAIT_MS = 20_000;

for (const transport of ["udp", "tcp"] as const) {
  for (const digest of ["SHA-256", "MD5"] as const) {
    suite(`linphone over ${transport}, with ${digest}`, () => {
      let server: ServerProcess;
      let sdk: Sdk;
      let phone: Linphonec;

      before(async () => {
        const users = [LINUS, BOB].map(({ name, password }) => ({ name, password }));
        server = await ServerProcess.start({ domain: DOMAIN, users });
        sdk = await Sdk.open(server);
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

/** Bob with the SDK: what he receives, and what others answer him. */
class Sdk {
  readonly im: ImClient;
  readonly #texts: IncomingMessage[] = [];
  #changed = Promise.withResolvers<void>();
  readonly #seen: Traced;

  static async open(server: ServerProcess): Promise<Sdk> {
    const { host, port } = server.address("tcp");
    const seen = new Traced();
    const im = await connect({
      user: BOB_URI,
      password: BOB.password,
      server: `tcp://${host}:${port}`,
      trace: (_, message) => seen.note(message),
    });
    return new Sdk(im, seen);
  }

  private constructor(im: ImClient, seen: Traced) {
    this.im = im;
    this.#seen = seen;
    im.on("message", (message) => {
      this.#texts.push(message);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  async text(wanted: string): Promise<{ readonly from: string; readonly text: string }> {
    for (;;) {
      const found = this.#texts.find((one) => one.kind === "text" && one.text === wanted);
      if (found?.kind === "text") return found;
      await soon(this.#changed.promise);
    }
  }

  answerTo(contentType: string): Promise<WireMessage> {
    return soon(this.#seen.answerTo(contentType));
  }

  close(): Promise<void> {
    return this.im.close();
  }
}

/** Finds the answer to a request that carries a certain kind of body. */
class Traced {
  readonly #sent = new Map<string, string>();
  readonly #answers = new Map<string, PromiseWithResolvers<WireMessage>>();

  note(traced: SipMessage | Uint8Array): void {
    const bytes = traced instanceof Uint8Array ? traced : formatMessage(traced);
    const message = readWireMessage(Buffer.from(bytes).toString("latin1"));
    const transaction = `${message.callId} ${message.header("CSeq")}`;
    if (message.status === undefined) this.#sent.set(transaction, message.text);
    else if (message.status >= 200) {
      const sent = this.#sent.get(transaction) ?? "";
      for (const [type, answer] of this.#answers) if (sent.includes(type)) answer.resolve(message);
    }
  }

  answerTo(contentType: string): Promise<WireMessage> {
    const answer = Promise.withResolvers<WireMessage>();
    this.#answers.set(contentType, answer);
    return answer.promise;
  }
}

function soon<T>(promise: Promise<T>): Promise<T> {
  return within(WAIT_MS, promise, () => "it does not come");
}

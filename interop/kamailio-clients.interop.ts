/**
 * Clients of ours in sessions over Kamailio 5.6 (Debian) as the SIP/IP core: they register through it, call through it,
 * and stay on the way that it recorded. 3GPP TS 24.229 §5.1
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ImClient, Room } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { parseMessage, SipRequest } from "@parlance/sip";
import { concatBytes } from "@parlance/wire";
import type { ServerProcess } from "../tools/test/server-process.ts";
import { DOMAIN, soon, startServer, Texts } from "./kamailio/as-server.ts";
import { type CorePorts, freePorts, startCore } from "./kamailio/core.ts";
import type { Kamailio } from "./kamailio/kamailio.ts";

const uri = (name: string) => `sip:${name}@${DOMAIN}`;

suite("Clients in sessions over Kamailio as the SIP/IP core", () => {
  let server: ServerProcess;
  let core: Kamailio;
  let ports: CorePorts;
  let alice: Person;
  let bob: Person;

  /** The core is the first on the way. */
  const recorded = (): RegExp => new RegExp(`^<sip:127\\.0\\.0\\.1:${ports.port}[;>]`);

  before(async () => {
    ports = await freePorts();
    server = await startServer(ports);
    core = await startCore(ports, server.address("tcp").port);
    alice = await Person.open("alice", ports);
    bob = await Person.open("bob", ports);
  });
  after(async () => {
    await alice?.im.close();
    await bob?.im.close();
    await core?.stop();
    await server?.stop();
  });

  test("a session opens, is changed by both sides, and ends along the recorded way (IM-7.1.1.1-X1, IM-7.1.2.2-X1)", async () => {
    const [here, there] = [new Texts(alice.im), new Texts(bob.im)];
    const [chat, back] = [alice.im.conversation(uri("bob")), bob.im.conversation(uri("alice"))];
    await soon(chat.open());
    await soon(chat.send("in a session").delivered);
    await there.text("in a session");
    await soon(back.send("so am I").delivered);
    await here.text("so am I");
    await soon(chat.modify({ maxBytes: 20_000 }));
    await soon(back.modify({ maxBytes: 30_000 }));
    await soon(chat.send("after that").delivered);
    await there.text("after that");
    assert.equal(bob.last("INVITE"), undefined);
    const ended = bob.ended(uri("alice"));
    chat.end();
    await soon(ended);
    assert.match(alice.last("INVITE")?.text("P-Preferred-Identity") ?? "", /sip:alice@/);
    for (const request of [alice.last("UPDATE"), alice.last("BYE"), bob.last("UPDATE")]) {
      assert.match(request?.text("Route") ?? "", recorded());
    }
  });

  test("the called side ends it by the way that came with the INVITE (IM-7.1.2.3-X1)", async () => {
    const chat = alice.im.conversation(uri("bob"));
    await soon(chat.open());
    const ended = alice.ended(uri("bob"));
    bob.im.conversation(uri("alice")).end();
    await soon(ended);
    assert.match(bob.last("BYE")?.text("Route") ?? "", recorded());
  });

  test("a group is made over the core, and who is sent away hears of it (IM-7.1.2.5-X1)", async () => {
    const there = new Texts(bob.im);
    const entered = Promise.withResolvers<Room>();
    bob.im.on("invitation", (asked) => {
      const room = asked.kind === "group" ? asked.accept() : undefined;
      if (room !== undefined) entered.resolve(room);
    });
    const group = await soon(alice.im.createGroup([uri("bob")], { subject: "Over the core" }));
    const room = await soon(entered.promise);
    await soon(room.inside);
    await soon(group.send("all of you").delivered);
    await there.text("all of you");
    const { promise, resolve } = Promise.withResolvers<void>();
    room.on("state", (state) => (state === "left" ? resolve() : undefined));
    await soon(group.expel(uri("bob")));
    await soon(promise);
    assert.equal(room.ending?.why, "expelled");
    group.leave();
  });

  test("a large message goes in a session of its own, and so does a file (IM-9.1.1.1-X1, IM-9.2.3-X1)", async () => {
    const there = new Texts(bob.im);
    const text = "large ".repeat(5_000);
    await soon(alice.im.send(uri("bob"), text).delivered);
    await there.text(text);
    assert.match(alice.last("INVITE")?.text("Accept-Contact") ?? "", /large-message/);
    assert.match(alice.last("BYE")?.text("Route") ?? "", recorded());
    const offered = Promise.withResolvers<Uint8Array>();
    bob.im.on("file", (file) => void gathered(file.accept()).then(offered.resolve, offered.reject));
    const octets = new Uint8Array(300_000).fill(7);
    const sent = alice.im
      .conversation(uri("bob"))
      .sendFile(octets, { name: "x.bin", via: "session" });
    assert.deepEqual(await soon(offered.promise), octets);
    await soon(sent.delivered);
  });
});

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concatBytes(...all);
}

class Person {
  readonly im: ImClient;
  readonly #out: SipRequest[];

  static async open(name: string, { port }: CorePorts): Promise<Person> {
    const out: SipRequest[] = [];
    const im = await connect({
      user: uri(name),
      password: `${name}-secret`,
      server: `tcp://127.0.0.1:${port}`,
      connectionOriented: false,
      trace(step) {
        if (step.protocol !== "sip" || step.direction !== "out") return;
        const { message } = step;
        const read = message instanceof Uint8Array ? parseMessage(message) : undefined;
        const known = read?.ok === true ? read.value : message;
        if (known instanceof SipRequest) out.push(known);
      },
    });
    return new Person(im, out);
  }

  private constructor(im: ImClient, out: SipRequest[]) {
    this.im = im;
    this.#out = out;
  }

  /** Of his requests. */
  last(method: string): SipRequest | undefined {
    return this.#out.findLast((request) => request.method === method);
  }

  ended(peer: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.im.on("session", (change) => {
      if (change.peer === peer && change.state === "none") resolve();
    });
    return promise;
  }
}

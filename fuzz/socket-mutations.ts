/**
 * Mutated messages for the running server, over UDP, TCP and WebSocket, from strangers and from a user
 * who is logged in: it must live, answer an honest OPTIONS in time, log no fault of its own, and keep
 * its memory.
 *
 *   node --conditions=parlance-source fuzz/socket-mutations.ts [--seed N] [--seconds N]
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { utf8Bytes } from "@parlance/wire";
import { Inbox } from "../tools/test/inbox.ts";
import { connectPeer, type Peer, type Transport } from "../tools/test/peers.ts";
import { Victim } from "../tools/test/victim.ts";
import { corpusSources, mutate, randomOf } from "./sip-mutations.ts";

const TRANSPORTS: readonly Transport[] = ["UDP", "TCP", "WS"];
/** So many from strangers and as many from a user between two looks at the server. */
const A_ROUND = 10;
const DATAGRAM_LIMIT = 60_000;
/** What is left of transactions that wait out their timers, and no more. */
const MOST_GROWTH = 16 * 1_048_576;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "10" },
  },
});

class Storm {
  readonly #victim: Victim;
  readonly #strangers = new Map<Transport, Peer>();
  readonly #users = new Map<Transport, Peer>();
  readonly #sources: readonly Uint8Array[];
  #round = 0;
  sent = 0;

  constructor(victim: Victim) {
    this.#victim = victim;
    this.#sources = [...corpusSources(), ...this.#goodOnes()];
  }

  async round(firstSeed: number): Promise<void> {
    for (let seed = firstSeed; seed < firstSeed + A_ROUND; seed += 1) {
      const random = randomOf(seed);
      const transport = TRANSPORTS[random(TRANSPORTS.length)] ?? "UDP";
      const good = this.#goodOnes();
      const stranger = mutate(this.#sources[random(this.#sources.length)] ?? utf8Bytes(""), random);
      const user = mutateInside(good[random(good.length)] ?? utf8Bytes(""), random);
      this.#send(await this.#stranger(transport), stranger);
      this.#send(await this.#user(transport), user);
    }
    await this.#victim.assertWell();
  }

  close(): void {
    for (const peer of [...this.#strangers.values(), ...this.#users.values()]) peer.close();
  }

  #send(peer: Peer, octets: Uint8Array): void {
    if (peer.transport === "UDP" && octets.length > DATAGRAM_LIMIT) return;
    peer.send(octets);
    peer.waiting.length = 0;
    this.sent += 1;
  }

  /** A fault ends a stream, so that new ones are made all the time. */
  async #stranger(transport: Transport): Promise<Peer> {
    const known = this.#strangers.get(transport);
    if (known?.open === true) return known;
    const peer = await connectPeer(this.#victim.server, transport);
    this.#strangers.set(transport, peer);
    return peer;
  }

  /** Over a stream the connection of a registered user needs no login any more. */
  async #user(transport: Transport): Promise<Peer> {
    const known = this.#users.get(transport);
    if (known?.open === true) return known;
    const peer = await connectPeer(this.#victim.server, transport);
    this.#users.set(transport, peer);
    // An answer that has crossed a mutation of before is none.
    await this.#victim
      .userOn(peer, "alice")
      .register(["Expires: 60"])
      .catch(() => undefined);
    return peer;
  }

  /** What a user writes on a good day. */
  #goodOnes(): readonly Uint8Array[] {
    const { domain } = this.#victim;
    this.#round += 1;
    const of = (method: string, to: string, lines: readonly string[], body = ""): Uint8Array =>
      utf8Bytes(
        [
          `${method} ${to} SIP/2.0`,
          `Via: SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bKmutated${this.#round};rport`,
          "Max-Forwards: 70",
          `From: <sip:alice@${domain}>;tag=1`,
          `To: <${to}>`,
          `Call-ID: mutated-${this.#round}`,
          `CSeq: 1 ${method}`,
          ...lines,
          `Content-Length: ${body.length}`,
          "",
          body,
        ].join("\r\n"),
      );
    const envelope = `From: <sip:alice@${domain}>\r\nTo: <sip:bob@${domain}>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: ${this.#round}\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nhello`;
    const list = `--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n<?xml version="1.0"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="sip:bob@${domain}"/><entry uri="sip:carol@${domain}"/></list></resource-lists>\r\n--b--`;
    const contact = "Contact: <sip:alice@127.0.0.1:5070>;expires=60";
    const factory = `sip:conf-factory@${domain}`;
    return [
      of("MESSAGE", `sip:bob@${domain}`, ["Content-Type: text/plain"], "hello"),
      of("MESSAGE", `sip:bob@${domain}`, ["Content-Type: message/cpim"], envelope),
      of("MESSAGE", `sip:carol@${domain}`, ["Content-Type: message/cpim", "Expires: 60"], envelope),
      of("MESSAGE", factory, ["Content-Type: multipart/mixed;boundary=b"], list),
      of("REGISTER", `sip:${domain}`, [contact, "Supported: path, outbound, gruu"]),
      of("SUBSCRIBE", `sip:alice@${domain}`, [contact, "Event: reg", "Expires: 60"]),
      of("INVITE", `sip:bob@${domain}`, [contact]),
      of("OPTIONS", `sip:bob@${domain}`, ["Accept: application/sdp"]),
    ];
  }
}

/** In one header value or in the body, so that the framing holds and the parts behind it see something. */
function mutateInside(message: Uint8Array, random: (below: number) => number): Uint8Array {
  const [head = "", body = ""] = Buffer.from(message)
    .toString("latin1")
    .split(/\r\n\r\n(.*)/s, 2);
  const lines = head.split("\r\n");
  const at = random(lines.length);
  const changes = random(2) === 0 || body === "";
  const changed = lines.map((line, index) =>
    index === at && changes
      ? line.replace(/(?<=^[^ :]*[ :]).*/s, (value) => oneLine(value, random))
      : line,
  );
  const content = changes ? body : mutated(body, random);
  const length = `Content-Length: ${content.length}`;
  const whole = changed.map((line) => (line.startsWith("Content-Length:") ? length : line));
  return Buffer.from(`${whole.join("\r\n")}\r\n\r\n${content}`, "latin1");
}

function oneLine(value: string, random: (below: number) => number): string {
  return mutated(value, random).replaceAll(/[\r\n\0]/g, " ");
}

function mutated(text: string, random: (below: number) => number): string {
  return Buffer.from(mutate(Buffer.from(text, "latin1"), random)).toString("latin1");
}

const victim = await Victim.start();
try {
  const bob = await victim.user("bob", "TCP");
  const inbox = new Inbox(bob);
  await bob.register();
  let delivered = 0;
  const storm = new Storm(victim);
  let seed = Number(values.seed);
  const step = async (): Promise<void> => {
    try {
      await storm.round(seed);
    } catch (cause) {
      throw new Error(`seeds ${seed} to ${seed + A_ROUND - 1}`, { cause });
    }
    seed += A_ROUND;
    delivered += inbox.seen.splice(0).length;
  };
  const half = performance.now() + Number(values.seconds) * 500;
  while (performance.now() < half) await step();
  const before = await victim.server.memory();
  const end = performance.now() + Number(values.seconds) * 500;
  while (performance.now() < end) await step();
  const after = await victim.server.memory();
  storm.close();
  const grown = after.heapBytes - before.heapBytes;
  assert.ok(grown < MOST_GROWTH, `the heap grew by ${grown} octets`);
  assert.deepEqual(after.strangers, []);
  victim.assertCleanLog();
  assert.ok(delivered > 0, "no mutation got as far as another user");
  console.log(
    `${storm.sent} mutated messages over sockets, ${delivered} delivered, heap ${grown} octets: nothing found`,
  );
} finally {
  await victim.stop();
}

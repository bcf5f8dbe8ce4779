/** The MSRP relay of a running server: real sockets, TLS, and clients that write it all by hand. RFC 4976, RFC 7977 §5.2 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Identity, makeIdentity, writeCertificate } from "../../../tools/test/certificates.ts";
import { MediaListener } from "../../../tools/test/media-listener.ts";
import { MediaPeer } from "../../../tools/test/media-peer.ts";
import { answerChallenge } from "../../../tools/test/raw-user.ts";
import { Victim } from "../../../tools/test/victim.ts";
import { newId, type WireFrame, writeAnswer, writeFrame } from "../../../tools/test/wire-frame.ts";

type Way = "tls" | "wss" | "tcp" | "ws";
type Algorithm = "SHA-256" | "MD5";

const LONG = 200_000;
const NOTHING = Buffer.alloc(0);

let victim: Victim;
/** Believed by the relay, and not. */
let [known, stranger]: readonly Identity[] = [];

before(async () => {
  const server = await makeIdentity();
  [known, stranger] = [await makeIdentity("dan.example.com"), await makeIdentity("x.example.com")];
  const certificate = writeCertificate(server);
  const authority = join(dirname(certificate.key), "authority.pem");
  writeFileSync(authority, known.cert);
  victim = await Victim.start({
    set: {
      "relay.enabled": true,
      "listen.sip": ["tcp://127.0.0.1:0"],
      "listen.msrp": ["tls://127.0.0.1:0", "tcp://127.0.0.1:0"],
      "listen.http": "https://127.0.0.1:0",
      "tls.certificates": [certificate],
      "tls.authorities": [authority],
    },
  });
});
after(() => victim.stop());

/** A client of the relay: its connection, its own URI, and what it hears. */
class Client {
  readonly peer: MediaPeer;
  readonly own: string;
  /** Of its Use-Path. */
  relay = "";
  readonly #name: string;
  readonly #entrance: string;

  static async connect(name: string, way: Way): Promise<Client> {
    const web = way === "ws" || way === "wss";
    const { host, port } = web
      ? victim.server.address("https")
      : victim.server.address(way, way === "tcp" ? 1 : 0);
    const peer = await MediaPeer.connect({ transport: way, host, port });
    const scheme = way === "tls" || way === "wss" ? "msrps" : "msrp";
    return new Client(name, peer, `${scheme}://${host}:${port};${web ? "ws" : "tcp"}`);
  }

  /** Connects and logs in. */
  static async in(name: string, way: Way, algorithm: Algorithm = "SHA-256"): Promise<Client> {
    const client = await Client.connect(name, way);
    const granted = await client.logIn({ algorithm });
    assert.equal(granted.status, 200, `${name} over ${way} with ${algorithm}`);
    return client;
  }

  private constructor(name: string, peer: MediaPeer, entrance: string) {
    this.#name = name;
    this.#entrance = entrance;
    this.peer = peer;
    this.own = entrance.replace(/:\/\/.*;/, `://client.invalid:9/${newId()};`);
  }

  async logIn(
    how: {
      readonly algorithm?: Algorithm;
      readonly password?: string;
      readonly headers?: readonly string[];
    } = {},
  ): Promise<WireFrame> {
    const { algorithm = "SHA-256", password = victim.passwordOf(this.#name), headers = [] } = how;
    const challenged = await this.#ask(headers);
    const challenge = challenged
      .headers("WWW-Authenticate")
      .find((one) => one.includes(`algorithm=${algorithm}`));
    if (challenge === undefined) return challenged;
    const answer = {
      username: this.#name,
      password,
      method: "AUTH",
      uri: this.#entrance,
      count: 1,
    };
    const granted = await this.#ask([
      ...headers,
      `Authorization: ${answerChallenge(challenge, answer)}`,
    ]);
    this.relay = granted.header("Use-Path") ?? this.relay;
    return granted;
  }

  /** The answer of whoever comes next. */
  async says(to: string, body: string | Uint8Array, headers: readonly string[] = []) {
    const id = newId();
    const bytes = Buffer.from(body).length;
    const lines = [
      `Message-ID: ${newId()}`,
      `Byte-Range: 1-${bytes}/${bytes}`,
      ...headers,
      "Content-Type: text/plain",
    ];
    this.peer.send(writeFrame({ method: "SEND", to, from: this.own, headers: lines, body, id }));
    return await this.peer.answerTo(id);
  }

  /** The next that comes for it, which it answers. */
  async hears(): Promise<WireFrame> {
    const frame = await this.peer.take(({ method }) => method === "SEND");
    this.peer.send(writeAnswer(frame, this.own, 200));
    return frame;
  }

  async hearsText(): Promise<string | undefined> {
    return (await this.hears()).body?.toString("latin1");
  }

  async report(): Promise<string | undefined> {
    const report = await this.peer.take(({ method }) => method === "REPORT");
    return report.header("Status");
  }

  #ask(headers: readonly string[]): Promise<WireFrame> {
    const id = newId();
    const parts = { method: "AUTH", to: this.#entrance, from: this.own, headers, id };
    this.peer.send(writeFrame(parts));
    return this.peer.take((frame) => frame.id === id);
  }
}

describe("the relay", () => {
  for (const [near, far] of [
    ["tls", "wss"],
    ["wss", "tls"],
  ] as const) {
    test(`a client over ${near} and one over ${far} talk both ways, by SHA-256 and MD5, with reports`, async () => {
      const alice = await Client.in("alice", near, "SHA-256");
      const bob = await Client.in("bob", far, "MD5");
      assert.match(alice.relay, /^msrps:\/\/127\.0\.0\.1:\d+\/[\w-]{22,};(?:tcp|ws)$/);
      const toBob = `${alice.relay} ${bob.relay} ${bob.own}`;
      assert.equal(await alice.says(toBob, "hello, bob", ["Success-Report: yes"]), 200);
      const first = await bob.hears();
      assert.equal(first.body?.toString(), "hello, bob");
      assert.equal(first.header("To-Path"), bob.own);
      const back = first.header("From-Path") ?? "";
      assert.equal(back, `${bob.relay} ${alice.relay} ${alice.own}`);
      bob.peer.send(reportOn(first, back, bob.own));
      assert.equal(await alice.report(), "000 200 OK");
      assert.equal(await bob.says(back, "hello, alice"), 200);
      assert.equal(await alice.hearsText(), "hello, alice");
      for (const client of [alice, bob]) client.peer.close();
    });
  }

  test("a message of 200 KB comes through in pieces, octet for octet", async () => {
    const [alice, bob] = [await Client.in("alice", "tls"), await Client.in("bob", "wss")];
    const octets = Buffer.alloc(LONG).map((_, at) => 97 + ((at * 7) % 26));
    const path = `${alice.relay} ${bob.relay} ${bob.own}`;
    assert.equal(await alice.says(path, octets), 200);
    let heard = Buffer.alloc(0);
    while (heard.length < LONG) heard = Buffer.concat([heard, (await bob.hears()).body ?? NOTHING]);
    assert.ok(heard.equals(octets));
    for (const client of [alice, bob]) client.peer.close();
  });

  test("it connects to a device that can be reached, over TLS only to whom it believes", async () => {
    assert.ok(known !== undefined && stranger !== undefined);
    const alice = await Client.in("alice", "tls");
    const devices = [await MediaListener.open(), await MediaListener.open(known)];
    for (const device of devices) {
      assert.equal(await alice.says(`${alice.relay} ${device.uri}`, "are you there?"), 200);
      const peer = await device.connected();
      const frame = await peer.take(({ method }) => method === "SEND");
      assert.equal(frame.body?.toString(), "are you there?");
      assert.equal(frame.header("From-Path"), `${alice.relay} ${alice.own}`);
      const headers = ["Message-ID: back", "Content-Type: text/plain"];
      const to = `${alice.relay} ${alice.own}`;
      peer.send(writeFrame({ method: "SEND", to, from: device.uri, headers, body: "I am" }));
      assert.equal(await alice.hearsText(), "I am");
      peer.close();
    }
    const unproven = await MediaListener.open(stranger);
    assert.equal(await alice.says(`${alice.relay} ${unproven.uri}`, "and you?"), 200);
    assert.match((await alice.report()) ?? "", /^000 408/);
    assert.ok(unproven.alone);
    for (const one of [...devices, unproven]) one.close();
    alice.peer.close();
  });

  test("asked again it gives the same URI for longer, and says which times it grants", async () => {
    const alice = await Client.in("alice", "tls");
    const { relay } = alice;
    const longer = await alice.logIn({ headers: ["Expires: 1200"] });
    assert.deepEqual(
      [longer.status, longer.header("Expires"), longer.header("Use-Path")],
      [200, "1200", relay],
    );
    const short = await alice.logIn({ headers: ["Expires: 5"] });
    assert.deepEqual([short.status, short.header("Min-Expires")], [423, "60"]);
    const long = await alice.logIn({ headers: ["Expires: 999999"] });
    assert.deepEqual([long.status, long.header("Max-Expires")], [423, "3600"]);
    alice.peer.close();
  });

  test("a URI is good for whoever speaks to its client, and ends with the connection that got it", async () => {
    const [alice, carol] = [await Client.in("alice", "tls"), await Client.in("carol", "wss")];
    const device = await MediaListener.open();
    // A login of one's own does not make the way of another one's.
    const abuse = `${alice.relay} ${device.uri}`;
    await carol.says(abuse, "let me out");
    assert.equal((await alice.hears()).header("To-Path"), device.uri); // to the client, whatever it names
    assert.ok(device.alone);
    alice.peer.close();
    await alice.peer.ended;
    const again = await Client.in("alice", "tls");
    assert.notEqual(again.relay, alice.relay);
    assert.equal(await carol.says(`${alice.relay} ${alice.own}`, "too late"), 481);
    assert.equal(await again.says(`${alice.relay} ${device.uri}`, "mine, I say"), 481);
    assert.ok(device.alone);
    device.close();
    for (const client of [again, carol]) client.peer.close();
  });

  test("without a login nothing goes out, without TLS nobody logs in, and who guesses is cut off", async () => {
    const device = await MediaListener.open();
    const mallory = await Client.connect("alice", "tls");
    const nowhere = mallory.own.replace(/\/\/.*;/, `//127.0.0.1:9/${newId()};`);
    assert.equal(await mallory.says(`${nowhere} ${device.uri}`, "let me out"), 481);
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await mallory.logIn({ password: "guess" })).status, 401);
    }
    await mallory.peer.ended;
    const plain = await Client.connect("alice", "tcp");
    assert.equal((await plain.logIn()).status, 403);
    plain.peer.close();
    assert.ok(device.alone);
    device.close();
    const alice = await Client.in("alice", "tls");
    alice.peer.close();
    await victim.assertWell();
    victim.assertCleanLog();
  });
});

function reportOn(frame: WireFrame, to: string, from: string): Buffer {
  const headers = [
    `Message-ID: ${frame.header("Message-ID")}`,
    `Byte-Range: ${frame.header("Byte-Range")}`,
    "Status: 000 200 OK",
  ];
  return writeFrame({ method: "REPORT", to, from, headers });
}

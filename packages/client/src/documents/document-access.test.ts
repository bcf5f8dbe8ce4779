/** Requests to a document server that come at one time, and overtake one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Authorization, Params, WwwAuthenticate } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import type { FetchAnswer, FetchRequest } from "../files/fetch.ts";
import { DocumentAccess } from "./document-access.ts";

const REALM = "im.example.com";

/** Challenges, and keeps what is proved until it is let go, the last one first. */
class Server {
  readonly used: (readonly [nonce: string, count: string])[] = [];
  /** Answers that nobody has read. */
  unread = 0;
  readonly #waiting: (() => void)[] = [];
  #nonces = 0;

  readonly fetch = async (_: string, { headers }: FetchRequest): Promise<FetchAnswer> => {
    const proof = headers["authorization"];
    if (proof === undefined) {
      this.#nonces += 1;
      const params = Params.of(
        ["realm", REALM],
        ["nonce", `n${this.#nonces}`],
        ["qop", "auth"],
        ["algorithm", "SHA-256"],
      );
      const [challenge = ""] = WwwAuthenticate.write([{ scheme: "Digest", params }]);
      return this.#answer(401, challenge);
    }
    const { params: shown } = Authorization.read(proof)[0] ?? { params: Params.none };
    this.used.push([shown.get("nonce") ?? "", shown.get("nc") ?? ""]);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#answer(200, "");
  };

  get waiting(): number {
    return this.#waiting.length;
  }

  letGo(): void {
    for (const resolve of this.#waiting.splice(0).toReversed()) resolve();
  }

  #answer(status: number, challenge: string): FetchAnswer {
    this.unread += 1;
    const fields = new Map([["www-authenticate", challenge]]);
    const body = utf8Bytes("octets");
    return {
      status,
      headers: { get: (name) => fields.get(name) ?? null },
      body: null,
      text: async () => "",
      arrayBuffer: async () => {
        this.unread -= 1;
        return new Uint8Array(body).buffer;
      },
    };
  }
}

test("each nonce is for one request at a time, and each answer is read to its end (RFC 7616 §3.4)", async () => {
  const server = new Server();
  const clock = { now: () => 0, schedule: () => () => {} };
  const access = new DocumentAccess(
    { fetch: server.fetch, clock, random: seededRandom("documents"), hashing },
    { username: "alice", password: "secret" },
    "https://im.example.com/xcap",
  );
  const ask = () => access.ask({ method: "GET", path: "x", signal: undefined });
  const settled = async (count: number): Promise<void> => {
    while (server.waiting < count) await new Promise(setImmediate);
  };
  for (const count of ["00000001", "00000002"]) {
    const asked = [ask(), ask(), ask()];
    await settled(3);
    assert.equal(new Set(server.used.map(([nonce]) => nonce)).size, 3);
    assert.deepEqual(new Set(server.used.splice(0).map(([, nc]) => nc)), new Set([count]));
    server.letGo();
    const answers = await Promise.all(asked);
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      answers.map(() => [200, utf8Bytes("octets")]),
    );
  }
  assert.equal(server.unread, 0);
});

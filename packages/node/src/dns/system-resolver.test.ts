import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { SystemResolver } from "./system-resolver.ts";

const WITHIN = { timeout: 20_000 };
const [A, AAAA, SRV, NAPTR] = [1, 28, 33, 35] as const;
const NO_SUCH_NAME = 3; // RFC 1035 §4.1.1

/** Answers a question of DNS with these records, or with an error. RFC 1035 §4 */
type Zone = (name: string, type: number) => readonly Uint8Array[] | { readonly error: number };

async function nameServer(t: TestContext, zone: Zone): Promise<SystemResolver> {
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.on("message", (query, { port, address }) => {
    const end = query.indexOf(0, 12) + 5;
    const type = query.readUInt16BE(end - 4);
    const answer = zone(readName(query), type);
    const head = Buffer.from(query.subarray(0, end));
    head[2] = 0x85; // an authoritative response
    head[3] = "error" in answer ? answer.error : 0;
    head.writeUInt16BE("error" in answer ? 0 : answer.length, 6);
    head.writeUInt32BE(0, 8);
    const records = "error" in answer ? [] : answer.map((data) => record(type, data));
    socket.send(Buffer.concat([head, ...records]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const servers = [`127.0.0.1:${socket.address().port}`];
  return new SystemResolver({ servers, timeoutMs: 2_000, tries: 1 });
}

function readName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0; at += 1 + (query[at] ?? 0)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join(".");
}

function record(type: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, data]);
}

function name(text: string): Buffer {
  const labels = text.split(".").filter((label) => label !== "");
  return Buffer.concat([...labels.map(text1), Buffer.from([0])]);
}

function text1(text: string): Buffer {
  return Buffer.from([text.length, ...Buffer.from(text)]);
}

test("NAPTR, SRV and addresses come as the stack wants them (RFC 3263 §4)", WITHIN, async (t) => {
  const resolver = await nameServer(t, (_, type) => {
    switch (type) {
      case NAPTR: {
        const texts = ["s", "SIP+D2T", ""].map(text1);
        return [Buffer.concat([Buffer.from([0, 50, 0, 10]), ...texts, name("_sip._tcp.a.test")])];
      }
      case SRV:
        return [Buffer.concat([Buffer.from([0, 1, 0, 2, 0x13, 0xc4]), name("host.a.test")])];
      case A:
        return [Uint8Array.of(192, 0, 2, 1)];
      case AAAA:
        return [Buffer.from("20010db8000000000000000000000001", "hex")];
      default:
        return { error: NO_SUCH_NAME };
    }
  });
  assert.deepEqual(await resolver.naptr("a.test"), [
    {
      flags: "s",
      service: "SIP+D2T",
      regexp: "",
      replacement: "_sip._tcp.a.test",
      order: 50,
      preference: 10,
    },
  ]);
  assert.deepEqual(await resolver.srv("_sip._tcp.a.test"), [
    { priority: 1, weight: 2, port: 5060, target: "host.a.test" },
  ]);
  assert.deepEqual(await resolver.addresses("host.a.test"), ["2001:db8::1", "192.0.2.1"]);
});

test(
  "no such name and no such record are empty answers, a broken server is an error",
  WITHIN,
  async (t) => {
    const resolver = await nameServer(t, (asked) => {
      if (asked === "empty.test") return [];
      return { error: asked === "missing.test" ? NO_SUCH_NAME : 2 };
    });
    for (const asked of ["empty.test", "missing.test"]) {
      assert.deepEqual(await resolver.naptr(asked), []);
      assert.deepEqual(await resolver.srv(asked), []);
      assert.deepEqual(await resolver.addresses(asked), []);
    }
    await assert.rejects(resolver.srv("broken.test"), /ESERVFAIL/);
  },
);

test("names of the hosts file are known without a server", WITHIN, async () => {
  const addresses = await new SystemResolver().addresses("localhost");
  assert.ok(addresses.some((address) => address === "127.0.0.1" || address === "::1"));
});

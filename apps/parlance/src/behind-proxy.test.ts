/** A server whose TLS ends at a proxy before `listen.http`: sessions go as they do without one. RFC 7977 §4 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { type TestContext, test } from "node:test";
import { createServer } from "node:tls";
import { connect, type ImClient, type IncomingFile } from "@parlance/client/node";
import { makeIdentity } from "../../../tools/test/certificates.ts";
import { within } from "../../../tools/test/deadline.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const PATIENCE_MS = 20_000;

test("a file goes in a session between two who come by the proxy, and to one who does not", async (t) => {
  const proxy = await startProxy(t);
  const users = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));
  const server = await ServerProcess.start({
    domain: "parlance.test",
    users,
    set: { "files.publicUrl": `https://127.0.0.1:${proxy.port}` },
  });
  t.after(() => server.stop());
  const page = server.address("http");
  proxy.leadsTo(page.port);
  const come = async (name: string, url: string): Promise<ImClient> => {
    const client = await connect({
      user: `sip:${name}@parlance.test`,
      password: `${name}-secret`,
      server: url,
      authorities: [proxy.cert],
    });
    t.after(() => client.close());
    return client;
  };
  const [secured, plain] = [`wss://127.0.0.1:${proxy.port}`, `ws://127.0.0.1:${page.port}`];
  const alice = await come("alice", secured);
  for (const url of [secured, plain]) {
    const bob = await come("bob", url);
    const got = new Promise<string>((resolve) => {
      bob.on("file", (file) => resolve(textOf(file)));
    });
    const sent = alice
      .conversation("sip:bob@parlance.test")
      .sendFile(new Blob(["over the proxy"]), { name: "note.txt", via: "session" });
    await within(PATIENCE_MS, sent.delivered, () => `to ${url}: ${sent.state}`);
    assert.equal(await within(PATIENCE_MS, got, () => "nothing came"), "over the proxy");
    await bob.close();
  }
});

async function textOf(file: IncomingFile): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.accept()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Speaks TLS, and passes what is in it on as it is. */
async function startProxy(t: TestContext) {
  const { cert, key } = await makeIdentity();
  let target = 0;
  const proxy = createServer({ cert, key }, (near) => {
    const far = connectTcp(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  proxy.listen(0, "127.0.0.1");
  t.after(() => proxy.close());
  await once(proxy, "listening");
  const at = proxy.address();
  const port = typeof at === "object" && at !== null ? at.port : 0;
  const leadsTo = (known: number): void => {
    target = known;
  };
  return { cert, port, leadsTo };
}

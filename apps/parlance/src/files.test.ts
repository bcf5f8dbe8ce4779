/** Files with the SDK against the running server, over real sockets: also when it is killed in the middle. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { connect, type ImClient, type NodeConnectOptions } from "@parlance/client/node";
import { within } from "../../../tools/test/deadline.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const USERS = ["alice", "bob"].map((name) => ({ name, password: name }));
const SIZE = 40 * 1_048_576;
const WITHIN_MS = 60_000;

test("a file goes from alice to bob by its URL, over the WebSocket's own server", async (t) => {
  const server = await ServerProcess.start({ domain: DOMAIN, users: USERS });
  t.after(() => server.kill());
  const [alice, bob] = await Promise.all(["alice", "bob"].map((name) => join(t, name, server)));
  assert.ok(alice && bob);
  const content = new Blob(["a drawing of ", new Uint8Array(700_000)], { type: "image/png" });
  const thumbnail = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(50)]);
  const stored = await alice.files.upload(content, { name: "map.png", thumbnail });
  const received = within(WITHIN_MS, nextMessage(bob), () => "no message came");
  await alice.send(bob.address, alice.files.announcement(stored)).accepted;
  const file = await bob.files.download(await received);
  assert.deepEqual([file.name, file.type, file.verified], ["map.png", "image/png", true]);
  assert.deepEqual(file.bytes, new Uint8Array(await content.arrayBuffer()));
  const image = await fetch(`${stored.url}/thumbnail`);
  assert.equal(image.headers.get("content-type"), "image/png");
  await alice.files.remove(stored);
  assert.equal((await fetch(stored.url)).status, 404);
});

test("an upload of a stream and a download go on by themselves when the server is killed and comes back", async (t) => {
  const http = `http://127.0.0.1:${await freePort()}`;
  const options = { domain: DOMAIN, users: USERS, keepData: true, set: { "listen.http": http } };
  let server = await ServerProcess.start(options);
  const { data } = server;
  t.after(() => server.kill());
  const restarts = new Map<string, Promise<void>>();
  const restartOnce = (when: string): void => {
    if (!restarts.has(when)) restarts.set(when, restart());
  };
  const restart = async (): Promise<void> => {
    await server.kill();
    server = await ServerProcess.start({ ...options, data });
  };
  const alice = await join(t, "alice", server, { fileServer: http });
  const stored = await alice.files.upload(streamOf(SIZE), {
    onProgress({ doneBytes }) {
      if (doneBytes > SIZE / 3) restartOnce("uploading");
    },
  });
  await restarts.get("uploading");
  assert.equal(stored.sizeBytes, SIZE);
  let taken = 0;
  const file = await alice.files.download(alice.files.announcement(stored), {
    write(piece) {
      taken += piece.length;
      if (taken > SIZE / 3) restartOnce("downloading");
    },
  });
  await restarts.get("downloading");
  assert.equal(restarts.size, 2);
  assert.deepEqual([file.verified, file.sizeBytes, taken], [true, SIZE, SIZE]);
});

async function join(
  t: TestContext,
  name: string,
  server: ServerProcess,
  more: Partial<NodeConnectOptions> = {},
): Promise<ImClient> {
  const user = `sip:${name}@${DOMAIN}`;
  const client = await connect({ user, password: name, server: server.webSocketUrl, ...more });
  t.after(() => client.close());
  return client;
}

function nextMessage(client: ImClient) {
  return new Promise<{ readonly contentType: string; readonly content: Uint8Array }>((resolve) => {
    client.on("message", resolve);
  });
}

/** Octets that are made as they are asked for. */
function streamOf(length: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = new Uint8Array(Math.min(100_000, length - at)).fill(at % 251);
      at += piece.length;
      if (piece.length > 0) controller.enqueue(piece);
      if (at === length) controller.close();
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

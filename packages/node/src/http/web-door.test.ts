import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { BodyEnded, type WebAnswer, type WebHandler, type WebRequest } from "@parlance/server";
import { type HttpLimits, HttpListener, type HttpListening } from "./index.ts";

const WITHIN = { timeout: 20_000 };
const MEGABYTE = 1_048_576;

test(
  "a request arrives as it was written: target, path, query, every line of a field",
  WITHIN,
  async (t) => {
    let asked: WebRequest | undefined;
    const listening = await listen(t, async (request) => {
      asked = request;
      return answer(200, "done");
    });
    const text = await raw(
      listening,
      "GET /files/a%20b?x=%26&y= HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\nConnection: close\r\n\r\n",
    );
    assert.match(text, /^HTTP\/1\.1 200 .*\r\nContent-Length: 4\r\n.*\r\ndone$/is);
    assert.equal(asked?.target, "/files/a%20b?x=%26&y=");
    assert.deepEqual(asked?.path, ["files", "a b"]);
    assert.deepEqual(
      [...(asked?.query ?? [])],
      [
        ["x", "&"],
        ["y", ""],
      ],
    );
    assert.deepEqual(asked?.headers.get("x"), ["1", "2"]);
    assert.deepEqual(asked?.source, { host: "127.0.0.1", secure: false });
  },
);

test(
  "only the roots are the handler's, and an ambiguous path or query is nobody's",
  WITHIN,
  async (t) => {
    const { url } = await listen(t, async () => answer(200, "handled"));
    const status = async (path: string) => (await fetch(url + path)).status;
    assert.equal(await status("/files"), 200);
    assert.equal(await status("/filesystem"), 404);
    assert.equal(await status("/%66iles"), 404);
    assert.equal(await status("/files/"), 400);
    assert.equal(await status("/files//x"), 400);
    assert.equal(await status("/files?x=1&x=2"), 400);
  },
);

test(
  "an answer has the headers of every page, and its own in the place of one of them",
  WITHIN,
  async (t) => {
    const { url } = await listen(t, async () => ({
      status: 200,
      headers: [
        ["content-security-policy", "sandbox"],
        ["www-authenticate", "a"],
        ["www-authenticate", "b"],
      ],
      body: undefined,
    }));
    const { headers } = await fetch(`${url}/files`);
    assert.equal(headers.get("content-security-policy"), "sandbox");
    assert.equal(headers.get("www-authenticate"), "a, b");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("content-length"), "0");
  },
);

test(
  "a body of any length comes piece by piece, and no faster than it is asked for",
  WITHIN,
  async (t) => {
    const gate = Promise.withResolvers<void>();
    let taken = 0;
    const { url } = await listen(t, async ({ body }) => {
      for await (const piece of body) {
        taken += piece.length;
        if (taken === piece.length) await gate.promise;
      }
      return answer(200, String(taken));
    });
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MEGABYTE;
        controller.enqueue(new Uint8Array(MEGABYTE));
        if (sent === 64 * MEGABYTE) controller.close();
      },
    });
    const posting = fetch(`${url}/files`, { method: "POST", body, duplex: "half" });
    await untilQuiet(() => sent);
    assert.ok(sent < 40 * MEGABYTE, `${sent} octets are somewhere on the way`);
    gate.resolve();
    assert.equal(await (await posting).text(), String(64 * MEGABYTE));
  },
);

test(
  "who brings too little in a while is too slow; time that we take ourselves does not count",
  WITHIN,
  async (t) => {
    const endings: unknown[] = [];
    const limits = { pace: { bytes: 1_000, ms: 60 } };
    const handler: WebHandler = (request) =>
      collect(request, endings, 40 * request.path.length - 40);
    const listening = await listen(t, handler, limits);
    const drip = connect(listening);
    drip.write("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx");
    const dripping = setInterval(() => drip.write("x"), 10);
    t.after(() => clearInterval(dripping));
    assert.match(await textOf(drip), /^HTTP\/1\.1 200 /);
    assert.ok(endings[0] instanceof BodyEnded && endings[0].why === "slow");
    const fast = connect(listening);
    fast.write("POST /files/a/b/c HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    for (const octet of "12345") {
      fast.write(octet);
      await new Promise(setImmediate);
    }
    assert.match(await textOf(fast), /^HTTP\/1\.1 200 /);
    assert.equal(endings[1], 5);
  },
);

test("a peer that goes in the middle of its body is gone", WITHIN, async (t) => {
  const endings: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const listening = await listen(t, async (request) => {
    const told = await collect(request, endings, 0);
    ended.resolve();
    return told;
  });
  const socket = connect(listening);
  socket.write("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  await once(socket, "connect");
  socket.end();
  await ended.promise;
  assert.ok(endings[0] instanceof BodyEnded && endings[0].why === "gone");
});

test(
  "leave to send is given when the body is asked for, and only then (RFC 9110 §10.1.1)",
  WITHIN,
  async (t) => {
    const listening = await listen(t, async ({ method, body }) => {
      if (method === "POST") for await (const _ of body);
      return answer(method === "POST" ? 200 : 403, "");
    });
    const socket = connect(listening);
    socket.write(waiting("POST"));
    const [first] = (await once(socket, "data")) as [Buffer];
    assert.match(first.toString(), /^HTTP\/1\.1 100 /);
    socket.write("body");
    assert.match(await textOf(socket), /^HTTP\/1\.1 200 /);
    assert.match(await raw(listening, waiting("PUT")), /^HTTP\/1\.1 403 /);
  },
);

test(
  "an answer before the end of the body is heard, and the connection goes on or ends",
  WITHIN,
  async (t) => {
    const { url } = await listen(t, async () => answer(413, "too large"));
    for (const size of [1_000, 900_000]) {
      const response = await fetch(`${url}/files`, { method: "POST", body: new Uint8Array(size) });
      assert.equal(await response.text(), "too large");
    }
  },
);

test(
  "a mistake of ours shows a number and no more, and an answer that breaks off does not look whole",
  WITHIN,
  async (t) => {
    const failures: unknown[] = [];
    const { url } = await listen(t, broken, {}, (error, id) => failures.push(error, id));
    const response = await fetch(`${url}/files`);
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), { error: "internal server error", id: failures[1] });
    await assert.rejects(async () => (await fetch(`${url}/files/x`)).text());
    assert.equal(failures.length, 4);
  },
);

test(
  "a reader who takes nothing is cut off, one who goes ends what is read for him",
  WITHIN,
  async (t) => {
    const stream = new Endless();
    const listening = await listen(t, async () => ({ status: 200, headers: [], body: stream }), {
      stalledMs: 100,
    });
    const stalled = connect(listening);
    stalled.write("GET /files HTTP/1.1\r\nHost: a\r\n\r\n");
    await stream.ended.promise;
    stalled.destroy();
    stream.ended = Promise.withResolvers();
    const gone = connect(listening);
    gone.write("GET /files HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(gone, "data");
    gone.destroy();
    await stream.ended.promise;
  },
);

test(
  "a listener that is closed lets what is under way end, and cuts what does not",
  WITHIN,
  async () => {
    const stream = new Endless();
    const listener = new HttpListener({
      url: "http://127.0.0.1:0",
      web: { roots: ["files"], handle: async () => ({ status: 200, headers: [], body: stream }) },
    });
    const reader = connect(await listener.listen());
    reader.write("GET /files HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(reader, "data");
    reader.resume();
    await Promise.all([listener.close(), once(reader, "close")]);
  },
);

class Endless implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  ended = Promise.withResolvers<void>();

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    await new Promise(setImmediate);
    return { done: false, value: new Uint8Array(65_536) };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.ended.resolve();
    return { done: true, value: undefined };
  }
}

/** A request that waits for leave to send its body. */
function waiting(method: string): string {
  return [
    `${method} /files HTTP/1.1`,
    "Host: a",
    "Content-Length: 4",
    "Expect: 100-continue",
    "Connection: close",
    "",
    "",
  ].join("\r\n");
}

const broken: WebHandler = async ({ path }) => {
  if (path.length === 1) throw new Error("select * from secrets");
  return { status: 200, headers: [["content-length", "100"]], body: breaking() };
};

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  throw new Error("the disk has failed");
}

/** Reads a body, taking its time over each piece; notes how long it was, or how it ended. */
async function collect(
  { body }: WebRequest,
  endings: unknown[],
  pieceMs: number,
): Promise<WebAnswer> {
  let length = 0;
  try {
    for await (const piece of body) {
      length += piece.length;
      if (pieceMs > 0) await new Promise((resolve) => setTimeout(resolve, pieceMs));
    }
    endings.push(length);
  } catch (error) {
    endings.push(error);
  }
  return answer(200, "");
}

function answer(status: number, body: string): WebAnswer {
  return { status, headers: [], body };
}

async function listen(
  t: TestContext,
  handle: WebHandler,
  limits: Partial<HttpLimits> = {},
  failed?: (error: unknown, id: string) => void,
): Promise<HttpListening> {
  const listener = new HttpListener({
    url: "http://127.0.0.1:0",
    limits,
    web: { roots: ["files"], handle },
    ...(failed === undefined ? {} : { failed }),
  });
  t.after(() => listener.close());
  return listener.listen();
}

async function raw(listening: HttpListening, request: string): Promise<string> {
  const socket = connect(listening);
  socket.write(request);
  return textOf(socket);
}

/** Up to the end of the first answer's head, or of the connection. */
async function textOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("error", () => {});
  const over = Promise.withResolvers<void>();
  socket.on("data", (piece: Buffer) => {
    text += piece.toString();
    if (/\r\n\r\n/.test(text) && !/content-length: [1-9]/i.test(text)) over.resolve();
  });
  socket.on("close", () => over.resolve());
  await over.promise;
  socket.destroy();
  return text;
}

/** The value does not change any more: what can be buffered is. */
async function untilQuiet(read: () => number): Promise<void> {
  for (let before = -1; before !== read(); ) {
    before = read();
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
  }
}

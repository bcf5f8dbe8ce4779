/** Hostile HTTP against the files of the running server: the right refusal, nothing changed, everybody else served. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { corpusPath } from "../../../../tools/test/corpora.ts";
import { within } from "../../../../tools/test/deadline.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import { viewIn, WebUser } from "../../../../tools/test/web-user.ts";

const ANSWER_MS = 20_000;
const PARTIAL = { "content-type": "application/partial-upload" };

const GONE_MS = 5_000;

test("requests that two servers could read differently, or that are too long, are refused", async (t) => {
  const { server, alice } = await start(t);
  const auth = `Authorization: Bearer ${await alice.token()}`;
  const head = `POST /files HTTP/1.1\r\nHost: a\r\n${auth}\r\n`;
  const cases: [string, number][] = [
    [`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, 400],
    [`${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\nxx`, 400],
    [`${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    [`${head}Transfer-Encoding: gzip, chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`, 400],
    [`${head}Content-Length: -1\r\n\r\n`, 400],
    [`${head}Content-Length: 0x1\r\n\r\n`, 400],
    [`${head}Content-Length: 99999999999999999999999\r\n\r\n`, 400],
    [`${head}Content-Length: 99999999999\r\n\r\n`, 400],
    [`${head}Content-Length: 9999999999\r\n\r\n`, 413],
    [`${head}Upload-Length: 5\r\nUpload-Length: 6\r\n\r\n`, 400],
    [`${head}Authorization: Bearer x\r\nContent-Length: 0\r\n\r\n`, 400],
    [`${head}Host: b\r\nContent-Length: 0\r\n\r\n`, 400],
    [`${head}X: ${"x".repeat(17_000)}\r\n\r\n`, 431],
    [`${head}${"X: y\r\n".repeat(3_000)}\r\n`, 431],
    [`${head} folded: x\r\n\r\n`, 400],
    [`${head}X\0: y\r\n\r\n`, 400],
    [`POST /files HTTP/1.1\r\n\r\n`, 400],
    [`BREW /files HTTP/1.1\r\nHost: a\r\n\r\n`, 400],
  ];
  for (const [request, status] of cases) {
    const answer = await raw(server, request);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), request.slice(0, 300));
  }
  await assertUntouched(server, alice);
});

test("no path leads out of the store, however it is written", async (t) => {
  const { server, alice } = await start(t);
  const paths = [
    "/files/../../etc/passwd",
    "/files/..%2f..%2fetc%2fpasswd",
    "/files/%2e%2e/%2e%2e/etc/passwd",
    "/files/..%5c..%5cserver.key",
    "/files/%252e%252e%252fserver.key",
    "/files/uploads/..%2f..%2f..%2fserver.key",
    "/files/uploads/../../server.key",
    "/files//etc/passwd",
    "//files/x",
    "/files/%00",
    "/files/x%0d%0aSet-Cookie:%20a=b",
    "/files/%ff%fe",
    "/files/server.key",
    "/files/parlance.db",
    `/files/${"a".repeat(8_000)}`,
    "/files/uploads/server.key?x=1&x=2",
    "http://other.example/files",
    "*",
  ];
  const auth = `Authorization: Bearer ${await alice.token()}`;
  for (const method of ["GET", "HEAD", "PATCH", "DELETE", "PUT"]) {
    for (const path of paths) {
      const answer = await raw(server, `${method} ${path} HTTP/1.1\r\nHost: a\r\n${auth}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, `${method} ${path}`);
      assert.doesNotMatch(answer, /root:|set-cookie/i, path);
    }
  }
  await assertUntouched(server, alice);
});

test("wrong offsets, sizes and hashes are refused, and the upload stays as it was", async (t) => {
  const { alice } = await start(t);
  const { upload } = await begin(alice, { "upload-length": "10" });
  const patch = (headers: Record<string, string>, body: string) =>
    alice.ask(upload, { method: "PATCH", headers: { ...PARTIAL, ...headers }, body });
  assert.equal((await patch(at("0"), "12345")).status, 204);
  const refused: [Record<string, string>, string, number][] = [
    [at("0"), "12345", 409],
    [at("6"), "12345", 409],
    [at("9999999999"), "x", 409],
    [at("99999999999"), "x", 400],
    [at("-5"), "x", 400],
    [at("5.0"), "x", 400],
    [at("5", "?2"), "x", 400],
    [at("5"), "123456", 413],
    [at("5", "?1"), "1234", 400],
    [{ ...at("9", "?1"), "repr-digest": "sha-256=:x:" }, "0", 400],
  ];
  for (const [headers, body, status] of refused) {
    assert.equal((await patch(headers, body)).status, status, JSON.stringify(headers));
  }
  const head = await alice.ask(upload, { method: "HEAD" });
  assert.equal(head.headers.get("upload-offset"), "9"); // the four octets that came were right
  assert.equal((await patch(at("9", "?1"), "0")).status, 201);
});

test("many requests that write to one upload at once leave what one of them wrote, each octet of it", async (t) => {
  const { alice, server } = await start(t, { "limits.uploadsPerUser": 100 });
  const size = 3_000_000;
  const { upload, url } = await begin(alice, { "upload-length": String(size) });
  let offset = 0;
  for (let round = 0; offset < size; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        alice
          .ask(upload, {
            method: "PATCH",
            headers: { ...PARTIAL, "upload-offset": String(offset), "upload-complete": "?0" },
            body: new Uint8Array(Math.min(500_000, size - offset)).fill(writer + 1),
          })
          .then(
            ({ status }) => status,
            () => 0, // cut off
          ),
      ),
    );
    assert.ok(
      answers.every((status) => [204, 409, 0].includes(status)),
      String(answers),
    );
    const head = await alice.ask(upload, { method: "HEAD" });
    offset = Number(head.headers.get("upload-offset"));
    assert.ok(round < 50);
  }
  const last = await alice.ask(upload, {
    method: "PATCH",
    headers: { ...PARTIAL, "upload-offset": String(size), "upload-complete": "?1" },
  });
  assert.equal(last.status, 201);
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const { sha256 } = await viewIn(await alice.ask(upload));
  assert.equal(bytes.length, size);
  assert.equal(sha256, createHash("sha256").update(bytes).digest("hex"));
  assert.ok(bytes.every((octet) => octet >= 1 && octet <= 8));
  assert.doesNotMatch(server.errors, /"level":"error"/);
});

test("quotas hold when many uploads begin and end at once", async (t) => {
  const { alice } = await start(t, { "limits.uploadsPerUser": 100, "files.quotaBytes": 100_000 });
  const post = () => alice.ask("/files", { method: "POST", body: new Uint8Array(10_000) });
  const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await post()).status));
  assert.equal(statuses.filter((status) => status === 201).length, 10);
  assert.equal(statuses.filter((status) => status === 507).length, 20);
  const { usage } = (await (await alice.ask("/files")).json()) as { usage: { bytes: number } }; // ours
  assert.equal(usage.bytes, 100_000);
});

test("who is refused hears it, also in the middle of a large body, and is given no leave to send one", async (t) => {
  const { server } = await start(t);
  const large = new Uint8Array(700_000);
  const refused = await fetch(`${server.httpUrl}/files`, { method: "POST", body: large });
  assert.equal(refused.status, 401);
  const head =
    "POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n";
  const answer = await raw(server, `${head}Connection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 401 /);
});

test("bodies that stop in the middle hold up nobody, and what came of them is kept", async (t) => {
  const { server, alice } = await start(t, { "limits.uploadsPerUser": 100 });
  const { upload } = await begin(alice);
  const auth = `Authorization: Bearer ${await alice.token()}`;
  const socket = connect({ port: Number(new URL(server.httpUrl).port), host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write(
    `PATCH ${new URL(upload).pathname} HTTP/1.1\r\nHost: a\r\n${auth}\r\nContent-Type: application/partial-upload\r\n` +
      "Upload-Offset: 0\r\nUpload-Complete: ?1\r\nContent-Length: 1000000\r\n\r\nonly this",
  );
  const small = await alice.ask("/files", { method: "POST", body: "meanwhile" });
  assert.equal(small.status, 201);
  socket.destroy();
  const offset = await within(ANSWER_MS, offsetAbove(alice, upload, 0), () => "no octets came");
  assert.equal(offset, 9);
});

test("hostile names come back harmless, and stand in no log", async (t) => {
  const path = corpusPath("web-hostile-strings/expected.json");
  if (path === undefined) return t.diagnostic("corpus web-hostile-strings is not on this machine");
  const { server, alice } = await start(t, { "limits.uploadsPerUser": 100 });
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    cases: { name: string; text: string }[]; // as its README says
  };
  for (const { name, text } of cases) {
    const encoded = encodeURIComponent(text.toWellFormed());
    if (encoded.length > 12_000) continue; // longer than a header section may be
    const posted = await alice.ask("/files", {
      method: "POST",
      headers: { "content-disposition": `attachment; filename*=UTF-8''${encoded}` },
      body: name,
    });
    assert.equal(posted.status, 201, name);
    const { headers } = await fetch((await viewIn(posted)).url);
    assert.match(headers.get("content-disposition") ?? "", /^attachment;filename=[ -~]+$/, name);
    assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
  assert.doesNotMatch(server.errors, /filename|<script|\/files\/[A-Za-z0-9_-]{20}/);
});

function at(offset: string, complete = "?0"): Record<string, string> {
  return { "upload-offset": offset, "upload-complete": complete };
}

async function start(t: TestContext, set: Readonly<Record<string, unknown>> = {}) {
  const users = [{ name: "alice", password: "pw" }];
  const server = await ServerProcess.start({ users, set });
  t.after(() => server.stop());
  return { server, alice: new WebUser(server.httpUrl, "alice", "pw") };
}

async function begin(user: WebUser, headers: Readonly<Record<string, string>> = {}) {
  const init = { method: "POST", headers: { "upload-complete": "?0", ...headers } };
  return viewIn(await user.ask("/files", init));
}

async function filesOf(user: WebUser): Promise<readonly unknown[]> {
  const { files } = (await (await user.ask("/files")).json()) as { files: unknown[] }; // ours
  return files;
}

async function assertUntouched(server: ServerProcess, user: WebUser): Promise<void> {
  assert.ok(server.alive, server.errors);
  // What a broken request had begun goes after its answer.
  const until = performance.now() + GONE_MS;
  let files = await filesOf(user);
  while (files.length > 0 && performance.now() < until) files = await filesOf(user);
  assert.deepEqual(files, []);
  assert.deepEqual(readdirSync(join(server.data, "files")), []);
  assert.doesNotMatch(server.errors, /"level":"error"/);
}

/** HEAD stops whoever still writes, so what came is told. */
async function offsetAbove(user: WebUser, upload: string, least: number): Promise<number> {
  for (;;) {
    const head = await user.ask(upload, { method: "HEAD" });
    const offset = Number(head.headers.get("upload-offset"));
    if (offset > least) return offset;
  }
}

/** What comes back for these octets, up to the end of the connection or of the first answer's head. */
async function raw(server: ServerProcess, request: string): Promise<string> {
  const socket = connect({ port: Number(new URL(server.httpUrl).port), host: "127.0.0.1" });
  const answer = new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
      if (text.includes("\r\n\r\n")) resolve(text);
    });
    socket.on("close", () => resolve(text));
    socket.on("error", () => resolve(text));
  });
  socket.write(request);
  const text = await within(ANSWER_MS, answer, () => `no answer to ${request.slice(0, 200)}`);
  socket.destroy();
  return text;
}

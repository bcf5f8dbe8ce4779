/** The webhook over a real HTTP listener: what it says, whom it believes, and when it gives up. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Secret } from "../secrets/index.ts";
import { PushWebhook, type PushWebhookOptions } from "./push-webhook.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const WAKE = {
  id: "wake-1",
  provider: "fcm",
  prid: "token",
  param: "app",
  reason: "message",
} as const;
const WITHIN = { timeout: 20_000 };

interface Asked {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly path: string | undefined;
}

/** Answers with these statuses, one after the other, and then with the last; 0: never. */
async function receiver(t: TestContext, ...statuses: readonly number[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = statuses[Math.min(asked.length, statuses.length - 1)] ?? 200;
      const body = Buffer.concat(chunks).toString();
      asked.push({ headers: request.headers, body, path: request.url });
      if (status === 0) return;
      response.writeHead(status, { location: "/elsewhere", "content-type": "text/plain" });
      response.end("an answer that nobody reads");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const failures: string[] = [];
  const webhook = (more: Partial<PushWebhookOptions> = {}): PushWebhook => {
    const made = new PushWebhook({
      url: `http://127.0.0.1:${port}/push`,
      providers: ["fcm"],
      secret: new Secret(`whsec_${KEY}\n`),
      failed: (why) => failures.push(why),
      ...more,
      limits: { pausesMs: [1, 2], ...more.limits },
    });
    t.after(() => made.close());
    return made;
  };
  return { asked, failures, webhook };
}

test(
  "a wake is one signed POST that says who is to be woken, and nothing of why",
  WITHIN,
  async (t) => {
    const { asked, webhook } = await receiver(t, 204);
    assert.equal(await webhook().wake(WAKE), "sent");
    const [{ headers, body } = assert.fail()] = asked;
    assert.deepEqual(JSON.parse(body), {
      type: "wake",
      provider: "fcm",
      prid: "token",
      param: "app",
      reason: "message",
    });
    assert.equal(headers["webhook-id"], "wake-1");
    const at = String(headers["webhook-timestamp"]);
    assert.ok(Math.abs(Date.now() / 1_000 - Number(at)) < 10);
    const made = createHmac("sha256", Buffer.from(KEY, "base64"))
      .update(`wake-1.${at}.${body}`)
      .digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${made}`);
  },
);

test("what may pass is tried again under the same id, three times in all", WITHIN, async (t) => {
  const { asked, webhook } = await receiver(t, 503, 429, 200);
  assert.equal(await webhook().wake(WAKE), "sent");
  assert.equal(new Set(asked.map(({ headers }) => headers["webhook-id"])).size, 1);
  const never = await receiver(t, 500);
  assert.equal(await never.webhook().wake(WAKE), "failed");
  assert.equal(never.asked.length, 3);
  assert.deepEqual(never.failures, ["the webhook said 500"]);
});

test(
  "404 and 410 say that the device is gone, other refusals that it is no use to ask again",
  WITHIN,
  async (t) => {
    for (const [status, outcome] of [
      [410, "gone"],
      [404, "gone"],
      [401, "failed"],
      [400, "failed"],
    ] as const) {
      const { asked, webhook } = await receiver(t, status);
      assert.equal(await webhook().wake(WAKE), outcome);
      assert.equal(asked.length, 1);
    }
  },
);

test("no answer leads to another place", WITHIN, async (t) => {
  const { asked, webhook } = await receiver(t, 307);
  assert.equal(await webhook().wake(WAKE), "failed");
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/push"],
  );
});

test(
  "who does not answer is given up, and so is all that is under way at the end",
  WITHIN,
  async (t) => {
    const { asked, failures, webhook } = await receiver(t, 0);
    assert.equal(await webhook({ limits: { answerMs: 30, pausesMs: [1] } }).wake(WAKE), "failed");
    assert.equal(asked.length, 2);
    assert.match(failures[0] ?? "", /^no answer: TimeoutError$/);
    const closing = webhook();
    const under = closing.wake(WAKE);
    closing.close();
    assert.equal(await under, "failed");
  },
);

test("so many are asked at once, so many wait, and no more", WITHIN, async (t) => {
  const { asked, failures, webhook } = await receiver(t, 200);
  const limited = webhook({ limits: { atOnce: 1, waiting: 2 } });
  const wakes = ["a", "b", "c", "d"].map((id) => limited.wake({ ...WAKE, id }));
  assert.deepEqual(await Promise.all(wakes), ["sent", "sent", "sent", "failed"]);
  assert.equal(asked.length, 3);
  assert.deepEqual(failures, ["too many devices are to be woken"]);
});

test("a secret that is none is a mistake at the start", () => {
  for (const secret of ["", "whsec_", "whsec_c2hvcnQ=", KEY]) {
    const made = { url: "http://127.0.0.1:1", providers: [], secret: new Secret(secret) };
    assert.throws(() => new PushWebhook(made), RangeError);
  }
});

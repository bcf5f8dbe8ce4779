/** The examples run as their heads say. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect, type ImClient, type IncomingMessage } from "@parlance/client/node";
import { within } from "./deadline.ts";
import { ServerProcess } from "./server-process.ts";

const PATIENCE_MS = 20_000;
const ALICE = "sip:alice@parlance.test";

async function serverFor(t: TestContext, set = {}): Promise<string> {
  const users = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));
  const server = await ServerProcess.start({ domain: "parlance.test", users, set });
  t.after(() => server.stop());
  const { host, port } = server.address("tcp");
  return `tcp://${host}:${port}`;
}

/** What it says when it is ready is the first line. */
async function started(t: TestContext, example: string, server: string, line: string) {
  const file = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
  const bot = spawn(process.execPath, ["--conditions=parlance-source", file], {
    env: { ...process.env, BOT_PASSWORD: "bob-secret", BOT_SERVER: server },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => bot.kill("SIGKILL"));
  const lines = createInterface(bot.stdout);
  const [first] = await within(PATIENCE_MS, once(lines, "line"), () => `${example} is not ready`);
  assert.equal(first, line);
  return async (): Promise<void> => {
    bot.kill("SIGTERM");
    const [code] = await within(PATIENCE_MS, once(bot, "exit"), () => `${example} stays`);
    assert.equal(code, 0);
  };
}

async function alice(t: TestContext, server: string): Promise<ImClient> {
  const client = await connect({ user: ALICE, password: "alice-secret", server });
  t.after(() => client.close());
  return client;
}

test("the echo bot echoes, and leaves when it is told to", async (t) => {
  const server = await serverFor(t);
  const leaves = await started(t, "echo-bot.ts", server, "sip:bob@parlance.test is online");
  const client = await alice(t, server);
  const sent = client.send("sip:bob@parlance.test", "Is there an echo? 🙂");
  const next = await within(PATIENCE_MS, client.messages().next(), () => "no echo");
  assert.equal(next.value?.kind === "text" && next.value.text, "Is there an echo? 🙂");
  await within(PATIENCE_MS, sent.displayed, () => `the question is ${sent.state}`);
  await leaves();
});

test("the group bot greets, answers all or one, and not what the room says itself", async (t) => {
  const rooms = [{ name: "lobby", displayName: "Lobby" }];
  const server = await serverFor(t, { rooms });
  const leaves = await started(t, "group-bot.ts", server, "sip:bob@parlance.test is in Lobby");
  const client = await alice(t, server);
  const heard = client.messages();
  const room = await client.join("sip:lobby@parlance.test");
  const said: string[] = [];
  const next = async (): Promise<IncomingMessage> => {
    for (;;) {
      const { value } = await within(PATIENCE_MS, heard.next(), () => `only ${said.join(" | ")}`);
      assert.ok(value?.kind === "text");
      said.push(value.text);
      if (value.reach !== "system") return value;
    }
  };
  const answer = async (): Promise<string> => {
    const message = await next();
    return `${message.reach} ${message.fromName}: ${message.kind === "text" ? message.text : ""}`;
  };
  assert.equal(await answer(), "all Bot: Hello alice!");
  room.send("!who");
  assert.equal(await answer(), "all Bot: Bot, alice");
  room.whisper("sip:bob@parlance.test", "!lines");
  assert.equal(await answer(), "private Bot: 2");
  await leaves();
});

/** The examples run as their heads say. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "@parlance/client/node";
import { within } from "./deadline.ts";
import { ServerProcess } from "./server-process.ts";

const ECHO_BOT = fileURLToPath(new URL("../../examples/echo-bot.ts", import.meta.url));
const PATIENCE_MS = 20_000;

test("the echo bot echoes, and leaves when it is told to", async (t) => {
  const users = ["alice", "bob"].map((name) => ({ name, password: `${name}-secret` }));
  const server = await ServerProcess.start({ domain: "parlance.test", users });
  t.after(() => server.stop());
  const { host, port } = server.address("tcp");
  const url = `tcp://${host}:${port}`;
  const bot = spawn(process.execPath, ["--conditions=parlance-source", ECHO_BOT], {
    env: { ...process.env, BOT_PASSWORD: "bob-secret", BOT_SERVER: url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => bot.kill("SIGKILL"));
  const [line] = await within(
    PATIENCE_MS,
    once(createInterface(bot.stdout), "line"),
    () => "the bot is not online",
  );
  assert.equal(line, "sip:bob@parlance.test is online");

  const user = "sip:alice@parlance.test";
  const alice = await connect({ user, password: "alice-secret", server: url });
  t.after(() => alice.close());
  const sent = alice.send("sip:bob@parlance.test", "Is there an echo? 🙂");
  const next = await within(PATIENCE_MS, alice.messages().next(), () => "no echo");
  assert.equal(next.value?.kind === "text" && next.value.text, "Is there an echo? 🙂");
  await within(PATIENCE_MS, sent.displayed, () => `the question is ${sent.state}`);

  bot.kill("SIGTERM");
  const [code] = await within(PATIENCE_MS, once(bot, "exit"), () => "the bot stays");
  assert.equal(code, 0);
});

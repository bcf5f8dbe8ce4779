/**
 * Answers every text with the same text.
 *
 *     BOT_USER=sip:bob@parlance.test BOT_PASSWORD=… node_modules/.bin/node --conditions=parlance-source examples/echo-bot.ts
 */
import { connect, ImError } from "@parlance/client/node";

const { BOT_USER = "sip:bob@parlance.test", BOT_PASSWORD = "", BOT_SERVER } = process.env;

const leaving = new AbortController();
process.on("SIGTERM", () => leaving.abort());
process.on("SIGINT", () => leaving.abort());

async function echo(): Promise<void> {
  const im = await connect({
    user: BOT_USER,
    password: BOT_PASSWORD,
    server: BOT_SERVER ?? "tcp://127.0.0.1:5060",
    displayName: "Echo",
    signal: leaving.signal,
  });
  console.log(`${im.address} is ${im.connection.state}`);
  for await (const message of im.messages({ signal: leaving.signal })) {
    // Nobody can answer whoever hides; other kinds of content are left alone.
    if (message.kind !== "text" || message.anonymous) continue;
    // A group says itself who comes and goes, and another device of the bot is not to be answered.
    if (message.reach === "system" || message.own) continue;
    await message.displayed();
    im.send(message.conversation, message.text, { expires: "1h" });
  }
  await im.close();
}

try {
  await echo();
} catch (error) {
  if (!(error instanceof ImError)) throw error;
  console.error(`${error.message}${error.temporary ? " (try again later)" : ""}`);
  process.exitCode = 1;
}

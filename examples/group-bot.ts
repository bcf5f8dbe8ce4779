/**
 * Sits in a chat room: greets whoever comes, says who is there and how many lines were written, and answers in private who asks in private.
 *
 *     BOT_USER=sip:bob@parlance.test BOT_PASSWORD=… BOT_ROOM=sip:lobby@parlance.test \
 *       node_modules/.bin/node --conditions=parlance-source examples/group-bot.ts
 */
import { connect, ImError, type IncomingMessage, type Room } from "@parlance/client/node";

const { BOT_USER = "sip:bob@parlance.test", BOT_PASSWORD = "", BOT_SERVER } = process.env;
const { BOT_ROOM = "sip:lobby@parlance.test" } = process.env;

const leaving = new AbortController();
process.on("SIGTERM", () => leaving.abort());
process.on("SIGINT", () => leaving.abort());

async function sit(): Promise<void> {
  const im = await connect({
    user: BOT_USER,
    password: BOT_PASSWORD,
    server: BOT_SERVER ?? "tcp://127.0.0.1:5060",
    signal: leaving.signal,
  });
  const room = await im.join(BOT_ROOM, { nickname: "Bot", signal: leaving.signal });
  room.on("roster", (change) => {
    if (change.type === "added" && !change.member.me) room.send(`Hello ${change.member.name}!`);
  });
  console.log(`${im.address} is in ${room.name ?? room.address}`);
  let lines = 0;
  for await (const message of im.messages({ signal: leaving.signal })) {
    if (!isSaid(message, room)) continue;
    lines += 1;
    const answer = answerTo(message.text, room, lines);
    if (answer === undefined) continue;
    if (message.reach === "private") room.whisper(message.from, answer);
    else room.send(answer);
  }
  room.leave();
  await im.close();
}

/** By somebody in the room: not by the room itself, which says who comes and goes, and not by another device of the bot. */
function isSaid(
  message: IncomingMessage,
  { address }: Room,
): message is IncomingMessage & { kind: "text" } {
  const { conversation, reach, own, kind } = message;
  return conversation === address && kind === "text" && reach !== "system" && !own;
}

function answerTo(text: string, { members }: Room, lines: number): string | undefined {
  switch (text.trim().toLowerCase()) {
    case "!who":
      return members
        .filter(({ state }) => state === "in")
        .map(({ name }) => name)
        .join(", ");
    case "!lines":
      return `${lines}`;
    default:
      return undefined;
  }
}

try {
  await sit();
} catch (error) {
  if (!(error instanceof ImError)) throw error;
  console.error(`${error.message}${error.temporary ? " (try again later)" : ""}`);
  process.exitCode = 1;
}

/**
 * What a server of documents cannot do without: a document of the same length in an answer, and on the disk before the answer
 * to a change. Nothing is asked, read, checked or kept apart.
 *
 *   node xcap-pipe.ts FOLDER ENTRIES
 */
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { entryOf, listOf } from "./document.ts";

const [, , folder = ".", entries = "500"] = process.argv;
const whole = Buffer.from(listOf(Number(entries)));
const entry = Buffer.from(entryOf(0));
const file = await open(join(folder, "documents"), "w");

const server = createServer((request, response) => void serve(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  console.log(`ready ${port}`);
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  if (method === "GET") {
    response.end(url.includes("~~") ? entry : whole);
    return;
  }
  await request.forEach(() => undefined);
  await file.write(whole, 0, whole.length, 0);
  await file.datasync();
  response.end();
}

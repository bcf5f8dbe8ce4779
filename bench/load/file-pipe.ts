/**
 * What a file server cannot do without: a body is piped into a file, which is synced, and a file is piped into an answer.
 * Nothing is asked, hashed, counted or kept.
 *
 *   node file-pipe.ts FOLDER
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const [, , folder = "."] = process.argv;
let count = 0;

const server = createServer((request, response) => void serve(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  console.log(`ready ${port}`);
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  const file = join(folder, url.slice(1));
  if (method === "GET") return pipeline(createReadStream(file), response);
  if (method === "DELETE") {
    await unlink(file);
    response.writeHead(204).end();
    return;
  }
  count += 1;
  const name = `file${count}`;
  await pipeline(request, createWriteStream(join(folder, name)));
  const handle = await open(join(folder, name), "r");
  await handle.datasync();
  await handle.close();
  response.writeHead(201, { "content-type": "application/json" });
  response.end(JSON.stringify({ url: `/${name}`, upload: `/${name}` }));
}

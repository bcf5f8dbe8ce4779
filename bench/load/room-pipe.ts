/**
 * Writes what one connection says to all others, in as few system calls as there can be, and reads no answer: the limit of
 * what Node can distribute. Prints its port.
 *
 *   node room-pipe.ts
 */
import { createServer, type Socket } from "node:net";

const speakers = Number(process.argv[2]);
const sockets = new Set<Socket>();
/** Of this turn of the event loop: frames, and who said them. */
let said: { readonly frame: Buffer; readonly by: Socket }[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  const speaks = sockets.size < speakers;
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (data) => {
    if (!speaks) return; // answers of those who hear: nobody reads them here
    const bytes = rest.length === 0 ? data : Buffer.concat([rest, data]);
    rest = takeFrames(bytes, socket);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`ready ${address !== null && typeof address === "object" ? address.port : 0}`);
});

function takeFrames(bytes: Buffer, by: Socket): Buffer {
  let at = 0;
  for (;;) {
    const idEnd = bytes.indexOf(32, at + 5);
    if (idEnd < 0) break;
    const id = bytes.toString("latin1", at + 5, idEnd);
    const end = bytes.indexOf(`-------${id}$\r\n`, at, "latin1");
    if (end < 0) break;
    const frame = bytes.subarray(at, end + id.length + 10);
    at = end + id.length + 10;
    if (frame.toString("latin1", id.length + 6, id.length + 10) !== "SEND") continue;
    by.write(`MSRP ${id} 200 OK\r\nTo-Path: x\r\nFrom-Path: y\r\n-------${id}$\r\n`);
    pass(frame, by);
  }
  return bytes.subarray(at);
}

function pass(frame: Buffer, by: Socket): void {
  if (said.length === 0) setImmediate(passAll);
  said.push({ frame: Buffer.from(frame), by });
}

function passAll(): void {
  const frames = said;
  said = [];
  const all = Buffer.concat(frames.map(({ frame }) => frame));
  const spoke = new Set(frames.map(({ by }) => by));
  for (const socket of sockets) {
    if (!spoke.has(socket)) socket.write(all);
    else
      socket.write(
        Buffer.concat(frames.flatMap(({ frame, by }) => (by === socket ? [] : [frame]))),
      );
  }
}

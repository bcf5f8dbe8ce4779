/** Joins each two connections that come in: the limit of what Node can relay. Prints its port. */
import { createServer, type Socket } from "node:net";

let waiting: Socket | undefined;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  if (waiting === undefined) {
    waiting = socket;
    socket.pause();
    return;
  }
  const other = waiting;
  waiting = undefined;
  other.pipe(socket);
  socket.pipe(other);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`ready ${address !== null && typeof address === "object" ? address.port : 0}`);
});

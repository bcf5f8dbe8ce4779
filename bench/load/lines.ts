/** How a phone of the load reaches the server: a socket of its own, whole messages as text. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";

export interface Line {
  readonly port: number;
  send(text: string): void;
}

export type Receive = (text: string) => void;

const BUFFER_BYTES = 4 << 20;

export function openLine(transport: "udp" | "tcp", port: number, receive: Receive): Promise<Line> {
  return transport === "udp" ? openDatagrams(port, receive) : openStream(port, receive);
}

function openDatagrams(port: number, receive: Receive): Promise<Line> {
  const socket = createSocket({
    type: "udp4",
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
  });
  socket.on("message", (data) => receive(data.toString("latin1")));
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      socket.connect(port, "127.0.0.1", () => {
        resolve({
          port: socket.address().port,
          send: (text) => socket.send(Buffer.from(text, "latin1")),
        });
      });
    });
  });
}

/** Writes once a turn, as the servers do. */
function openStream(port: number, receive: Receive): Promise<Line> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let rest = "";
  socket.on("data", (data) => {
    rest = cutMessages(rest + data.toString("latin1"), receive);
  });
  let queue: string[] = [];
  const flush = (): void => {
    const text = queue.join("");
    queue = [];
    socket.write(text, "latin1");
  };
  const send = (text: string): void => {
    if (queue.length === 0) setImmediate(flush);
    queue.push(text);
  };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("connect", () => resolve({ port: socket.localPort ?? 0, send }));
  });
}

function cutMessages(text: string, receive: Receive): string {
  let from = 0;
  for (;;) {
    const head = text.indexOf("\r\n\r\n", from);
    if (head < 0) return text.slice(from);
    const at = text.indexOf("\nContent-Length:", from);
    const length = at > 0 && at < head ? Number.parseInt(text.slice(at + 16, at + 26), 10) : 0;
    const end = head + 4 + length;
    if (end > text.length) return text.slice(from);
    receive(text.slice(from, end));
    from = end;
  }
}

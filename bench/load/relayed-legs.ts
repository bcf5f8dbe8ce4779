/** Legs over an MSRP relay: one side connects to it, the other listens, and the relay connects there. RFC 4976 §6.4 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { listen, openLeg } from "./msrp-ends.ts";
import type { Leg } from "./session-phone.ts";

export async function openRelayed(
  port: number,
  at: number,
  heard: () => void,
): Promise<{ readonly socket: Socket; readonly leg: Leg }> {
  const relay = `msrp://127.0.0.1:${port}/relay${at};tcp`;
  const near = `msrp://127.0.0.1:9/a${at};tcp`;
  const server = createServer({ noDelay: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const own = address !== null && typeof address === "object" ? address.port : 0;
  const far = `msrp://127.0.0.1:${own}/b${at};tcp`;
  let greeted = false;
  server.on("connection", (socket) => {
    listen(socket, { host: "127.0.0.1", port, toPath: relay, fromPath: far }, () => {
      if (greeted) heard();
      greeted = true;
    });
  });
  const leg: Leg = { host: "127.0.0.1", port, toPath: `${relay} ${far}`, fromPath: near };
  return { socket: await openLeg(leg, `a${at}`, false), leg };
}

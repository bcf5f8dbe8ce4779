/** One who comes into a room: INVITE, ACK, the MSRP connection, SUBSCRIBE; from then on he answers what he is notified of. */
import type { Socket } from "node:net";
import { openLeg } from "./msrp-ends.ts";
import type { LoadOptions } from "./options.ts";
import type { Phone } from "./phone.ts";

const NOTIFIED = { count: 0 };

/** NOTIFYs that have come, to all of them. */
export function notifications(): number {
  return NOTIFIED.count;
}

export async function join(phone: Phone, room: string, options: LoadOptions): Promise<Socket> {
  const { domain, transport } = options;
  const { user } = phone;
  const own = `msrp://127.0.0.1:9/${user}r;tcp`;
  const contact = `Contact: <sip:${user}@127.0.0.1:9;transport=${transport}>;+g.oma.sip-im\r\n`;
  const head = (method: string, target: string, to: string, call: string): string =>
    `${method} ${target} SIP/2.0\r\n${phone.via(`${method}${call}`)}Max-Forwards: 70\r\n` +
    `From: <sip:${user}@${domain}>;tag=f\r\nTo: ${to}\r\nCall-ID: ${call}-${user}\r\nCSeq: 1 ${method}\r\n` +
    `Accept-Contact: *;+g.oma.sip-im\r\n`;
  phone.onRequest = (text) => {
    if (!text.startsWith("NOTIFY ")) return;
    NOTIFIED.count += 1;
    phone.send(taken(text));
  };
  const body = description(own);
  const ok = await exchange(
    phone,
    `${head("INVITE", room, `<${room}>`, "j")}${contact}Content-Type: application/sdp\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  const to = /\r\nTo: *(.*)\r\n/.exec(ok)?.[1] ?? "";
  const focus = /\r\nContact: *<([^>]*)>/.exec(ok)?.[1] ?? room;
  phone.send(`${head("ACK", focus, to, "j")}Content-Length: 0\r\n\r\n`);
  const toPath = /\r\na=path:(\S+)/.exec(ok)?.[1] ?? "";
  const { host = "127.0.0.1", port } =
    /^msrp:\/\/(?<host>[^:/]+):(?<port>\d+)/.exec(toPath)?.groups ?? {};
  const socket = await openLeg({ host, port: Number(port), toPath, fromPath: own }, user, false);
  await exchange(
    phone,
    `${head("SUBSCRIBE", focus, `<${focus}>`, "w")}${contact}Event: conference\r\nExpires: 3600\r\n` +
      `Accept: application/conference-info+xml\r\nContent-Length: 0\r\n\r\n`,
  );
  return socket;
}

/** Sends a request and resolves with its 200; provisional answers are passed over. */
function exchange(phone: Phone, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    phone.onResponse = (text) => {
      const status = Number(text.slice(8, 11));
      if (status < 200) return;
      if (status < 300) resolve(text);
      else reject(new Error(`${request.split(" ", 1)[0]}: ${text.split("\r\n", 1)[0]}`));
    };
    phone.send(request);
  });
}

function taken(notify: string): string {
  const lines = notify.slice(0, notify.indexOf("\r\n\r\n")).split("\r\n").slice(1);
  const kept = lines.filter((line) => /^(?:via|from|to|call-id|cseq):/i.test(line));
  return `SIP/2.0 200 OK\r\n${kept.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`;
}

function description(path: string): string {
  return (
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n` +
    `m=message 9 TCP/MSRP *\r\na=path:${path}\r\na=accept-types:message/cpim\r\na=accept-wrapped-types:*\r\n` +
    `a=setup:active\r\n`
  );
}

/** A MESSAGE as a client with every identity header sends it: about 1,200 octets, CPIM with a wish for reports. */
import type { LoadOptions } from "./options.ts";
import type { Phone } from "./phone.ts";

const TEXT =
  "Shall we meet at the usual place at noon? I will bring the papers, you bring the cake.".padEnd(
    240,
    " .",
  );

export function messageText(
  from: Phone,
  to: string,
  number: number,
  { domain, transport }: LoadOptions,
): string {
  const uri = `sip:${to}@${domain}`;
  const body =
    `From: <sip:${from.user}@${domain}>\r\nTo: <${uri}>\r\nDateTime: 2030-05-04T10:00:00Z\r\n` +
    `NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m${number}x34jk324j\r\n` +
    `imdn.Disposition-Notification: positive-delivery, display\r\n\r\n` +
    `Content-Type: text/plain;charset=UTF-8\r\n\r\n${TEXT}`;
  // A connection is proof enough of who it is; a datagram proves nothing.
  const authorization = transport === "udp" ? from.authorization("MESSAGE", uri) : "";
  return (
    `MESSAGE ${uri} SIP/2.0\r\n${from.via(String(number))}Max-Forwards: 70\r\n` +
    `From: "Alice" <sip:${from.user}@${domain}>;tag=t${number}\r\nTo: <${uri}>\r\n` +
    `Call-ID: c${number}-${from.user}@127.0.0.1\r\nCSeq: 1 MESSAGE\r\n` +
    `P-Preferred-Identity: <sip:${from.user}@${domain}>\r\nAccept-Contact: *;+g.oma.sip-im\r\n` +
    `User-Agent: IM-client/OMA1.0 load/1.0\r\nAllow: MESSAGE, OPTIONS, INVITE, ACK, CANCEL, BYE\r\n` +
    `Supported: gruu, outbound, path\r\nDate: Sat, 04 May 2030 10:00:00 GMT\r\n${authorization}` +
    `Content-Type: message/cpim\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** Kamailio as the SIP/IP core in front of the server. */
import { freePort } from "../sipp/sipp.ts";
import { Kamailio } from "./kamailio.ts";

export interface CorePorts {
  /** Of the clients. */
  readonly port: number;
  /** Of the application server. */
  readonly serverPort: number;
}

export function freePorts(): Promise<CorePorts> {
  return Promise.all([freePort(), freePort()]).then(([port, serverPort]) => ({ port, serverPort }));
}

/** `as`: where the application server listens for it. */
export function startCore({ port, serverPort }: CorePorts, as: number): Promise<Kamailio> {
  const here = "127.0.0.1";
  return Kamailio.start({
    config: "sip-ip-core.cfg",
    listeners: [`udp:${here}:${port}`, `tcp:${here}:${port}`, `tcp:${here}:${serverPort}`],
    defines: [
      `AS="sip:${here}:${as};transport=tcp"`,
      `CORE="sip:${here}:${serverPort};transport=tcp"`,
      `CORE_PORT=${serverPort}`,
    ],
    port,
  });
}

/** Reports that the server makes about messages it took over. RFC 5438 §8.1, §8.2 */
import { formatCpim, makeImdn, type Notification, parseImdnHeaders } from "@parlance/formats";
import { newMessageId } from "@parlance/im";
import { addressKey, parseUri, type Uri } from "@parlance/sip";
import { type Clock, parsed, type Random } from "@parlance/wire";
import type { Log, Originator, ReportSubject, Reports, Way } from "../ports/index.ts";
import { makeServerMessage } from "./server-message.ts";

export interface ReportPorts {
  readonly way: Pick<Way, "submit">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface ReportOptions {
  readonly userAgent: string;
}

export class ServerReports implements Reports {
  readonly #ports: ReportPorts;
  readonly #options: ReportOptions;

  constructor(ports: ReportPorts, options: ReportOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async stored(subject: ReportSubject): Promise<void> {
    await this.#report(subject, { kind: "processing", status: "stored" });
  }

  async asked(subject: ReportSubject): Promise<void> {
    await this.#report(subject, { kind: "processing", status: "processed" });
  }

  failed(subject: ReportSubject, why: "failed" | "declined" = "failed"): Promise<void> {
    return this.#tell(subject, why);
  }

  delivered(subject: ReportSubject): Promise<void> {
    return this.#tell(subject, "delivered");
  }

  async #tell(subject: ReportSubject, end: "failed" | "declined" | "delivered"): Promise<void> {
    const status = await this.#report(subject, { kind: "delivery", status: end });
    // Whatever the author's devices answer, his messages are kept: so it is our own trouble.
    if (status >= 500 && status < 600) throw new Error(`report not taken: ${status}`);
  }

  async #report(subject: ReportSubject, notification: Notification): Promise<number> {
    const made = parsed(() => this.#make(subject, notification));
    // Headers or addresses that cannot be read ask for nothing.
    if (!made.ok || made.value === undefined) return 200;
    const { request, recipient } = made.value;
    const originator = originatorOf(recipient);
    const principal = { kind: "server", onBehalfOf: originator.address } as const;
    const { status } = await this.#ports.way.submit(request, principal, originator);
    if (status >= 300) this.#ports.log.info("report not delivered", { status });
    return status;
  }

  #make({ cpim, author, recipient }: ReportSubject, notification: Notification) {
    const { clock, random } = this.#ports;
    const now = clock.now();
    const from = { name: undefined, uri: recipient };
    const messageId = newMessageId(random);
    const report = { notification, from, recipientUri: recipient, messageId, now };
    const imdn = makeImdn(cpim, report);
    if (imdn === undefined) return undefined; // IM-8.1.1-10
    const headers = parseImdnHeaders(cpim);
    const routed = headers.ok && headers.value.recordRoutes.length > 0; // RFC 5438 §7.2.1
    const to = routed ? imdn.target : author;
    const body = formatCpim(imdn.message);
    const { userAgent } = this.#options;
    const message = { to, from: recipient, contentType: "message/cpim", body, now, userAgent };
    return { request: makeServerMessage(message, random), recipient: parseUri(recipient) };
  }
}

/** The report is the recipient's, whoever writes it. */
function originatorOf(uri: Uri): Originator {
  return { uri, address: addressKey(uri), anonymous: false, user: undefined };
}

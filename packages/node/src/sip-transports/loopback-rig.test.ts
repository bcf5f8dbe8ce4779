/** What the tests of the sockets share: two ends on the loopback, and who listens to both. */
import { rmSync, writeFileSync } from "node:fs";
import { connect, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Address, Flow, FlowEvents, FlowFault, SipMessage } from "@parlance/sip";
import { generate } from "selfsigned";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { destinationPolicy } from "../sockets/destinations.ts";
import type { SipTransportsOptions, TransportEvent } from "./options.ts";
import { SipTransports } from "./sip-transports.ts";

export type Heard =
  | { readonly kind: "message"; readonly message: SipMessage; readonly flow: Flow }
  | { readonly kind: "fault"; readonly fault: FlowFault; readonly flow: Flow }
  | { readonly kind: "closed"; readonly flow: Flow; readonly reason: string };

/** Keeps what it hears until somebody asks for the next one of a kind. */
export class Ear implements FlowEvents {
  readonly heard: Heard[] = [];
  readonly #waiting: { readonly kind: Heard["kind"]; readonly take: (heard: Heard) => void }[] = [];
  /** Called at once for each message, to answer it. */
  answer: ((message: SipMessage, flow: Flow) => void) | undefined;

  message(message: SipMessage, flow: Flow): void {
    this.answer?.(message, flow);
    this.#hear({ kind: "message", message, flow });
  }

  fault(fault: FlowFault, flow: Flow): void {
    this.#hear({ kind: "fault", fault, flow });
  }

  closed(flow: Flow, reason: string): void {
    this.#hear({ kind: "closed", flow, reason });
  }

  async next<K extends Heard["kind"]>(kind: K): Promise<Extract<Heard, { kind: K }>> {
    const isKind = (heard: Heard): heard is Extract<Heard, { kind: K }> => heard.kind === kind;
    const at = this.heard.findIndex(isKind);
    const heard =
      at === -1
        ? await new Promise<Heard>((take) => this.#waiting.push({ kind, take }))
        : this.heard.splice(at, 1)[0];
    if (heard === undefined || !isKind(heard)) throw new Error("the ear mixed up its kinds");
    return heard;
  }

  #hear(heard: Heard): void {
    const at = this.#waiting.findIndex(({ kind }) => kind === heard.kind);
    if (at === -1) this.heard.push(heard);
    else this.#waiting.splice(at, 1)[0]?.take(heard);
  }
}

export interface End {
  readonly transports: SipTransports;
  readonly ear: Ear;
  readonly events: TransportEvent[];
}

/** One end; stopped with its test. The loopback is allowed to it. */
export function end(t: TestContext, options: SipTransportsOptions = {}): End {
  const ear = new Ear();
  const events: TransportEvent[] = [];
  const transports = new SipTransports({
    mayConnect: destinationPolicy(["127.0.0.0/8", "::1"]),
    log: (event) => events.push(event),
    ...options,
    // A test that leaves a connection half closed must not wait for it.
    limits: { endMs: 50, ...options.limits },
  });
  transports.attach(ear);
  t.after(() => transports.stop());
  return { transports, ear, events };
}

/** The loopback addresses of this machine, in the form of URLs. */
export function loopbacks(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.some(({ address }) => address === "::1") ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"];
}

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate that signs itself, for DNS names, or for URIs when they have a colon. */
export async function certificate(
  inFolder: string,
  name: string,
  names: readonly string[],
): Promise<TestCertificate> {
  const made = await generate([{ name: "commonName", value: "not a name for SIP" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      {
        name: "subjectAltName",
        altNames: names.map((value) => ({ type: value.includes(":") ? 6 : 2, value })),
      },
    ],
  });
  const certFile = join(inFolder, `${name}.pem`);
  const keyFile = join(inFolder, `${name}.key`);
  writeFileSync(certFile, made.cert);
  writeFileSync(keyFile, made.private);
  return { cert: made.cert, key: made.private, certFile, keyFile };
}

/** Where a server listens that was given port 0. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not bound to a port");
  return address.port;
}

/** A folder that goes with its test. */
export function folder(t: TestContext): string {
  const path = ownFolder();
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A MESSAGE as text; every header that the guard of the stack wants is there. */
export function messageText(callId: string, body = "hello"): string {
  return [
    "MESSAGE sip:bob@parlance.test SIP/2.0",
    "Via: SIP/2.0/TCP client.parlance.test;branch=z9hG4bKtest",
    "Max-Forwards: 70",
    "From: <sip:alice@parlance.test>;tag=1",
    "To: <sip:bob@parlance.test>",
    `Call-ID: ${callId}`,
    "CSeq: 1 MESSAGE",
    "Content-Type: text/plain",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}

/** A bare TCP connection, closed with its test. */
export function plug(t: TestContext, { host, port }: Address): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  t.after(() => socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Everything that the other side writes until it ends. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What was refused, in order. */
export function refusals(events: readonly { readonly kind: string; readonly reason?: string }[]) {
  return events.filter(({ kind }) => kind === "refused").map(({ reason }) => reason);
}

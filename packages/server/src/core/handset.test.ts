/** A phone that says exactly what its test writes, as real ones were seen to do, and answers digest challenges. */
import {
  Authorization,
  DigestClient,
  type Flow,
  formatMessage,
  ProxyAuthenticate,
  ProxyAuthorization,
  parseMessage,
  type SipMessage,
  SipRequest,
  SipResponse,
  WwwAuthenticate,
} from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { hashing } from "./machine-ports.test.ts";
import { Machine } from "./network.test.ts";
import { DOMAIN, SERVER } from "./phone.test.ts";
import type { World } from "./world.test.ts";

export interface HandsetOptions {
  readonly host: string;
  /** Where its datagrams come from. */
  readonly port: number;
  /** Where it listens, when that is another port. */
  readonly listens?: number;
}

export class Handset {
  readonly heard: SipMessage[] = [];
  /** What it says to a request, as text; nothing by default. */
  respond: (request: SipRequest) => string | undefined = () => undefined;
  /** The port of the server that it sends to. */
  serverPort = 5_060;
  readonly #world: World;
  readonly #machine: Machine;
  readonly #port: number;
  readonly #digest: DigestClient;

  constructor(world: World, user: string, { host, port, listens = port }: HandsetOptions) {
    this.#world = world;
    this.#port = port;
    this.#digest = new DigestClient(
      { username: user, password: `${user}-secret`, realm: undefined, peer: "server" },
      { hashing, random: world.random },
    );
    const known = world.machines.get(host);
    const listeners = [...(known?.listeners ?? []), udp(port), udp(listens)];
    const machine = new Machine(world, host, listeners);
    const before = known?.events;
    machine.events = {
      message: (message, flow) => {
        const ours = flow.local.port === port || flow.local.port === listens;
        if (ours) this.#take(message, flow);
        else before?.message(message, flow);
      },
      fault: () => undefined,
      closed: () => undefined,
    };
    world.machines.set(host, machine);
    this.#machine = machine;
  }

  get requests(): readonly SipRequest[] {
    return this.heard.filter((message) => message instanceof SipRequest);
  }

  /** Lines as they stand in `text`; the final answer, also to the credentials that a challenge asks for. */
  async ask(text: string): Promise<SipResponse> {
    const first = await this.#exchange(text);
    const challenges = first.get(WwwAuthenticate) ?? first.get(ProxyAuthenticate);
    if (challenges === undefined) return first;
    const request = read(text);
    this.#digest.challenged(challenges, "server", undefined);
    const { method, uriText: uri, body } = request;
    const value = this.#digest.authorize({ method, uri, body }, "server");
    if (value === undefined) throw new Error("no credentials");
    const type = first.status === 401 ? Authorization : ProxyAuthorization;
    // The lines stay as they are; only the branch is another, as with every phone.
    const again = read(text.replace(/(branch=z9hG4bK[\w-]*)/, "$1a"));
    const signed = textOf(again.edit().set(type, [value]).done());
    const length = /^(?:Content-Length|l) *:/im;
    return this.#exchange(
      length.test(text) ? signed : signed.replace(/^Content-Length: .*\n/m, ""),
    );
  }

  send(text: string): void {
    const flow = this.#machine.datagramsTo(SERVER, this.serverPort, this.#port);
    this.#machine.send(flow, utf8Bytes(text.replaceAll(/\r?\n/g, "\r\n")));
  }

  async #exchange(text: string): Promise<SipResponse> {
    const before = this.heard.length;
    this.send(text);
    await this.#world.settle();
    const { callId, cseq } = read(text);
    const answer = this.heard
      .slice(before)
      .find(
        (one) =>
          one instanceof SipResponse &&
          one.status >= 200 &&
          one.callId === callId &&
          one.cseq.number === cseq.number,
      );
    if (!(answer instanceof SipResponse)) throw new Error(`no answer to ${text}`);
    return answer;
  }

  #take(message: SipMessage, flow: Flow): void {
    this.heard.push(message);
    const answer = message instanceof SipRequest ? this.respond(message) : undefined;
    if (answer === undefined) return;
    const back = this.#machine.datagramsTo(flow.remote.host, flow.remote.port, this.#port);
    this.#machine.send(back, utf8Bytes(answer.replaceAll(/\r?\n/g, "\r\n")));
  }
}

export function read(text: string): SipRequest {
  const parsed = parseMessage(utf8Bytes(text.replaceAll(/\r?\n/g, "\r\n")));
  if (!parsed.ok || !(parsed.value instanceof SipRequest)) throw new Error(`no request: ${text}`);
  return parsed.value;
}

/** The header lines that an answer copies, each as it came. */
export function copied(request: SipRequest, ...names: readonly string[]): string {
  return textOf(request)
    .split("\n")
    .filter((line) => names.some((name) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)))
    .join("\n");
}

function textOf(request: SipRequest): string {
  return new TextDecoder().decode(formatMessage(request)).replaceAll("\r\n", "\n");
}

export const HOME = `sip:${DOMAIN}`;

function udp(port: number) {
  return { transport: "UDP", port, name: "phone" } as const;
}

/** A user who asks the server over HTTP, as values, and logs in by digest. */
import { type AuthValue, DigestClient, WwwAuthenticate } from "@parlance/sip";
import { type Hashing, type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import type { WebHandler } from "../web/index.ts";

export interface WebTold {
  readonly status: number;
  readonly text: string;
  readonly headers: ReadonlyMap<string, string>;
}

export class WebUser {
  readonly #handle: () => WebHandler;
  readonly #digest: DigestClient;

  /** `handle`: of the server that is there now. */
  constructor(
    handle: () => WebHandler,
    username: string,
    tools: { readonly hashing: Hashing; readonly random: Random },
  ) {
    this.#handle = handle;
    const who = { username, password: `${username}-secret`, realm: undefined, peer: "web" };
    this.#digest = new DigestClient(who, tools);
  }

  async ask(
    method: string,
    target: string,
    body = "",
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebTold> {
    const first = await this.#send(method, target, body, headers);
    if (first.status !== 401) return first;
    this.#digest.challenged(first.challenges, "web", undefined);
    return this.#send(method, target, body, headers);
  }

  async #send(
    method: string,
    target: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<WebTold & { readonly challenges: readonly AuthValue[] }> {
    const proof = this.#digest.authorize({ method, uri: target, body: utf8Bytes("") }, "web");
    const sent = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
    if (proof !== undefined) sent.set("authorization", [...WwwAuthenticate.write([proof])]);
    const [path = ""] = target.split(/\/~~\/|\?/, 1);
    const answer = await this.#handle()({
      method,
      target,
      path: path.slice(1).split("/").map(decodeURIComponent),
      query: new Map(),
      headers: sent,
      source: { host: "192.0.2.99", secure: true },
      body: (async function* pieces() {
        yield utf8Bytes(body);
      })(),
    });
    const told = answer.body ?? "";
    return {
      status: answer.status,
      text: told instanceof Uint8Array ? utf8Text(told) : typeof told === "string" ? told : "",
      headers: new Map(answer.headers),
      challenges: answer.headers
        .filter(([name, value]) => name === "www-authenticate" && value.startsWith("Digest"))
        .flatMap(([, value]) => WwwAuthenticate.read(value)),
    };
  }
}

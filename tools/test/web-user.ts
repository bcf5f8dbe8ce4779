/** A user over HTTP, without the SDK: tokens by digest, and requests with them. */
import { randomBytes } from "node:crypto";
import { SystemHashing } from "@parlance/node";
import { Authorization, DigestClient, WwwAuthenticate } from "@parlance/sip";

const PEER = "server";

export class WebUser {
  readonly base: string;
  readonly #name: string;
  readonly #password: string;
  readonly #audience: string;
  #token: string | undefined;

  /** `base`: `http://127.0.0.1:8080`. */
  constructor(base: string, name: string, password: string, audience = "files") {
    this.base = base;
    this.#name = name;
    this.#password = password;
    this.#audience = audience;
  }

  /** A token that is kept for the requests to come. */
  async token(): Promise<string> {
    this.#token ??= await this.#newToken();
    return this.#token;
  }

  /** `path` or a URL of this server, also one that it told under another port. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) {
      headers.set("authorization", `Bearer ${await this.token()}`);
    }
    return fetch(this.url(path), { ...init, headers });
  }

  url(path: string): string {
    return new URL(path.replace(/^https?:\/\/[^/]+/, ""), this.base).href;
  }

  async #newToken(): Promise<string> {
    const ask = (authorization?: string) =>
      fetch(`${this.base}/token`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify({ audience: this.#audience }),
      });
    const challenged = await ask();
    const text = challenged.headers.get("www-authenticate") ?? "";
    const values = text.split(/, (?=Digest )/).flatMap((one) => WwwAuthenticate.read(one));
    const client = new DigestClient(
      { username: this.#name, password: this.#password, realm: undefined, peer: PEER },
      { hashing: new SystemHashing(), random: RANDOM },
    );
    client.challenged(values, PEER, undefined);
    const over = { method: "POST", uri: "/token", body: new Uint8Array(0) };
    const value = client.authorize(over, PEER);
    const answer = await ask(value && Authorization.write([value])[0]);
    const { access_token: token } = (await answer.json()) as { access_token?: string }; // ours
    if (token === undefined) throw new Error(`no token: ${answer.status}`);
    return token;
  }
}

const RANDOM = {
  bytes: (count: number) => new Uint8Array(randomBytes(count)),
  token: (bits: number) => randomBytes(Math.ceil(bits / 8)).toString("base64url"),
};

/** What the server tells of an upload. */
export interface UploadView {
  readonly id: string;
  readonly upload: string;
  readonly url: string;
  readonly offset: number;
  readonly size: number;
  readonly sha256?: string;
}

export async function viewIn(response: Response): Promise<UploadView> {
  return (await response.json()) as UploadView; // ours
}

/** The server behind the SIP/IP core, and what clients of it have received. */
import type { ImClient } from "@parlance/client";
import { within } from "../../tools/test/deadline.ts";
import { ServerProcess } from "../../tools/test/server-process.ts";
import type { CorePorts } from "./core.ts";

export const DOMAIN = "im.example.com";
export const WAIT_MS = 20_000;

/** What a client has received. */
export class Texts {
  readonly #texts: { readonly from: string; readonly text: string }[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(im: ImClient) {
    im.on("message", (message) => {
      if (message.kind === "text") this.#texts.push({ from: message.from, text: message.text });
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  get texts(): readonly string[] {
    return this.#texts.map(({ text }) => text);
  }

  async text(wanted: string): Promise<{ readonly from: string; readonly text: string }> {
    for (;;) {
      const found = this.#texts.find(({ text }) => text === wanted);
      if (found !== undefined) return found;
      await soon(this.#changed.promise);
    }
  }
}

const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "mallory"];

export function startServer(
  { serverPort }: CorePorts,
  again: { readonly data?: string; readonly port: number } = { port: 0 },
): Promise<ServerProcess> {
  return ServerProcess.start({
    ...(again.data === undefined ? { keepData: true } : { data: again.data }),
    domain: DOMAIN,
    users: NAMES.map((name) => ({ name })),
    set: {
      "core.mode": "as",
      "core.trustedPeers": [{ name: "core", addresses: ["127.0.0.1"] }],
      "core.next": `sip:127.0.0.1:${serverPort};transport=tcp`,
      "listen.sip": [],
      "listen.trusted": [`tcp://127.0.0.1:${again.port}`],
      "compat.plainSip": false,
      "trace.everybody": true,
    },
  });
}

export function soon<T>(promise: Promise<T>): Promise<T> {
  return within(WAIT_MS, promise, () => "it does not come");
}

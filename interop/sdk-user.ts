/** A user with the SDK: what he receives, and what others answer him. */
import type { ImClient, IncomingMessage } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { formatMessage, type SipMessage } from "@parlance/sip";
import { within } from "../tools/test/deadline.ts";
import type { ServerProcess } from "../tools/test/server-process.ts";
import { readWireMessage, type WireMessage } from "../tools/test/wire-message.ts";

const WAIT_MS = 20_000;

export class SdkUser {
  readonly im: ImClient;
  readonly #texts: IncomingMessage[] = [];
  #changed = Promise.withResolvers<void>();
  readonly #seen: Traced;

  static async open(
    server: ServerProcess,
    account: { readonly user: string; readonly password: string },
  ): Promise<SdkUser> {
    const { host, port } = server.address("tcp");
    const seen = new Traced();
    const im = await connect({
      ...account,
      server: `tcp://${host}:${port}`,
      sessions: { mode: "never" }, // what is tried here is pager mode
      trace: (step) => {
        if (step.protocol === "sip") seen.note(step.message);
      },
    });
    return new SdkUser(im, seen);
  }

  private constructor(im: ImClient, seen: Traced) {
    this.im = im;
    this.#seen = seen;
    im.on("message", (message) => {
      this.#texts.push(message);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  async text(wanted: string): Promise<{ readonly from: string; readonly text: string }> {
    for (;;) {
      const found = this.#texts.find((one) => one.kind === "text" && one.text === wanted);
      if (found?.kind === "text") return found;
      await soon(this.#changed.promise);
    }
  }

  /** To a request whose body or headers name that type. */
  answerTo(contentType: string): Promise<WireMessage> {
    return soon(this.#seen.answerTo(contentType));
  }

  close(): Promise<void> {
    return this.im.close();
  }
}

/** Finds the answer to a request that carries a certain kind of body. */
class Traced {
  readonly #sent = new Map<string, string>();
  readonly #answers = new Map<string, PromiseWithResolvers<WireMessage>>();

  note(traced: SipMessage | Uint8Array): void {
    const bytes = traced instanceof Uint8Array ? traced : formatMessage(traced);
    const message = readWireMessage(Buffer.from(bytes).toString("latin1"));
    const transaction = `${message.callId} ${message.header("CSeq")}`;
    if (message.status === undefined) this.#sent.set(transaction, message.text);
    else if (message.status >= 200) {
      const sent = this.#sent.get(transaction) ?? "";
      for (const [type, answer] of this.#answers) if (sent.includes(type)) answer.resolve(message);
    }
  }

  answerTo(contentType: string): Promise<WireMessage> {
    const answer = Promise.withResolvers<WireMessage>();
    this.#answers.set(contentType, answer);
    return answer.promise;
  }
}

export function soon<T>(promise: Promise<T>): Promise<T> {
  return within(WAIT_MS, promise, () => "it does not come");
}

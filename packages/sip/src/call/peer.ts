/** What the peer of a call has said of itself, in whatever message. RFC 3261 §20.5, §20.10 */
import { FormatError, ownText } from "@parlance/wire";
import {
  Allow,
  Contact,
  type ListHeaderType,
  type NameAddr,
  Server,
  type SipMessage,
  SipResponse,
  Supported,
  UserAgent,
} from "../message/index.ts";
import type { CallEngine } from "./engine.ts";

export class Peer {
  #allow: readonly string[] | undefined;
  #supported: readonly string[] | undefined;
  #contact: string | undefined;
  #agent: string | undefined;

  /** Its methods; `undefined` while it has not said. */
  get allow(): readonly string[] | undefined {
    return this.#allow;
  }

  /** Its option tags. */
  get supported(): readonly string[] | undefined {
    return this.#supported;
  }

  /** With its feature parameters, as isfocus is one. */
  get contact(): NameAddr | undefined {
    const text = this.#contact;
    const contact = text === undefined ? undefined : readable(() => Contact.read(text));
    return contact === undefined || "star" in contact ? undefined : contact[0];
  }

  /** User-Agent or Server, as it came. */
  get agent(): string | undefined {
    return this.#agent;
  }

  allows(method: string): boolean {
    return this.#allow?.includes(method) ?? false;
  }

  supports(tag: string): boolean {
    return this.#supported?.includes(tag) ?? false;
  }

  /** What cannot be read has not been said. */
  learn(message: SipMessage, engine: CallEngine): void {
    this.#allow = listOf(message, Allow, engine) ?? this.#allow; // IM-7.1.1.1-R1, IM-9.3.2.1-01
    this.#supported = listOf(message, Supported, engine) ?? this.#supported;
    const moved = message instanceof SipResponse && message.status >= 300;
    const contact = moved ? undefined : message.text(Contact); // IM-7.1.1.1-R2, IM-9.3.2.1-02
    if (contact !== undefined && contact !== this.#contact) this.#contact = ownText(contact);
    const agent = message.text(UserAgent) ?? message.text(Server);
    if (agent !== undefined && agent !== this.#agent) this.#agent = engine.word(agent);
  }
}

function listOf(
  message: SipMessage,
  type: ListHeaderType<string>,
  engine: CallEngine,
): readonly string[] | undefined {
  const texts = message.texts(type);
  const [text] = texts;
  if (text === undefined) return undefined;
  return readable(() => engine.list(texts.length === 1 ? text : texts.join(", "), type));
}

export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
